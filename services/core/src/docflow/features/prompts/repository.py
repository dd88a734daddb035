"""Prompts as a client may use them: its own, else the platform's."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.configuration import LifecycleState, Prompt, PromptStage
from docflow.domain.errors import PermanentError
from docflow.features.prompts.models import PromptRow


class PromptRepository:
    """Reads through a session that is bound to `client_id`; None = the platform's own, for its templates."""

    def __init__(self, session: AsyncSession, client_id: UUID | None) -> None:
        self._session = session
        self._readable: ColumnElement[bool] = PromptRow.client_id.is_(None)
        if client_id is not None:
            self._readable = or_(self._readable, PromptRow.client_id == client_id)

    async def get(self, prompt_id: UUID) -> Prompt:
        """Whatever became of it since: a process keeps its prompts. Raises PermanentError `prompt_missing`."""
        row = await self._session.scalar(
            select(PromptRow).where(PromptRow.prompt_id == prompt_id, self._readable)
        )
        if row is None:
            raise PermanentError(f"there is no prompt {prompt_id}", code="prompt_missing")
        return _prompt(row)

    async def resolve(
        self, process_type_id: str, version: int, default_version: int | None
    ) -> dict[PromptStage, UUID]:
        """One prompt a stage: the client's of `version`, else the platform's, else the platform's of the default.

        A stage that has none of these is left out.
        """
        versions = [version] if default_version is None else [version, default_version]
        rows = await self._session.scalars(
            select(PromptRow).where(
                PromptRow.process_type_id == process_type_id,
                PromptRow.version.in_(versions),
                PromptRow.state == LifecycleState.PUBLISHED,
                PromptRow.is_active,
                self._readable,
            )
        )
        return _best_of_each_stage(rows, version)


def _best_of_each_stage(rows: Iterable[PromptRow], version: int) -> dict[PromptStage, UUID]:
    ranked = sorted(
        (row for row in rows if row.client_id is None or row.version == version),
        key=lambda row: (row.version == version, row.client_id is not None),
    )
    return {PromptStage(row.stage): row.prompt_id for row in ranked}


def _prompt(row: PromptRow) -> Prompt:
    return Prompt(
        prompt_id=row.prompt_id,
        process_type_id=row.process_type_id,
        version=row.version,
        stage=PromptStage(row.stage),
        prompt_template=row.prompt_template,
        model_name=row.model_name,
        temperature=None if row.temperature is None else float(row.temperature),
        max_tokens=row.max_tokens,
    )

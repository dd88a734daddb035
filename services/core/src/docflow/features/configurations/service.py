"""Which configuration a new document is read and checked by."""

from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.configuration import Configuration
from docflow.domain.errors import PermanentError, UserError
from docflow.features.configurations.in_force import InForce
from docflow.features.configurations.repository import ConfigurationRepository
from docflow.features.configurations.traffic import Traffic
from docflow.features.process_types.models import ProcessType
from docflow.features.prompts.repository import PromptRepository


class Configurations:
    """Works through a session that is bound to `client_id`. `in_force` spares the look-up for a few seconds."""

    def __init__(self, session: AsyncSession, client_id: UUID, in_force: InForce | None = None) -> None:
        self._session = session
        self._client_id = client_id
        self._repository = ConfigurationRepository(session, client_id)
        self._prompts = PromptRepository(session, client_id)
        self._in_force = in_force

    async def for_new_process(self, process_type_id: str, process_id: UUID) -> Configuration:
        """The one in force, or the canary for its share; a client's first is a copy of the platform's template.

        Safe to repeat and to race. Raises UserError `process_type_unknown` or `process_type_inactive`, PermanentError
        `configuration_missing`.
        """
        process_type = await self._usable_type(process_type_id)
        found = await self._repository.in_force(process_type_id)
        if found is None:
            # Not remembered before its transaction has committed.
            return await self.ensure_first_configuration(process_type)
        canary = await self._repository.canary(process_type_id)
        traffic = Traffic(found) if canary is None else Traffic(found, *canary)
        if self._in_force is not None:
            await self._in_force.remember(traffic)
        return traffic.for_process(process_id)

    async def ensure_first_configuration(self, process_type: ProcessType) -> Configuration:
        """Copy the template of the type's default version, unless the client has that version already."""
        type_id, version = process_type.process_type_id, process_type.default_version
        template = None if version is None else await self._repository.template(type_id, version)
        if template is not None:
            prompt_ids = await self._prompts.resolve(type_id, template.version, version)
            await self._repository.copy(template, prompt_ids)
        found = await self._repository.in_force(type_id)
        if found is None:
            raise PermanentError(
                f"no configuration of {type_id} is in force; publish one", code="configuration_missing"
            )
        return found

    async def _usable_type(self, process_type_id: str) -> ProcessType:
        found: ProcessType | None = await self._session.scalar(
            select(ProcessType).where(
                ProcessType.process_type_id == process_type_id,
                or_(ProcessType.client_id == self._client_id, ProcessType.client_id.is_(None)),
            )
        )
        refuse_unusable(process_type_id, found.is_active if found else None)
        assert found is not None
        return found


def refuse_unusable(process_type_id: str, is_active: bool | None) -> None:
    """Raises UserError `process_type_unknown` (None) or `process_type_inactive`."""
    if is_active is None:
        raise UserError(f"there is no process type {process_type_id!r}", code="process_type_unknown")
    if not is_active:
        raise UserError(
            f"process type {process_type_id!r} takes no new documents", code="process_type_inactive"
        )

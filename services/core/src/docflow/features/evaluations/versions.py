"""A version to be measured: a configuration with the prompt it extracts by, and a fingerprint of what shapes a reading."""

import hashlib
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.configuration import Configuration, LifecycleState, PromptStage
from docflow.domain.errors import NotFound, PermanentError, Problem, UserError
from docflow.domain.json_types import JsonObject
from docflow.features.configurations.models import ConfigurationRow
from docflow.features.configurations.repository import configuration_of
from docflow.features.process_types.models import ProcessType
from docflow.features.prompts.models import PromptRow
from docflow.features.prompts.repository import PromptRepository

_SHAPING = (
    "output_schema", "validation_rules", "plugin_name", "enable_fraud_detection", "confidence_threshold", "llm_policy",
)  # fmt: skip
_PROMPT = ("prompt_template", "model_name", "temperature", "max_tokens")
_OCR = PromptStage.OCR.value


@dataclass(frozen=True, slots=True)
class Pinned:
    """Two with one fingerprint read alike; a draft that changes gets another."""

    config_id: UUID
    version: int
    prompt_id: UUID | None
    prompt_version: int | None
    fingerprint: str

    def as_json(self) -> JsonObject:
        return {
            "config_id": str(self.config_id),
            "version": self.version,
            "prompt_id": str(self.prompt_id) if self.prompt_id else None,
            "prompt_version": self.prompt_version,
            "fingerprint": self.fingerprint,
        }

    @classmethod
    def from_json(cls, stored: JsonObject) -> "Pinned":
        prompt_id = stored["prompt_id"]
        return cls(
            UUID(stored["config_id"]),
            stored["version"],
            UUID(prompt_id) if prompt_id else None,
            stored["prompt_version"],
            stored["fingerprint"],
        )


class Versions:
    """Works through a session that is bound to `client_id`."""

    def __init__(self, session: AsyncSession, client_id: UUID) -> None:
        self._session = session
        self._client_id = client_id

    async def in_force(self, process_type_id: str) -> ConfigurationRow | None:
        """The client's published, active configuration with the highest version."""
        row: ConfigurationRow | None = await self._session.scalar(
            select(ConfigurationRow)
            .where(
                ConfigurationRow.client_id == self._client_id,
                ConfigurationRow.process_type_id == process_type_id,
                ConfigurationRow.state == LifecycleState.PUBLISHED,
                ConfigurationRow.is_active,
            )
            .order_by(ConfigurationRow.version.desc())
            .limit(1)
        )
        return row

    async def named(self, process_type_id: str, config_id: UUID | None, prompt_id: UUID | None) -> Pinned:
        """`config_id` None = the one in force, `prompt_id` None = the configuration's own.

        Raises NotFound, UserError for another type's and PermanentError `configuration_missing`.
        """
        row = await self.in_force(process_type_id) if config_id is None else await self._row(config_id)
        if row is None:
            raise PermanentError(
                f"no configuration of {process_type_id} is in force", code="configuration_missing"
            )
        if row.process_type_id != process_type_id:
            raise _of_another_type("/config_id", "configuration")
        return await self.pinned(row, prompt_id)

    async def pinned(self, row: ConfigurationRow, prompt_id: UUID | None = None) -> Pinned:
        wanted = prompt_id or await self.prompt_of(row)
        prompt = None if wanted is None else await self._prompt(wanted)
        if prompt is not None and (prompt.process_type_id, prompt.stage) != (row.process_type_id, _OCR):
            raise _of_another_type("/prompt_id", "prompt of the stage ocr")
        return Pinned(
            row.config_id,
            row.version,
            None if prompt is None else prompt.prompt_id,
            None if prompt is None else prompt.version,
            _fingerprint(row, prompt),
        )

    async def prompt_of(self, row: ConfigurationRow) -> UUID | None:
        """The prompt it extracts by; a draft's is the one it would be published with."""
        kept = row.prompt_ids.get(_OCR)
        if kept or row.state != LifecycleState.DRAFT:
            return UUID(str(kept)) if kept else None
        default_version = await self._session.scalar(
            select(ProcessType.default_version).where(ProcessType.process_type_id == row.process_type_id)
        )
        found = await PromptRepository(self._session, self._client_id).resolve(
            row.process_type_id, row.version, default_version
        )
        return found.get(PromptStage.OCR)

    async def configuration(self, pinned: Pinned) -> Configuration:
        """As it is read by. Raises PermanentError `draft_changed` where it is not what was pinned."""
        row = await self._row(pinned.config_id)
        now = await self.pinned(row, pinned.prompt_id)
        if now.fingerprint != pinned.fingerprint:
            raise PermanentError("the draft was changed meanwhile", code="draft_changed")
        found = configuration_of(row, self._client_id)
        prompt_id = str(pinned.prompt_id) if pinned.prompt_id else None
        return replace(found, prompt_ids={**found.prompt_ids, _OCR: prompt_id})

    async def _row(self, config_id: UUID) -> ConfigurationRow:
        row = await self._session.scalar(
            select(ConfigurationRow).where(
                ConfigurationRow.config_id == config_id,
                or_(ConfigurationRow.client_id == self._client_id, ConfigurationRow.client_id.is_(None)),
            )
        )
        if row is None:
            raise NotFound("no such configuration")
        return row

    async def _prompt(self, prompt_id: UUID) -> PromptRow:
        row = await self._session.scalar(
            select(PromptRow).where(
                PromptRow.prompt_id == prompt_id,
                or_(PromptRow.client_id == self._client_id, PromptRow.client_id.is_(None)),
            )
        )
        if row is None:
            raise NotFound("no such prompt")
        return row


def _fingerprint(row: ConfigurationRow, prompt: PromptRow | None) -> str:
    shaping: dict[str, Any] = {name: getattr(row, name) for name in _SHAPING}
    shaping["confidence_threshold"] = float(row.confidence_threshold)
    if prompt is not None:
        temperature = None if prompt.temperature is None else float(prompt.temperature)
        shaping["prompt"] = {**{name: getattr(prompt, name) for name in _PROMPT}, "temperature": temperature}
    return hashlib.sha256(orjson.dumps(shaping, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _of_another_type(pointer: str, what: str) -> UserError:
    message = f"is no {what} of the set's type"
    return UserError("some values are not valid", problems=[Problem(pointer, message)])

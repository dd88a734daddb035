from datetime import datetime
from typing import Any
from uuid import UUID

from docflow.domain.configuration import LifecycleState, PromptStage
from docflow.domain.json_changes import Change
from docflow.domain.prompting import MAX_TEMPLATE
from docflow.features.prompts.models import PromptRow
from pydantic import ConfigDict, Field

from docflow_api.schemas.base import Schema
from docflow_api.schemas.evaluations import GateOut
from docflow_api.schemas.texts import Text, TypeId, Version

_MODEL = r"^[A-Za-z0-9][A-Za-z0-9._:/@-]*$"
MAX_TOKENS = 200_000


class PromptIn(Schema):
    """For one stage of one version of a configuration. `{{name}}` is filled in; `model_name` `default` = the
    installation's."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "process_type_id": "acme-corp.lease",
                    "version": 1,
                    "stage": "ocr",
                    "prompt_template": "Read these fields:\n{{output_schema}}\n\n{{document_text}}",
                    "model_name": "default",
                    "temperature": 0,
                    "max_tokens": 4096,
                }
            ]
        },
    )

    process_type_id: TypeId
    version: Version
    """Of the configurations that it is for."""
    stage: PromptStage
    prompt_template: Text = Field(min_length=1, max_length=MAX_TEMPLATE)
    """Which names it may hold its stage tells."""
    model_name: str = Field(default="default", pattern=_MODEL, max_length=100)
    temperature: float | None = Field(default=None, strict=True, ge=0, le=2)
    """Null = not sent: some models refuse it."""
    max_tokens: int = Field(default=4096, strict=True, ge=1, le=MAX_TOKENS)
    """Of an answer."""


class PromptPatch(Schema):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"max_tokens": 8192}]})

    prompt_template: Text = Field(default="", min_length=1, max_length=MAX_TEMPLATE)
    model_name: str = Field(default="default", pattern=_MODEL, max_length=100)
    temperature: float | None = Field(default=None, strict=True, ge=0, le=2)
    """Null = not sent: some models refuse it."""
    max_tokens: int = Field(default=4096, strict=True, ge=1, le=MAX_TOKENS)
    """Of an answer."""


class PromptClone(Schema):
    """`version` left out = the next one of its type and stage."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"version": 2}]})

    version: Version | None = None


class PromptOut(Schema):
    """`revision` counts the writes; it is the ETag. `gate` stands in the answer to publishing, of a client's own."""

    prompt_id: UUID
    process_type_id: str
    version: int
    stage: PromptStage
    prompt_template: str
    model_name: str
    temperature: float | None
    max_tokens: int
    state: LifecycleState
    is_platform: bool
    revision: int
    created_by: str | None
    created_at: datetime
    gate: GateOut | None = None


class ChangeOut(Schema):
    """One place that differs: an RFC 6901 pointer and what stands there on either side."""

    pointer: str
    kind: str
    before: Any
    after: Any


class DiffOut(Schema):
    """What changes on the way from `against` to this one."""

    data: list[ChangeOut]


def diff_out(changes: list[Change]) -> DiffOut:
    return DiffOut(data=[ChangeOut.model_validate(change.as_json()) for change in changes])


def prompt_out(row: PromptRow) -> PromptOut:
    return PromptOut(
        prompt_id=row.prompt_id,
        process_type_id=row.process_type_id,
        version=row.version,
        stage=PromptStage(row.stage),
        prompt_template=row.prompt_template,
        model_name=row.model_name,
        temperature=None if row.temperature is None else float(row.temperature),
        max_tokens=row.max_tokens,
        state=LifecycleState(row.state),
        is_platform=row.client_id is None,
        revision=row.revision,
        created_by=row.created_by,
        created_at=row.created_at,
    )

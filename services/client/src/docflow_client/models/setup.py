"""How documents are to be read: types, configurations and prompts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from docflow_client.models.base import Answer


class ProcessType(Answer):
    process_type_id: str
    display_name: str
    is_active: bool
    version: int
    description: str | None = None
    default_version: int | None = None


class Configuration(Answer):
    """`state` is draft, shadow, canary, published or retired, `revision` counts the writes; the schemas and rules stand under their names of the API."""

    config_id: UUID
    process_type_id: str
    version: int
    revision: int
    state: str
    output_schema: dict[str, Any] = {}
    confidence_threshold: float | None = None
    enable_hitl: bool | None = None


class Prompt(Answer):
    prompt_id: UUID
    process_type_id: str
    version: int
    stage: str
    revision: int
    state: str
    prompt_template: str | None = None
    model_name: str | None = None


class Change(Answer):
    """One place that differs between two versions: an RFC 6901 pointer and what stands there on either side."""

    pointer: str
    kind: str | None = None
    before: Any = None
    after: Any = None


class ApiKey(Answer):
    """`key` is there once, in the answer to its creation."""

    api_key_id: UUID
    prefix: str
    scopes: list[str]
    version: int
    requests_per_minute: int | None = None
    name: str | None = None
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    key: str | None = None

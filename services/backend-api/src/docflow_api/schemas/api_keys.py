from datetime import datetime
from typing import Annotated
from uuid import UUID

from docflow.domain.access import Scope
from docflow.features.api_keys.models import ApiKey
from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from docflow_api.schemas.base import Schema
from docflow_api.schemas.texts import MomentInBody

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
RequestsPerMinute = Annotated[int, Field(strict=True, ge=1, le=100_000)]


def _each_once(scopes: list[Scope]) -> list[Scope]:
    return sorted(set(scopes))


class ApiKeyIn(Schema):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"name": "n8n", "scopes": ["processes:read", "processes:write"]}]},
    )

    name: Name
    """For people; the audit shows it."""
    scopes: Annotated[list[Scope], AfterValidator(_each_once)] = Field(min_length=1, max_length=50)
    """What it may do; no more than who makes it."""
    expires_at: MomentInBody | None = None
    """Left out = never."""
    requests_per_minute: RequestsPerMinute | None = Field(
        default=None, description="null = the installation's limit"
    )


class ApiKeyChange(Schema):
    """What is left out stays as it is."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"name": "n8n", "requests_per_minute": 120}]}
    )

    name: Name | None = None
    requests_per_minute: RequestsPerMinute | None = Field(
        default=None, description="null = the installation's limit"
    )


class ApiKeyOut(Schema):
    """`last_used_at` is exact to about a minute."""

    api_key_id: UUID
    name: str
    prefix: str
    scopes: list[str]
    requests_per_minute: int | None
    created_by: UUID | None
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    version: int


class ApiKeyMade(ApiKeyOut):
    """`key` is shown this once; a repeated request gets the same answer without it."""

    key: str | None = None


def api_key_out(row: ApiKey) -> ApiKeyOut:
    return ApiKeyOut(
        api_key_id=row.api_key_id,
        name=row.name,
        prefix=row.prefix,
        scopes=row.scopes,
        requests_per_minute=row.rate_limit_per_minute,
        created_by=row.created_by,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
        version=row.version,
    )

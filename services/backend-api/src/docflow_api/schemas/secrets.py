from datetime import datetime

from docflow.features.client_secrets.models import ClientSecret
from pydantic import ConfigDict, Field

from docflow_api.schemas.base import Schema


class SecretIn(Schema):
    """`value` is kept sealed and never shown again."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"value": "a key of yours"}]})

    value: str = Field(min_length=1, max_length=20_000, pattern=r"^[^\x00]+$")


class SecretOut(Schema):
    name: str
    set_by: str
    created_at: datetime
    updated_at: datetime


class SecretsOut(Schema):
    data: list[SecretOut]


def secret_out(row: ClientSecret) -> SecretOut:
    return SecretOut(name=row.name, set_by=row.set_by, created_at=row.created_at, updated_at=row.updated_at)

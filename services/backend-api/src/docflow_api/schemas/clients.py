from datetime import datetime
from enum import StrEnum
from uuid import UUID

from docflow.features.clients.directory import ClientEntry
from pydantic import ConfigDict, Field

from docflow_api.schemas.base import Schema
from docflow_api.schemas.texts import Text

MAX_BALANCE = 1_000_000_000_000_000


class ClientStatus(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"
    INACTIVE = "inactive"


class Tier(StrEnum):
    BASIC = "basic"
    PROFESSIONAL = "professional"
    ENTERPRISE = "enterprise"


class ClientIn(Schema):
    """`token_balance` is prepaid model tokens; null = unmetered. The slug leads the ids of the client's own types."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"name": "Umbrella Ltd", "slug": "umbrella", "subscription_tier": "professional"}]
        },
    )

    name: Text = Field(min_length=1, max_length=200)
    slug: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", min_length=2, max_length=48)
    subscription_tier: Tier = Tier.BASIC
    token_balance: int | None = Field(default=None, strict=True, ge=0, le=MAX_BALANCE)


class ClientPatch(Schema):
    """`suspended` and `inactive` refuse everybody of the client from their next request."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"status": "suspended"}]})

    name: Text = Field(default="", min_length=1, max_length=200)
    status: ClientStatus = ClientStatus.ACTIVE
    subscription_tier: Tier = Tier.BASIC
    token_balance: int | None = Field(default=None, strict=True, ge=0, le=MAX_BALANCE)


class ClientOut(Schema):
    client_id: UUID
    name: str
    slug: str
    status: ClientStatus
    subscription_tier: Tier
    token_balance: int | None
    version: int
    created_at: datetime
    updated_at: datetime


def client_out(entry: ClientEntry) -> ClientOut:
    return ClientOut.model_validate(entry, from_attributes=True)

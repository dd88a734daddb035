import re
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from docflow.domain.notifying import Language
from docflow.domain.stages import Role
from docflow.features.users.client_tokens import MAX_TOKEN_CHARS
from docflow.features.users.models import AccountToken, User
from pydantic import AfterValidator, ConfigDict, Field, JsonValue

from docflow_api.schemas.base import Schema

_ADDRESS = re.compile(
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+"
)


def _address(value: str) -> str:
    address = value.strip().lower()
    if (
        not _ADDRESS.fullmatch(address)
        or ".." in address
        or "." in (address[0], address.partition("@")[0][-1:])
    ):
        raise ValueError("is not an e-mail address")
    return address


Email = Annotated[str, Field(min_length=3, max_length=254), AfterValidator(_address)]
Password = Annotated[str, Field(min_length=1, max_length=1024)]
Token = Annotated[str, Field(min_length=1, max_length=MAX_TOKEN_CHARS)]
ClientRole = Literal["viewer", "operator", "admin"]


def _example(given: dict[str, JsonValue]) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [given]})


class UserIn(Schema):
    """`client_id` is for platform administrators alone."""

    model_config = _example({"email": "ada@acme.com", "role": "operator", "password": "violet-harbour-91"})

    email: Email
    role: ClientRole
    password: Password
    client_id: UUID | None = None


class UserPatch(Schema):
    """What is left out stays as it is."""

    model_config = _example({"role": "admin"}) | ConfigDict(extra="forbid")

    role: ClientRole | None = None
    status: Literal["active", "inactive"] | None = None
    """`inactive` refuses the person."""


class InvitationIn(Schema):
    """`language` is of the letter, and of those that the person gets later; without it the inviter's. `client_id` is for
    platform administrators alone."""

    model_config = _example({"email": "ada@acme.com", "role": "operator"})

    email: Email
    role: ClientRole
    language: Language | None = None
    client_id: UUID | None = None


class AcceptIn(Schema):
    model_config = _example({"token": "dft_of-the-letter", "password": "violet-harbour-91"})

    token: Token
    password: Password


class ForgotIn(Schema):
    model_config = _example({"email": "ada@acme.com"})

    email: Email


class ResetIn(Schema):
    model_config = _example({"token": "dft_of-the-letter", "password": "violet-harbour-91"})

    token: Token
    password: Password


class ChangeIn(Schema):
    model_config = _example({"current_password": "violet-harbour-91", "password": "seven quiet lanterns"})

    current_password: Password
    password: Password


class ConfirmIn(Schema):
    model_config = _example({"token": "dft_of-the-letter"})

    token: Token


ACCOUNT_BODIES = (UserIn, UserPatch, InvitationIn, AcceptIn, ForgotIn, ResetIn, ChangeIn, ConfirmIn)


class UserOut(Schema):
    """`version` is what a change names in `If-Match`."""

    user_id: UUID
    client_id: UUID
    email: str
    role: Role
    status: Literal["active", "inactive", "pending"]
    email_verified_at: datetime | None
    has_second_factor: bool
    last_login_at: datetime | None
    created_at: datetime
    updated_at: datetime
    version: int


class InvitationOut(Schema):
    invitation_id: UUID
    client_id: UUID
    email: str
    role: Role
    state: Literal["open", "accepted", "expired"]
    created_by: UUID | None
    created_at: datetime
    expires_at: datetime
    accepted_at: datetime | None


class NewInvitationOut(InvitationOut):
    """`token` is shown this once; a repetition by its key leaves it out."""

    token: str | None = None


def user_out(row: User) -> UserOut:
    assert row.client_id is not None
    return UserOut.model_validate(
        {
            "user_id": row.user_id,
            "client_id": row.client_id,
            "email": row.email,
            "role": row.role,
            "status": row.status,
            "email_verified_at": row.email_verified_at,
            "has_second_factor": row.totp_secret is not None,
            "last_login_at": row.last_login_at,
            "created_at": row.created_at,
            "updated_at": row.updated_at,
            "version": row.version,
        }
    )


def invitation_out(row: AccountToken, now: datetime) -> InvitationOut:
    state = "accepted" if row.used_at else "expired" if row.expires_at <= now else "open"
    return InvitationOut.model_validate(
        {
            "invitation_id": row.token_id,
            "client_id": row.client_id,
            "email": row.email,
            "role": row.role,
            "state": state,
            "created_by": row.created_by,
            "created_at": row.created_at,
            "expires_at": row.expires_at,
            "accepted_at": row.used_at,
        }
    )

from typing import Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StrictBool

from docflow_api.schemas.base import Schema


class LoginIn(Schema):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"email": "admin@acme.com", "password": "correct horse battery"}]}
    )

    email: str = Field(min_length=3, max_length=320)
    password: str = Field(min_length=1, max_length=1024)
    totp: str | None = Field(default=None, max_length=10)
    """Six digits of the app, where a second factor is set up."""
    recovery_code: str | None = Field(default=None, max_length=40, description="In place of `totp`")
    cookie: StrictBool = Field(default=False, description="Keep the tokens in cookies; for the portal")


class RefreshIn(Schema):
    """Without a token it is the one of the portal's cookie."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"refresh_token": "dfr_kept-from-signing-in"}]})

    refresh_token: str | None = Field(default=None, min_length=1, max_length=200)


class TokensOut(Schema):
    """`expires_in` is the seconds the access token lives."""

    access_token: str
    refresh_token: str
    token_type: str = "Bearer"  # noqa: S105 - RFC 6750's name of the scheme
    expires_in: int


class CookieSessionOut(Schema):
    """The tokens are in cookies; the access token lives `expires_in` seconds."""

    token_type: Literal["Cookie"] = "Cookie"  # noqa: S105 - where the tokens are
    expires_in: int


class ClientName(Schema):
    name: str
    slug: str


class MeOut(Schema):
    """Who the token or key belongs to; a key has no user."""

    user_id: UUID | None
    email: str | None
    role: str | None
    client_id: UUID | None
    scopes: list[str]
    client: ClientName | None

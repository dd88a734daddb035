from pydantic import ConfigDict, Field

from docflow_api.schemas.base import Schema

PASSWORD = Field(min_length=1, max_length=1024)
CODE = Field(min_length=1, max_length=40)


class FactorStart(Schema):
    """`code`, one of the app or a recovery code, where a factor is on and another is to take its place."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"password": "violet-harbour-91"}]}
    )

    password: str = PASSWORD
    code: str | None = Field(default=None, min_length=1, max_length=40)


class FactorConfirm(Schema):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"code": "123456"}]})

    code: str = Field(min_length=1, max_length=10)


class FactorProof(Schema):
    """`code` is one of the app or a recovery code."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"password": "violet-harbour-91", "code": "123456"}]}
    )

    password: str = PASSWORD
    code: str = CODE


class FactorOut(Schema):
    """`pending` = begun, not confirmed yet. `required` = it cannot be turned off."""

    enabled: bool
    pending: bool
    recovery_codes_left: int
    required: bool


class FactorBegun(Schema):
    """For an authenticator app, by hand or as a QR code of the URI."""

    secret: str
    otpauth_uri: str


class RecoveryCodesOut(Schema):
    """Shown this once; each signs in once in place of a code of the app."""

    recovery_codes: list[str]

"""The four kinds of trouble. A code is public and never changes its meaning."""

import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Problem:
    """One wrong place in a body: an RFC 6901 pointer and what is wrong there."""

    pointer: str
    message: str


def pointer_to(steps: Iterable[str | int]) -> str:
    """The RFC 6901 pointer to a place inside a value."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


class DocflowError(Exception):
    """Something went wrong that has a public, stable code."""

    default_code = "internal_error"

    def __init__(
        self,
        message: str = "",
        *,
        code: str | None = None,
        problems: Sequence[Problem] = (),
    ) -> None:
        super().__init__(message or (code or self.default_code).replace("_", " "))
        self.code = code or self.default_code
        self.message = str(self)
        self.problems = tuple(problems)


class UserError(DocflowError):
    """The caller can fix it."""

    default_code = "validation_failed"


class NotFound(UserError):
    default_code = "not_found"


class Conflict(UserError):
    default_code = "state_conflict"


class PreconditionFailed(UserError):
    """The version that the caller goes by is not the current one."""

    default_code = "precondition_failed"


def refuse_stale(seen: int | None, current: int, what: str) -> None:
    """Raises PreconditionFailed where the caller goes by another version than the current; None = by whichever it is."""
    if seen is not None and seen != current:
        raise PreconditionFailed(f"{what} was changed meanwhile; read it again")


class Unauthorized(UserError):
    default_code = "unauthorized"


class Forbidden(UserError):
    default_code = "forbidden"


class QuotaExceeded(UserError):
    default_code = "quota_exceeded"


class PayloadTooLarge(UserError):
    default_code = "payload_too_large"


class UnsupportedMedia(UserError):
    default_code = "unsupported_media_type"


class TransientError(DocflowError):
    """The world may heal; the same call can succeed after `after_s` seconds."""

    default_code = "temporarily_unavailable"

    def __init__(self, message: str = "", *, code: str | None = None, after_s: float = 1.0) -> None:
        super().__init__(message, code=code)
        self.after_s = after_s


class StorageFull(TransientError):
    default_code = "storage_full"


class PermanentError(DocflowError):
    """This document or configuration cannot succeed, however often it is tried."""

    default_code = "unprocessable"


def places_of(error: BaseException) -> list[str]:
    """Where an error came up, as `file:line`, innermost last. Its message is left out: it may hold a value."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames[-8:]]

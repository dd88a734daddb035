"""What is refused before anything is stored."""

import unicodedata
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from docflow.db.json_text import json_bytes
from docflow.domain.errors import PayloadTooLarge, Problem, UserError, pointer_to
from docflow.domain.json_types import JsonObject
from docflow.domain.stages import IngestionSource

AUTO = "auto"
MAX_NAME_BYTES = 255
MAX_METADATA_KEYS = 50
MAX_EXTERNAL_ID = 255
MAX_URL = 2048


Failures = Callable[[JsonObject, JsonObject], Iterable[tuple[Sequence[str | int], str]]]
"""Where a value fails its JSON Schema: the steps to the place, and the keyword that failed."""


@dataclass(frozen=True, slots=True)
class SentFile:
    """One file as received. `mime_type` was told from its bytes; `read` gives all of them, again at each call."""

    file_name: str
    size_bytes: int
    sha256: str
    mime_type: str
    read: Callable[[], Awaitable[bytes]]
    upload_id: UUID | None = None
    """The upload that this file uses up."""

    @property
    def identity(self) -> str:
        return self.sha256


@dataclass(frozen=True, slots=True)
class LaterFile:
    """A file that lies elsewhere until the submission is known to be new and its configuration found.

    `identity` is what a repeat of the submission is compared by; the file itself may be gone by then. `open` raises
    the codes of a file that is refused at the door.
    """

    file_name: str
    identity: str
    open: Callable[[], Awaitable[SentFile]]


@dataclass(frozen=True, slots=True)
class Submission:
    files: Sequence[SentFile | LaterFile]
    process_type_id: str | None = None
    ingestion_source: IngestionSource = IngestionSource.API
    metadata: JsonObject = field(default_factory=dict)
    callback_url: str | None = None
    external_id: str | None = None


def named_type(process_type_id: str | None) -> str | None:
    """The type that was asked for; None = the documents are to tell."""
    return None if process_type_id == AUTO else process_type_id


def check_file_name(name: str, pointer: str) -> None:
    """Raises UserError `invalid_filename` for a name that is no plain name of one file."""
    if not name or name in (".", "..") or any(char in "/\\" for char in name):
        raise _bad_name("a file needs a plain name without a path", pointer)
    if len(name.encode("utf-8", "replace")) > MAX_NAME_BYTES:
        raise _bad_name(f"a file name has at most {MAX_NAME_BYTES} bytes", pointer)
    # Cc: control; Cf: invisible, among them the marks that turn `fdp.exe` around; Cs: lone surrogates.
    if any(unicodedata.category(char) in ("Cc", "Cf", "Cs") for char in name):
        raise _bad_name("a file name has no control or invisible characters", pointer)


def check_fields(submission: Submission, metadata_bytes: int) -> None:
    """Limits of what stands beside the files. Raises UserError with a pointer to the field."""
    if len(submission.metadata) > MAX_METADATA_KEYS:
        raise _bad("/metadata", f"at most {MAX_METADATA_KEYS} keys")
    if len(json_bytes(submission.metadata)) > metadata_bytes:
        raise PayloadTooLarge(f"metadata has at most {metadata_bytes} bytes")
    if submission.external_id is not None and not 0 < len(submission.external_id) <= MAX_EXTERNAL_ID:
        raise _bad("/external_id", f"1 to {MAX_EXTERNAL_ID} characters")
    if submission.callback_url is not None and len(submission.callback_url) > MAX_URL:
        raise _bad("/callback_url", f"at most {MAX_URL} characters")
    for pointer, text in (("/external_id", submission.external_id), ("/metadata", submission.metadata)):
        if _holds_nul(text):
            raise _bad(pointer, "no NUL characters")


def check_descriptions(schema: JsonObject, descriptions: Sequence[JsonObject], failures: Failures) -> None:
    """Each document's description against the configuration's `input_schema`; pointers start with /documents/<i>."""
    if not schema:
        return
    # The rule that failed is named, never the value: metadata may be personal.
    problems = [
        Problem(f"/documents/{at}{pointer_to(steps)}", f"does not fit `{keyword}`")
        for at, description in enumerate(descriptions)
        for steps, keyword in failures(schema, description)
    ]
    if problems:
        raise UserError("a document does not fit the configuration's input schema", problems=problems[:50])


def _holds_nul(value: object) -> bool:
    if isinstance(value, str):
        return "\x00" in value or any(0xD800 <= ord(char) <= 0xDFFF for char in value)
    if isinstance(value, dict):
        return any(_holds_nul(key) or _holds_nul(item) for key, item in value.items())
    return isinstance(value, list) and any(_holds_nul(item) for item in value)


def _bad(pointer: str, message: str) -> UserError:
    return UserError(f"{pointer[1:]}: {message}", problems=[Problem(pointer, message)])


def _bad_name(message: str, pointer: str) -> UserError:
    return UserError(message, code="invalid_filename", problems=[Problem(pointer, message)])

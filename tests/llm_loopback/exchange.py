"""What comes in and what goes out, without HTTP's details."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

Json = Any


@dataclass(frozen=True)
class Asked:
    """`headers` have lower-case names."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def key(self) -> str:
        bearer = self.headers.get("authorization", "").removeprefix("Bearer ").strip()
        return bearer or self.headers.get("x-api-key", "")


@dataclass
class Reply:
    """`events` = a stream instead of a body. `cut_after` of its bytes the connection ends; `stall_s` before the rest."""

    status: int = 200
    body: Json = None
    headers: dict[str, str] = field(default_factory=dict)
    events: list[bytes] | None = None
    delay_s: float = 0.0
    cut_after: int | None = None
    stall_s: float = 0.0

    def chunks(self) -> list[bytes]:
        return [orjson.dumps(self.body)] if self.events is None else self.events


class Refused(Exception):
    """A request that the vendor would answer with this status."""

    def __init__(self, status: int, kind: str, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.status, self.kind, self.message, self.code = status, kind, message, code


@dataclass(frozen=True)
class Picture:
    data: bytes
    media_type: str
    width: int
    height: int


@dataclass
class Question:
    """A valid request, whichever protocol it came by."""

    model: str
    key: str
    system: str
    texts: list[str]
    pictures: list[Picture]
    schema: Json
    max_tokens: int
    stream: bool
    marked_prefixes: list[bytes] = field(default_factory=list)
    """The request up to each mark of the prompt cache, shortest first."""

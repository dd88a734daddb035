"""Keyset pages: where one ended tells where the next begins, however the rows change meanwhile."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar
from uuid import UUID

from docflow.domain.errors import Problem, UserError

T = TypeVar("T")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WIDTH = 8


@dataclass(frozen=True, slots=True)
class Mark:
    """The place of a row in a list: its time and, among rows of one time, its id."""

    at: datetime
    row_id: UUID

    def encode(self) -> str:
        since = self.at - _EPOCH
        micros = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
        return (
            base64.urlsafe_b64encode(micros.to_bytes(_WIDTH, "big", signed=True) + self.row_id.bytes)
            .rstrip(b"=")
            .decode()
        )

    @classmethod
    def decode(cls, cursor: str) -> "Mark":
        """Raises UserError `validation_failed` for anything that `encode` did not write."""
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            if len(raw) != _WIDTH + 16:
                raise ValueError("wrong length")
            micros = int.from_bytes(raw[:_WIDTH], "big", signed=True)
            at = datetime.fromtimestamp(micros // 1_000_000, UTC).replace(microsecond=micros % 1_000_000)
            return cls(at, UUID(bytes=raw[_WIDTH:]))
        except (ValueError, OverflowError, OSError, binascii.Error) as error:
            raise UserError(
                "the cursor is not one that a list gave out",
                problems=[Problem("/query/cursor", "not a cursor of this list")],
            ) from error


@dataclass(frozen=True, slots=True)
class PageRequest:
    """`limit` rows (1..100) after `after`; None = from the start."""

    limit: int
    after: Mark | None = None


@dataclass(frozen=True, slots=True)
class PageOf(Generic[T]):
    rows: Sequence[T]
    next: Mark | None

    @classmethod
    def cut(cls, rows: Sequence[T], limit: int, mark: Callable[[T], Mark]) -> "PageOf[T]":
        """`rows` were asked for with one more than `limit`; the extra one only says that there is more."""
        kept = rows[:limit]
        return cls(kept, mark(kept[-1]) if len(rows) > limit else None)

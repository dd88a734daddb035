"""The audit stream as service-audit reads it: in order, from a place it remembers itself."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class StreamGap(StrEnum):
    """Why records between the remembered place and the first of this batch are missing from the stream."""

    EXPIRED = "expired"
    """Older than the stream keeps."""
    RECREATED = "recreated"
    """The stream ends before the remembered place: it was made anew, and is read from its start."""


@dataclass(frozen=True, slots=True)
class StreamRecord:
    """One message as published; whether it can be read is the reader's to find out."""

    offset: int
    body: bytes


@dataclass(frozen=True, slots=True)
class StreamBatch:
    """Records in order, at least one. Store `next_offset` in the transaction that stores the records.

    `gap` is set on the first batch after records were lost to the reader: what is missing must be refilled.
    """

    records: tuple[StreamRecord, ...]
    gap: StreamGap | None = None

    @property
    def next_offset(self) -> int:
        return self.records[-1].offset + 1


class AuditStream(Protocol):
    def batches(self, next_offset: int) -> AsyncGenerator[StreamBatch, None]:
        """Batches from this offset on (0 = from the start), for ever; waits while the stream is away or at its end.

        Asking for the next batch says that the last one is stored: after a lost connection reading goes on behind
        it. A record may come twice, so storing it is by its message id.
        """

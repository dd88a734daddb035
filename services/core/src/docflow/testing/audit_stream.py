"""An audit stream in memory, which can lose its beginning or be made anew."""

import asyncio
from collections.abc import AsyncGenerator

from docflow.domain.ports.audit_stream import StreamBatch, StreamGap, StreamRecord


class MemoryAuditStream:
    def __init__(self, *, batch: int = 100) -> None:
        self._batch = batch
        self._first = 0
        self._bodies: list[bytes] = []
        self._grown = asyncio.Event()

    def append(self, *bodies: bytes) -> None:
        self._bodies += bodies
        self._grown.set()

    def forget_before(self, offset: int) -> None:
        """As a stream's retention does."""
        del self._bodies[: offset - self._first]
        self._first = offset

    async def batches(self, next_offset: int) -> AsyncGenerator[StreamBatch, None]:
        place, gap = next_offset, None
        if place < self._first:
            place, gap = self._first, StreamGap.EXPIRED
        elif place > self._first + len(self._bodies):
            place, gap = self._first, StreamGap.RECREATED
        while True:
            start = place - self._first
            bodies = self._bodies[start : start + self._batch]
            if not bodies:
                self._grown.clear()
                await self._grown.wait()
                continue
            records = tuple(StreamRecord(place + number, body) for number, body in enumerate(bodies))
            batch, gap = StreamBatch(records, gap), None
            yield batch
            place = batch.next_offset

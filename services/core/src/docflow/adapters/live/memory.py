"""Fan-out of snapshots inside one process."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

from docflow.domain.ports.live import Snapshot


class MemoryLive:
    """Each subscriber has a bounded queue; one that falls behind is ended and must reconnect."""

    def __init__(self, *, queue_size: int = 256) -> None:
        self._queue_size = queue_size
        self._queues: dict[UUID, set[asyncio.Queue[Snapshot | None]]] = {}

    async def publish(self, snapshot: Snapshot) -> None:
        for queue in tuple(self._queues.get(snapshot.client_id, ())):
            if queue.qsize() < self._queue_size:
                queue.put_nowait(snapshot)
            else:
                self._leave(snapshot.client_id, queue)
                queue.put_nowait(None)

    def subscribe(self, client_id: UUID) -> AsyncIterator[Snapshot]:
        """The subscription stands when this returns, so nothing published afterwards is missed."""
        # One place more than snapshots may take: the mark of the end always fits.
        queue: asyncio.Queue[Snapshot | None] = asyncio.Queue(self._queue_size + 1)
        self._queues.setdefault(client_id, set()).add(queue)
        return self._read(client_id, queue)

    async def _read(self, client_id: UUID, queue: asyncio.Queue[Snapshot | None]) -> AsyncIterator[Snapshot]:
        try:
            while (snapshot := await queue.get()) is not None:
                yield snapshot
        finally:
            self._leave(client_id, queue)

    def _leave(self, client_id: UUID, queue: asyncio.Queue[Snapshot | None]) -> None:
        queues = self._queues.get(client_id)
        if queues is None:
            return
        queues.discard(queue)
        if not queues:
            del self._queues[client_id]

    @property
    def subscribers(self) -> int:
        return sum(len(queues) for queues in self._queues.values())

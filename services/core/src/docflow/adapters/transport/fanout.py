"""Hands hints and events to the listeners inside this process; every transport ends in one."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence

from docflow.domain.messages import Message
from docflow.domain.ports.transport import Hint
from docflow.domain.stages import Stage


class Fanout:
    """Several hints may come as one; a listener of events that falls behind misses the oldest."""

    def __init__(self, *, queue_size: int = 1024) -> None:
        self._queue_size = queue_size
        self._waiting: dict[asyncio.Event, frozenset[Stage]] = {}
        self._queues: set[asyncio.Queue[Message]] = set()

    def hint(self, stages: Collection[Stage] | None = None) -> None:
        """Wake those who listen to one of these stages; None = everybody."""
        for event, wanted in self._waiting.items():
            if stages is None or wanted.intersection(stages):
                event.set()

    def publish(self, message: Message) -> None:
        for queue in self._queues:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(message)

    def hints(self, stages: Sequence[Stage]) -> AsyncIterator[Hint]:
        event = asyncio.Event()
        self._waiting[event] = frozenset(stages)
        return self._read_hints(event)

    async def _read_hints(self, event: asyncio.Event) -> AsyncIterator[Hint]:
        try:
            while True:
                await event.wait()
                event.clear()
                yield Hint()
        finally:
            del self._waiting[event]

    def events(self) -> AsyncIterator[Message]:
        queue: asyncio.Queue[Message] = asyncio.Queue(self._queue_size)
        self._queues.add(queue)
        return self._read_events(queue)

    async def _read_events(self, queue: asyncio.Queue[Message]) -> AsyncIterator[Message]:
        try:
            while True:
                yield await queue.get()
        finally:
            self._queues.discard(queue)

"""Holding an answer back until a process needs no more waiting for."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID

from docflow.domain.ports.clock import Clock
from docflow.domain.ports.live import LiveEvents, Snapshot
from docflow.domain.stages import ProcessStatus

POLL_S = 1.0

Load = Callable[[], Awaitable[Snapshot | None]]


def is_settled(status: str) -> bool:
    """A final state, or one in which only a person goes on."""
    return status == ProcessStatus.HITL_REVIEW or ProcessStatus(status).is_final


class SettledWait:
    """Looks when a live event tells of the end, and each second besides, since events may be lost. Holds no session."""

    def __init__(
        self, live: LiveEvents, clock: Clock, stopping: asyncio.Event, *, poll_s: float = POLL_S
    ) -> None:
        self._live = live
        self._clock = clock
        self._stopping = stopping
        self._poll_s = poll_s

    async def until_settled(self, client_id: UUID, process_id: UUID, load: Load, *, wait_s: float) -> bool:
        """True when the process settled within `wait_s` seconds; False also when the service stops."""
        until = self._clock.monotonic() + wait_s
        async with asyncio.TaskGroup() as tasks:
            woken = asyncio.Event()
            listening = tasks.create_task(self._listen(client_id, process_id, woken))
            stopping = tasks.create_task(self._wake_at_stop(woken))
            try:
                return await self._watch(load, woken, until)
            finally:
                listening.cancel()
                stopping.cancel()

    async def _watch(self, load: Load, woken: asyncio.Event, until: float) -> bool:
        while True:
            woken.clear()
            snapshot = await load()
            if snapshot is None or is_settled(snapshot.status):
                return snapshot is not None
            left = until - self._clock.monotonic()
            if left <= 0 or self._stopping.is_set():
                return False
            try:
                await asyncio.wait_for(woken.wait(), min(self._poll_s, left))
            except TimeoutError:
                continue

    async def _listen(self, client_id: UUID, process_id: UUID, woken: asyncio.Event) -> None:
        events = self._live.subscribe(client_id)
        try:
            async for snapshot in events:
                if snapshot.process_id == process_id and is_settled(snapshot.status):
                    woken.set()
        finally:
            await close(events)

    async def _wake_at_stop(self, woken: asyncio.Event) -> None:
        await self._stopping.wait()
        woken.set()


async def close(events: AsyncIterator[Snapshot]) -> None:
    """End a subscription now instead of when it is collected; a plain iterator has nothing to end."""
    end = getattr(events, "aclose", None)
    if end is not None:
        await end()

"""The live stream of one client: what changed since a time mark, then every change as it comes."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from docflow.domain.json_types import JsonObject
from docflow.domain.ports.live import LiveEvents, Snapshot

from docflow_api.waiting import close

OVERLAP = timedelta(seconds=10)
"""A change is stamped when its transaction starts and seen when it commits; this much is read again."""
LOOK_S = 5.0
LIFE_S = 900.0
"""A stream ends after this; the caller connects again and is judged anew."""
WATCH_S = 30.0
"""How often it is asked whether the caller's session or key still stands; a stream ends within this and a look."""
_REMEMBERED = 5000
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Told:
    """A notification on a stream; it is found by looking at the table alone."""

    notification_id: UUID
    updated_at: datetime
    body: JsonObject

    def as_json(self) -> JsonObject:
        return self.body


News = Snapshot | Told
ChangedSince = Callable[[datetime], AsyncGenerator[Sequence[News], None]]
"""All that changed from a time on, page by page, in the order of time."""
Stands = Callable[[], Awaitable[bool]]


async def _always() -> bool:
    return True


class ProcessStream:
    """Snapshots may repeat, none is missed: live events wake it, the table is looked at besides."""

    def __init__(
        self,
        live: LiveEvents,
        stopping: asyncio.Event,
        changed_since: ChangedSince,
        *,
        stands: Stands = _always,
        look_s: float = LOOK_S,
        watch_s: float = WATCH_S,
    ) -> None:
        self._live = live
        self._stopping = stopping
        self._changed_since = changed_since
        self._stands = stands
        self._look_s = look_s
        self._watch_s = watch_s
        self.is_refused = False
        """The stream ended because its caller may see it no more."""
        self._watched = 0.0
        self._sent: OrderedDict[UUID, tuple[int, str, datetime]] = OrderedDict()

    async def follow(self, client_id: UUID, since: datetime) -> AsyncGenerator[News, None]:
        """Ends after its life, when the service stops and when the caller's session or key ended.

        The caller reconnects with its last mark.
        """
        queue: asyncio.Queue[Snapshot | None] = asyncio.Queue(maxsize=1000)
        listening = asyncio.create_task(self._listen(client_id, queue))
        stopping = asyncio.create_task(self._end_at_stop(queue))
        loop = asyncio.get_running_loop()
        mark, until = since, loop.time() + LIFE_S
        self._watched = loop.time()
        try:
            while loop.time() < until and await self._goes_on():
                async with aclosing(self._changed_since(mark - OVERLAP)) as pages:
                    async for page in pages:
                        for news in page:
                            mark = max(mark, news.updated_at)
                            if self._is_new(news):
                                yield news
                        if not await self._goes_on():
                            return
                async for snapshot in self._live_for(queue, self._look_s):
                    yield snapshot
        finally:
            listening.cancel()
            stopping.cancel()
            await asyncio.gather(listening, stopping, return_exceptions=True)

    async def _goes_on(self) -> bool:
        """False once the service stops, or the caller's session or key has ended."""
        now = asyncio.get_running_loop().time()
        if now >= self._watched + self._watch_s:
            self._watched = now
            self.is_refused = not await self._stands()
        return not self.is_refused and not self._stopping.is_set()

    async def _live_for(
        self, queue: asyncio.Queue[Snapshot | None], seconds: float
    ) -> AsyncIterator[Snapshot]:
        """What comes in by itself for `seconds`."""
        until = asyncio.get_running_loop().time() + seconds
        while not self._stopping.is_set():
            left = until - asyncio.get_running_loop().time()
            if left <= 0:
                # Also while more waits: without a pause nobody would look at the table or the session again.
                return
            try:
                snapshot = await asyncio.wait_for(queue.get(), left)
            except TimeoutError:
                return
            if snapshot is None:
                return
            if self._is_new(snapshot):
                yield snapshot

    async def _listen(self, client_id: UUID, queue: asyncio.Queue[Snapshot | None]) -> None:
        while True:
            events = self._live.subscribe(client_id)
            try:
                async for snapshot in events:
                    await queue.put(snapshot)
            finally:
                await close(events)
            # A subscription that fell behind was ended; the next look at the table has what it missed.
            await asyncio.sleep(self._look_s)

    async def _end_at_stop(self, queue: asyncio.Queue[Snapshot | None]) -> None:
        await self._stopping.wait()
        await queue.put(None)

    def _is_new(self, news: News) -> bool:
        if isinstance(news, Told):
            return self._keep(news.notification_id, 1, "", news.updated_at)
        return self._keep(news.process_id, news.version, news.status, news.updated_at)

    def _keep(self, row_id: UUID, new_version: int, new_status: str, new_at: datetime) -> bool:
        version, status, at = self._sent.get(row_id, (0, "", _NEVER))
        if new_version < version:
            return False
        # The same version later: what stands around it changed, such as who works on its review.
        if (new_version, new_status) == (version, status) and new_at <= at:
            return False
        self._sent[row_id] = (new_version, new_status, new_at)
        self._sent.move_to_end(row_id)
        if len(self._sent) > _REMEMBERED:
            self._sent.popitem(last=False)
        return True


@dataclass(frozen=True, slots=True)
class NewsPage:
    news: list[News]
    is_last: bool


def in_order(changed: Sequence[Snapshot], told: Sequence[Told], at_once: int) -> NewsPage:
    """Both kinds in the order of time, each given as up to `at_once` in that order.
    What lies beyond the end of a kind that has more is left for the next page: a reader who comes back with the last
    mark it saw must not have missed any.
    """
    ends = [rows[-1].updated_at for rows in (changed, told) if len(rows) == at_once]
    both: list[News] = [*changed, *told]
    both.sort(key=lambda news: news.updated_at)
    if not ends:
        return NewsPage(both, is_last=True)
    return NewsPage([news for news in both if news.updated_at <= min(ends)], is_last=False)


def kind_of(news: News) -> str:
    """The name under which it goes out."""
    return "notification" if isinstance(news, Told) else "process"


def write_mark(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def read_mark(text: str | None, now: datetime) -> datetime:
    """The mark of `Last-Event-ID`; `now` for none, and for one that nobody gave out."""
    try:
        at = datetime.fromisoformat(text) if text else now
    except ValueError:
        return now
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)

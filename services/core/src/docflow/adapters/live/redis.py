"""Snapshots to the open streams of every process, by publish and subscribe.

A snapshot reaches this process's own streams at once and without Redis; Redis carries it to the others. One that comes
by several ways (each process may publish what its transport brings) is handed on once. What is
published while Redis is away is not seen by them: a stream shows the state again when it is next asked or changed.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime
from uuid import UUID

import orjson
import structlog
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from docflow.adapters.redis.link import RedisLink
from docflow.domain.errors import TransientError
from docflow.domain.ids import new_id
from docflow.domain.ports.live import LiveEvents, Snapshot

log = structlog.get_logger(__name__)

_CHANNEL = "docflow:live"
_PATIENCE_S = 5.0
_REMEMBERED = 10_000


class RedisLive:
    """`local` is the fan-out inside this process."""

    def __init__(self, link: RedisLink, local: LiveEvents, *, again_s: float = 0.5) -> None:
        self._link = link
        self._local = local
        self._again_s = again_s
        self._origin = new_id().hex
        self._seen: OrderedDict[tuple[UUID, int, datetime], None] = OrderedDict()
        self._task: asyncio.Task[None] | None = None
        self.listening = asyncio.Event()
        """Set while snapshots of other processes come in."""

    def start(self) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._listen(), name="redis-live")

    async def publish(self, snapshot: Snapshot) -> None:
        if not self._is_new(snapshot):
            return
        await self._local.publish(snapshot)
        body = orjson.dumps(
            {**snapshot.as_json(), "client_id": str(snapshot.client_id), "origin": self._origin}
        )
        with suppress(TransientError):
            await self._link.ask(lambda redis: redis.publish(_CHANNEL, body))

    def subscribe(self, client_id: UUID) -> AsyncIterator[Snapshot]:
        return self._local.subscribe(client_id)

    async def aclose(self) -> None:
        """The link is closed by whoever opened it."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _listen(self) -> None:
        while True:
            await self._link.wait_up()
            try:
                async with self._link.client.pubsub(ignore_subscribe_messages=True) as channel:
                    await channel.subscribe(_CHANNEL)
                    self.listening.set()
                    await self._relay(channel)
            except (RedisError, OSError) as error:
                self._link.lost(error)
            finally:
                self.listening.clear()
            await asyncio.sleep(self._again_s)

    async def _relay(self, channel: PubSub) -> None:
        """Hand on what comes, until the link is down."""
        while self._link.up:
            message = await channel.get_message(timeout=_PATIENCE_S)
            snapshot = None if message is None else self._foreign(message["data"])
            if snapshot is not None and self._is_new(snapshot):
                await self._local.publish(snapshot)

    def _is_new(self, snapshot: Snapshot) -> bool:
        key = (snapshot.process_id, snapshot.version, snapshot.updated_at)
        if key in self._seen:
            return False
        self._seen[key] = None
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        return True

    def _foreign(self, body: bytes) -> Snapshot | None:
        """The snapshot of another process; None for our own and for what is no snapshot."""
        try:
            data = orjson.loads(body)
            if data["origin"] == self._origin:
                return None
            return Snapshot(
                client_id=UUID(data["client_id"]),
                process_id=UUID(data["process_id"]),
                status=data["status"],
                current_stage=data["current_stage"],
                version=data["version"],
                updated_at=datetime.fromisoformat(data["updated_at"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            log.error("live.message_unreadable", reason=type(error).__name__)
            return None

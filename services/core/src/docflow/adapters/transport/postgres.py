"""Hints and events by LISTEN and NOTIFY: nothing but the database is needed.

Listening takes one direct connection of its own (a transaction pooler cannot carry it) and comes back by itself.
Whatever is lost on the way costs a poll's time and nothing else.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from uuid import UUID

import orjson
import psycopg
import structlog
from psycopg import sql

from docflow.adapters.transport.fanout import Fanout
from docflow.db.database import Database
from docflow.db.json_text import json_bytes
from docflow.db.roles import libpq_url
from docflow.domain.messages import Message
from docflow.domain.ports.transport import Hint
from docflow.domain.stages import Stage

log = structlog.get_logger(__name__)

HINTS = "docflow_hints"
EVENTS = "docflow_events"

#: PostgreSQL refuses a payload of 8,000 bytes or more.
_PAYLOAD_BYTES = 7_500
_RECONNECT_S = (0.2, 10.0)
_CONNECT_TIMEOUT_S = 5


class PostgresTransport:
    def __init__(
        self, database: Database, listen_url: str, *, chance: Callable[[], float] = random.random
    ) -> None:
        self._database = database
        self._listen_url = libpq_url(listen_url)
        self._chance = chance
        self._fanout = Fanout()
        self._listener: asyncio.Task[None] | None = None
        self._listening = asyncio.Event()

    async def hint(self, runs: Sequence[tuple[Stage, UUID]]) -> None:
        stages = sorted({stage.value for stage, _ in runs})
        if not stages:
            return
        try:
            await self._notify(HINTS, [",".join(stages)])
        except Exception as error:
            # A lost hint is late by one poll; the change it tells of has committed already.
            log.warning("transport.hint_lost", error=type(error).__name__)

    def hints(self, stages: Sequence[Stage]) -> AsyncIterator[Hint]:
        self._start_listening()
        return self._fanout.hints(stages)

    async def publish(self, messages: Sequence[Message]) -> None:
        if messages:
            await self._notify(EVENTS, [payload.decode() for payload in packed(messages)])

    def events(self) -> AsyncIterator[Message]:
        self._start_listening()
        return self._fanout.events()

    @property
    def healthy(self) -> bool:
        return self._listener is None or self._listening.is_set()

    async def aclose(self) -> None:
        if self._listener is not None:
            self._listener.cancel()
            with suppress(asyncio.CancelledError):
                await self._listener

    async def _notify(self, channel: str, payloads: Sequence[str]) -> None:
        await self._database.single(
            "SELECT pg_notify(%(channel)s, payload) FROM unnest(CAST(%(payloads)s AS text[])) AS p (payload)",
            {"channel": channel, "payloads": list(payloads)},
        )

    def _start_listening(self) -> None:
        if self._listener is None:
            self._listener = asyncio.create_task(self._listen_for_ever(), name="transport.listen")

    async def _listen_for_ever(self) -> None:
        least_s, most_s = _RECONNECT_S
        tries = 0
        while True:
            try:
                await self._listen()
            except Exception as error:
                # Whatever it is: nobody would see that listening has ended, since polling carries the work.
                was_up = self._listening.is_set()
                self._listening.clear()
                tries = 1 if was_up else tries + 1
                if tries == 1:
                    log.warning("transport.listen_lost", error=type(error).__name__)
            ceiling = min(most_s, least_s * 2 ** min(tries, 8))
            await asyncio.sleep(least_s + self._chance() * (ceiling - least_s))

    async def _listen(self) -> None:
        connection = await psycopg.AsyncConnection.connect(
            self._listen_url,
            autocommit=True,
            connect_timeout=_CONNECT_TIMEOUT_S,
            application_name="docflow-listen",
        )
        async with connection:
            for channel in (HINTS, EVENTS):
                await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
            self._listening.set()
            # What was notified while nobody listened is gone: look once.
            self._fanout.hint()
            async for notice in connection.notifies():
                self._receive(notice.channel, notice.payload)

    def _receive(self, channel: str, payload: str) -> None:
        try:
            if channel == HINTS:
                self._fanout.hint({Stage(word) for word in payload.split(",")})
            else:
                for item in orjson.loads(payload):
                    self._fanout.publish(Message.from_json(item))
        except (ValueError, KeyError, TypeError, AttributeError):
            # Any role of the database may NOTIFY; what is not ours is no reason to stop listening.
            log.warning("transport.unreadable", channel=channel)


def packed(messages: Sequence[Message]) -> list[bytes]:
    """JSON arrays of messages, each below PostgreSQL's limit; a message that is too large alone is left out."""
    payloads: list[bytes] = []
    parts: list[bytes] = []
    size = 2
    for message in messages:
        part = json_bytes(message.as_json())
        if len(part) + 2 > _PAYLOAD_BYTES:
            log.warning("transport.event_too_large", message_id=str(message.message_id))
            continue
        if parts and size + len(part) + 1 > _PAYLOAD_BYTES:
            payloads.append(b"[" + b",".join(parts) + b"]")
            parts, size = [], 2
        parts.append(part)
        size += len(part) + 1
    return [*payloads, b"[" + b",".join(parts) + b"]"] if parts else payloads

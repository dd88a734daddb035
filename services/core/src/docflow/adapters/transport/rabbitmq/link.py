"""One connection to the broker that comes back by itself.

The library's own self-healing connection is not used: it restores channels and consumers behind the caller's back and
logs each attempt; here a lost connection ends everything built on it, and whoever needs one builds it anew.
"""

import asyncio
import logging
import random
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import aio_pika
import structlog
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange
from aio_pika.connection import make_url

from docflow.adapters.transport.rabbitmq.topology import EVENTS, TOPOLOGY, Topology, declare
from docflow.adapters.transport.rabbitmq.trouble import (
    BROKEN,
    BrokerTooOld,
    Trouble,
    heed_cancellation,
    losses_ignored,
    named_losses,
    refuse_old,
    trouble_of,
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds. The back-off is exponential with full jitter between `backoff_base_s` and `backoff_cap_s`."""

    connect_s: float = 5.0
    answer_s: float = 5.0
    watch_s: float = 5.0
    heartbeat_s: int = 10
    backoff_base_s: float = 0.2
    backoff_cap_s: float = 3.0
    misconfigured_s: float = 30.0
    stable_s: float = 10.0
    """A connection that lived so long starts the back-off anew."""


class Link:
    """Connects, declares the topology, watches, and starts again when the connection is lost.

    `up` is True while calls can go through; a broker that blocks publishers (its memory or disk alarm) keeps the
    connection and makes `up` False.
    """

    def __init__(
        self,
        url: str,
        *,
        name: str,
        rng: random.Random,
        topology: Topology = TOPOLOGY,
        timing: Timing | None = None,
    ) -> None:
        self._timing = timing or Timing()
        self._url = _with_heartbeat(url, self._timing.heartbeat_s)
        self._name = name
        self._rng = rng
        self._topology = topology
        self._connection: AbstractConnection | None = None
        self._arrived = asyncio.Event()
        self._lost = asyncio.Event()
        self._blocked = False
        self._told: str | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def up(self) -> bool:
        return self._arrived.is_set() and not self._lost.is_set() and not self._blocked

    @property
    def started(self) -> bool:
        return self._task is not None

    def start(self) -> None:
        """Begin to connect in the background. Safe to repeat."""
        if self._task is None:
            _quieten_libraries()
            self._task = asyncio.create_task(self._keep(), name=f"rabbitmq-{self._name}")

    async def connection(self) -> AbstractConnection:
        """The connection; waits until there is one."""
        while True:
            await self._arrived.wait()
            if self._connection is not None and not self._lost.is_set():
                return self._connection
            await asyncio.sleep(self._timing.backoff_base_s)

    def present(self) -> AbstractConnection | None:
        return self._connection if self.up else None

    def drop(self, connection: AbstractConnection) -> None:
        """Give this connection up: it does not answer, or what it declared is gone."""
        if connection is self._connection:
            self._lost.set()

    async def aclose(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _keep(self) -> None:
        failures = 0
        while True:
            began = asyncio.get_running_loop().time()
            trouble = await self._live_once()
            heed_cancellation()
            if asyncio.get_running_loop().time() - began >= self._timing.stable_s:
                failures = 0
            failures += 1
            self._tell(trouble)
            await asyncio.sleep(self._pause_s(trouble, failures))

    async def _live_once(self) -> Trouble:
        """Connect and stay until the connection is lost; why it was."""
        # Made by hand, to be closed where connecting fails: the library's `connect` leaves that to the collector.
        connection = aio_pika.Connection(
            make_url(self._url), client_properties={"connection_name": self._name}
        )
        try:
            with named_losses():
                async with asyncio.timeout(self._timing.connect_s * 2):
                    await connection.connect(timeout=self._timing.connect_s)
                self._lost.clear()
                connection.close_callbacks.add(self._on_closed)
                heed_cancellation()
                await self._prepare(connection)
                heed_cancellation()
                await self._watch(connection)
        except (*BROKEN, BrokerTooOld) as error:
            return trouble_of(error)
        finally:
            self._arrived.clear()
            self._connection = None
            await self._close(connection)
        return Trouble("broker_lost", misconfigured=False, detail="the connection was closed")

    async def _prepare(self, connection: AbstractConnection) -> None:
        """Declaring also proves that every queue is back: a stream that has no leader yet, right after a restart,
        lets RabbitMQ 3.10.8 confirm messages that it then loses.
        """
        version = _version(connection)
        refuse_old(version)
        async with asyncio.timeout(self._timing.answer_s * 2):
            await declare(connection, self._topology, timeout_s=self._timing.answer_s)
        self._connection = connection
        self._arrived.set()
        self._told = None
        log.info("broker.connected", connection=self._name, version=version)

    async def _watch(self, connection: AbstractConnection) -> None:
        """Returns when the connection is lost; raises when it stopped answering.

        Heartbeats alone find a dead peer after half a minute; this asks something small every few seconds.
        """
        control: AbstractChannel = connection.channel(publisher_confirms=False)
        await control.initialize(timeout=self._timing.answer_s)
        heed_cancellation()
        while not await _set_within(self._lost, self._timing.watch_s):
            heed_cancellation()
            if await self._is_blocked(connection):
                continue
            async with asyncio.timeout(self._timing.answer_s):
                await control.declare_exchange(EVENTS, passive=True, timeout=self._timing.answer_s)

    async def _is_blocked(self, connection: AbstractConnection) -> bool:
        assert connection.transport is not None
        try:
            async with asyncio.timeout(0.01):
                await connection.transport.ready()
        except TimeoutError:
            if not self._blocked:
                log.warning("broker.blocked", connection=self._name, code="broker_blocked")
            self._blocked = True
        else:
            self._blocked = False
        return self._blocked

    async def _close(self, connection: AbstractConnection) -> None:
        self._blocked = False
        with losses_ignored():
            async with asyncio.timeout(self._timing.answer_s):
                await connection.close()

    def _on_closed(self, *_: object) -> None:
        self._lost.set()

    def _pause_s(self, trouble: Trouble, failures: int) -> float:
        if trouble.misconfigured:
            return self._timing.misconfigured_s * self._rng.uniform(0.5, 1.5)
        ceiling = min(self._timing.backoff_cap_s, self._timing.backoff_base_s * 2 ** min(failures, 16))
        return self._rng.uniform(self._timing.backoff_base_s, ceiling)

    def _tell(self, trouble: Trouble) -> None:
        """One line per kind of trouble until a connection stands again."""
        if trouble.code == self._told:
            return
        self._told = trouble.code
        if trouble.misconfigured:
            log.error("broker.misconfigured", connection=self._name, code=trouble.code, detail=trouble.detail)
        else:
            log.warning("broker.away", connection=self._name, code=trouble.code, detail=trouble.detail)


async def events_exchange(channel: AbstractChannel) -> AbstractExchange:
    """The exchange as this channel sees it, without asking the broker."""
    return await channel.get_exchange(EVENTS, ensure=False)


def _with_heartbeat(url: str, heartbeat_s: int) -> str:
    """The URL's own figure stands when it gives one."""
    parts = urlsplit(url)
    if "heartbeat=" in parts.query:
        return url
    query = f"{parts.query}&heartbeat={heartbeat_s}".removeprefix("&")
    # An empty path names the default virtual host; the library reads it from a slash as well.
    return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", query, ""))


def _version(connection: AbstractConnection) -> str:
    assert connection.transport is not None
    told = connection.transport.connection.server_properties or {}
    version = told.get("version", "")
    return version.decode() if isinstance(version, bytes) else str(version)


async def _set_within(event: asyncio.Event, timeout_s: float) -> bool:
    try:
        async with asyncio.timeout(timeout_s):
            await event.wait()
    except TimeoutError:
        return False
    return True


def _quieten_libraries() -> None:
    """They log every failed attempt, with a traceback; the link says it once, with a code."""
    for name in ("aiormq", "aio_pika"):
        logging.getLogger(name).setLevel(logging.CRITICAL)

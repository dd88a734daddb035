"""One pool of connections to Redis or Valkey, and whether the server answers.

No correctness lives there, so a call waits half a second at most and is not tried again: the in-process forms take
over until a ping is answered.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

import structlog
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, AuthorizationError, NoPermissionError, RedisError

from docflow.domain.errors import TransientError

log = structlog.get_logger(__name__)

T = TypeVar("T")

_AWAY = (RedisError, OSError, TimeoutError)
_MISCONFIGURED = (AuthenticationError, AuthorizationError, NoPermissionError)


@dataclass(frozen=True, slots=True)
class RedisTiming:
    """Seconds. `watch_s` between pings while all is well, `again_s` (jittered) while the server is away."""

    command_s: float = 0.5
    watch_s: float = 2.0
    again_s: float = 1.0
    misconfigured_s: float = 30.0


class RedisLink:
    """`up` is False from the first failed call to the next answered ping. `start` returns at once."""

    def __init__(
        self,
        url: str,
        *,
        name: str = "docflow",
        rng: random.Random | None = None,
        connections: int = 20,
        timing: RedisTiming | None = None,
    ) -> None:
        self._timing = timing or RedisTiming()
        self._rng = rng or random.Random()  # noqa: S311 - jitter, not secrets
        self.pool = BlockingConnectionPool.from_url(
            url,
            max_connections=connections,
            timeout=self._timing.command_s,
            socket_timeout=self._timing.command_s,
            socket_connect_timeout=self._timing.command_s,
            retry=Retry(NoBackoff(), 0),
            client_name=name,
        )
        self.client = Redis(connection_pool=self.pool)
        self._up = asyncio.Event()
        self._failed = asyncio.Event()
        self._told: str | None = None
        self._returns: list[Callable[[], Awaitable[None]]] = []
        self._task: asyncio.Task[None] | None = None

    @property
    def up(self) -> bool:
        return self._up.is_set()

    def on_return(self, act: Callable[[], Awaitable[None]]) -> None:
        """Call `act` whenever the server answers again, before `up` is True. It may use `client`."""
        self._returns.append(act)

    def start(self) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._watch(), name="redis-watch")

    async def wait_up(self) -> None:
        await self._up.wait()

    async def ask(self, call: Callable[[Redis], Awaitable[T]]) -> T:
        """What the call gives. Raises TransientError `redis_unavailable`, at once while the server is away."""
        if not self.up:
            raise _unavailable()
        try:
            return await call(self.client)
        except _AWAY as error:
            self.lost(error)
            raise _unavailable() from error

    def lost(self, error: Exception) -> None:
        """Somebody's call failed: nobody calls until a ping is answered."""
        self._up.clear()
        self._failed.set()
        self._tell(error)

    async def aclose(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        self._up.clear()
        with suppress(*_AWAY):
            await self.client.aclose()
            await self.pool.aclose()

    async def _watch(self) -> None:
        while True:
            pause_s = self._timing.watch_s
            try:
                await self._greet()
            except _AWAY as error:
                self.lost(error)
                pause_s = self._pause_s(error)
            self._failed.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(pause_s):
                    if self.up:
                        await self._failed.wait()
                    else:
                        await asyncio.Event().wait()

    async def _greet(self) -> None:
        await self.client.ping()
        if self.up:
            return
        for act in self._returns:
            await act()
        self._up.set()
        self._told = None
        log.info("redis.connected")

    def _pause_s(self, error: Exception) -> float:
        usual = self._timing.misconfigured_s if isinstance(error, _MISCONFIGURED) else self._timing.again_s
        return usual * self._rng.uniform(0.5, 1.5)

    def _tell(self, error: Exception) -> None:
        """One line per kind of trouble until the server answers again."""
        misconfigured = isinstance(error, _MISCONFIGURED)
        code = "redis_credentials_refused" if misconfigured else "redis_unavailable"
        if code == self._told:
            return
        self._told = code
        if misconfigured:
            log.error("redis.misconfigured", code=code)
        else:
            log.warning("redis.away", code=code, detail=type(error).__name__)


def _unavailable() -> TransientError:
    return TransientError("Redis is not available", code="redis_unavailable", after_s=1)

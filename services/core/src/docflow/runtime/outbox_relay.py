"""Publishes what leaves. An event is forgotten only once the transport has it."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import structlog

from docflow.db.database import Database
from docflow.domain.backoff import Backoff
from docflow.domain.crash_points import crash_point
from docflow.domain.json_types import JsonObject
from docflow.domain.messages import Message
from docflow.domain.ports.transport import Transport
from docflow.runtime.failures import told_of
from docflow.runtime.metrics import Metrics
from docflow.runtime.waiting import Bell

log = structlog.get_logger(__name__)

_PATIENCE = Backoff(base_s=0.5, cap_s=2.0)
"""Short at its longest: a try while the broker is away costs nothing, and each wait comes on top of its absence."""


@dataclass(frozen=True, slots=True)
class Outlet:
    """Which rows leave. `confirm` None = publishing does not end them; they go again when they still stand there
    after `hold_s`."""

    take: str
    confirm: str | None
    hold_s: float


EVENTS = Outlet("take_outbox", "confirm_outbox", hold_s=5.0)
"""Held a little longer than one publish may take; what a relay that was killed had in hand waits for so long."""
AUDIT = Outlet("offer_audit", None, hold_s=3600.0)
"""To the stream. Such a row ends in the transaction that writes it into the audit log."""


class OutboxRelay:
    """Woken by the commits of its own process; polls for what others left behind."""

    def __init__(
        self,
        database: Database,
        transport: Transport,
        outlet: Outlet = EVENTS,
        *,
        poll_s: float = 3.0,
        hold_s: float | None = None,
        batch: int = 200,
        chance: Callable[[], float] = random.random,
        metrics: Metrics | None = None,
    ) -> None:
        self._database = database
        self._transport = transport
        self._poll_s = poll_s
        self._outlet = outlet
        self._hold_s = outlet.hold_s if hold_s is None else hold_s
        self._batch = batch
        self._chance = chance
        self._bell = Bell()
        self._metrics = metrics or Metrics()
        self._unsent: list[tuple[UUID, Message]] = []
        self._ours_until = 0.0
        """On the loop's clock; from then on others may take what is unsent here."""

    def wake(self) -> None:
        self._bell.ring()

    async def run(self, stopping: asyncio.Event) -> None:
        tries = 0
        with self._bell.rung_by(stopping):
            while not stopping.is_set():
                try:
                    published = await self.relay_once()
                except Exception as error:
                    tries += 1
                    self._metrics.relay_failures.inc()
                    if tries == 1:
                        log.warning("outbox.relay_failed", **told_of(error))
                    await self._bell.wait(0.2 + _PATIENCE.delay_s(tries, self._chance))
                    continue
                tries = 0
                if published < self._batch:
                    await self._bell.wait(self._poll_s * (0.7 + 0.6 * self._chance()))

    async def relay_once(self) -> int:
        """Publish one batch; returns its size. Safe to repeat: an event may be published twice, never lost.

        What could not be published stays in hand for the next call, as long as nobody else may take it.
        """
        if asyncio.get_running_loop().time() >= self._ours_until:
            self._unsent = []
        self._unsent = taken = self._unsent or await self._take()
        if not taken:
            return 0
        await self._transport.publish([message for _, message in taken])
        self._unsent = []
        self._metrics.published.inc(len(taken))
        crash_point("relay.after_publish")
        if self._outlet.confirm is not None:
            await self._database.single(
                f"SELECT {self._outlet.confirm}(%(ids)s)",
                {"ids": [message_id for message_id, _ in taken]},
            )
        return len(taken)

    async def _take(self) -> list[tuple[UUID, Message]]:
        self._ours_until = asyncio.get_running_loop().time() + self._hold_s
        rows = await self._database.single(
            f"SELECT message_id, payload FROM {self._outlet.take}(%(limit)s, %(hold_s)s)",  # noqa: S608
            {"limit": self._batch, "hold_s": self._hold_s},
        )
        read = ((row.message_id, self._read(row.message_id, row.payload)) for row in rows)
        return [(message_id, message) for message_id, message in read if message is not None]

    def _read(self, message_id: UUID, payload: JsonObject) -> Message | None:
        """None for what is no message to this release: perhaps it is to the next one's relay. It stays, and holds up nothing."""
        try:
            return Message.from_json(payload)
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            self._metrics.relay_failures.inc()
            log.error("outbox.unreadable", message_id=str(message_id), reason=type(error).__name__)
            return None

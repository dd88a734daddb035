"""Keeps the ends of the hash chains outside the database, every few minutes."""

import asyncio
import random
from collections.abc import Callable
from uuid import UUID

import structlog
from docflow.db.database import Database
from docflow.domain.errors import DocflowError
from docflow.domain.ports.blobs import BlobStore
from docflow.domain.ports.clock import Clock
from docflow.features.audit.anchors import anchor, latest_heads
from docflow.features.audit.chain import Head
from docflow.runtime.metrics import Metrics
from docflow.runtime.waiting import Bell
from sqlalchemy.exc import SQLAlchemyError

log = structlog.get_logger(__name__)


class Anchoring:
    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        clock: Clock,
        *,
        every_s: float = 300.0,
        chance: Callable[[], float] = random.random,
        metrics: Metrics | None = None,
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._clock = clock
        self._every_s = every_s
        self._chance = chance
        self._metrics = metrics or Metrics()
        self._kept: dict[UUID, Head] = {}

    async def run(self, stopping: asyncio.Event) -> None:
        """Until `stopping` is set. What could not be kept is kept the next time."""
        bell = Bell()
        with bell.rung_by(stopping):
            while not stopping.is_set():
                await bell.wait(self._every_s * (0.9 + 0.2 * self._chance()))
                try:
                    await self.keep()
                except (DocflowError, SQLAlchemyError) as error:
                    self._metrics.anchor_failures.inc()
                    log.warning("audit.not_anchored", error=type(error).__name__)

    async def keep(self) -> int:
        """Anchor the chains that have grown since; returns how many those were."""
        async with self._database.nobody() as session:
            heads = await latest_heads(session)
        grown = {client_id: head for client_id, head in heads.items() if self._kept.get(client_id) != head}
        if grown:
            await anchor(self._blobs, grown, self._clock.now())
            self._kept.update(grown)
            self._metrics.anchored.inc(len(grown))
        self._metrics.anchored_at.set(self._clock.now().timestamp())
        return len(grown)

"""Timed work. Every worker process runs the loop; the database picks one of them for each run of a job."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.db.database import Database
from docflow.domain.errors import DocflowError, TransientError
from docflow.domain.ports.blobs import BlobStore
from docflow.domain.ports.clock import Clock
from docflow.domain.ports.workbench import Workbench
from docflow.features.alert_rules.periodic import evaluate_alerts
from docflow.features.audit.periodic import add_partitions
from docflow.features.calibration.periodic import calibrate
from docflow.features.notifications.periodic import sweep_notifications
from docflow.features.platform_alerts.periodic import evaluate_platform_alerts
from docflow.features.removals.periodic import remove_files
from docflow.features.retention.periodic import erase_old
from docflow.features.reviews.periodic import digest_reviews, free_leases
from docflow.features.stage_runs.periodic import sweep_engine
from docflow.features.uploads.periodic import sweep_uploads
from docflow.features.usage.periodic import sweep_usage
from docflow.features.users.periodic import sweep_accounts
from docflow.runtime.failures import told_of
from docflow.runtime.waiting import Bell

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PeriodicJob:
    """`run` works in one transaction bound to no client. At most every `every_s`, in one process at a time."""

    name: str
    every_s: float
    run: Callable[[AsyncSession], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class PeriodicWork:
    """Like a job, but `run` opens its own short transactions: it talks to others than the database too.

    It may meet a second run of itself that began a period later.
    """

    name: str
    every_s: float
    run: Callable[[Database], Awaitable[object]]


JOBS: tuple[PeriodicJob | PeriodicWork, ...] = (
    PeriodicJob("engine.sweep", 600, sweep_engine),
    PeriodicJob("audit.partitions", 86_400, add_partitions),
    PeriodicJob("accounts.sweep", 3600, sweep_accounts),
    PeriodicJob("uploads.sweep", 3600, sweep_uploads),
    PeriodicJob("usage.sweep", 60, sweep_usage),
    PeriodicJob("notifications.sweep", 3600, sweep_notifications),
    PeriodicWork("alerts.evaluate", 60, evaluate_alerts),
    PeriodicJob("alerts.platform", 60, evaluate_platform_alerts),
    PeriodicWork("retention.erase", 3600, erase_old),
    PeriodicJob("reviews.leases", 30, free_leases),
    PeriodicJob("reviews.digest", 3600, digest_reviews),
)


def jobs_over(blobs: BlobStore, workbench: Workbench) -> Sequence[PeriodicJob | PeriodicWork]:
    """All timed work, with what is done in the file store and what is computed."""
    return (
        *JOBS,
        PeriodicWork("files.remove", 30, lambda database: remove_files(database, blobs)),
        PeriodicWork("calibration.fit", 86_400, lambda database: calibrate(database, workbench)),
    )


_CHECKS_PER_PERIOD = 4
_LONGEST_SLEEP_S = 60.0


class PeriodicLoop:
    def __init__(
        self,
        database: Database,
        clock: Clock,
        jobs: Sequence[PeriodicJob | PeriodicWork] = JOBS,
        *,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._clock = clock
        self._jobs = jobs
        self._chance = chance
        self._next_look = {job.name: 0.0 for job in jobs}

    async def run(self, stopping: asyncio.Event) -> None:
        bell = Bell()
        with bell.rung_by(stopping):
            while not stopping.is_set():
                await self.run_due()
                await bell.wait(self._pause_s())

    async def run_due(self) -> None:
        """Look at each job whose time has come here; whoever asks the database first does it."""
        for job in self._jobs:
            now = self._clock.monotonic()
            if now >= self._next_look[job.name]:
                self._next_look[job.name] = now + job.every_s / _CHECKS_PER_PERIOD
                await self._try(job)

    def _pause_s(self) -> float:
        shortest = min((job.every_s for job in self._jobs), default=_LONGEST_SLEEP_S)
        return min(_LONGEST_SLEEP_S, shortest / _CHECKS_PER_PERIOD) * (0.7 + 0.6 * self._chance())

    async def _try(self, job: PeriodicJob | PeriodicWork) -> None:
        try:
            if await self._claim(job):
                await self._do(job)
        except TransientError as error:
            log.warning("periodic.skipped", job=job.name, code=error.code)
        except Exception as error:
            log.error("periodic.failed", job=job.name, **told_of(error))
            await self._note_failure(job, error)

    async def _claim(self, job: PeriodicJob | PeriodicWork) -> bool:
        async with self._database.nobody() as session:
            return bool(
                await session.scalar(
                    text("SELECT claim_periodic(:name, :every_s)"),
                    {"name": job.name, "every_s": job.every_s},
                )
            )

    async def _do(self, job: PeriodicJob | PeriodicWork) -> None:
        if isinstance(job, PeriodicWork):
            await job.run(self._database)
        else:
            await self._do_alone(job)
        await self._note(job, None)

    async def _do_alone(self, job: PeriodicJob) -> None:
        async with self._database.nobody() as session:
            # A run that takes longer than its period is not joined by a second one.
            free = await session.scalar(
                text("SELECT pg_try_advisory_xact_lock(hashtextextended('docflow.periodic.' || :name, 0))"),
                {"name": job.name},
            )
            if free:
                await job.run(session)

    async def _note_failure(self, job: PeriodicJob | PeriodicWork, error: Exception) -> None:
        told = error.code if isinstance(error, DocflowError) else type(error).__name__
        try:
            await self._note(job, told)
        except TransientError as away:
            log.warning("periodic.not_noted", job=job.name, code=away.code)

    async def _note(self, job: PeriodicJob | PeriodicWork, error: str | None) -> None:
        async with self._database.nobody() as session:
            await session.execute(
                text("SELECT end_periodic(:name, CAST(:error AS text))"), {"name": job.name, "error": error}
            )

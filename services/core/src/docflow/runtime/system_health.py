"""How an installation fares, for people: what waits for how long, who works, which vendors are asked. Ages, no counts of anybody's work."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from docflow.db.database import Database
from docflow.domain.errors import TransientError
from docflow.domain.ports.transport import Transport
from docflow.domain.stages import Stage
from docflow.runtime.measures import ENGINE_QUERY
from docflow.runtime.models import Models
from docflow.runtime.readiness import Readiness, readiness

_JOBS = text(
    "SELECT name, last_finished_at, last_error IS NOT NULL AS failed FROM periodic_runs ORDER BY name"
)


@dataclass(frozen=True, slots=True)
class StageWait:
    """`due_s` is how long the run that is due for longest has waited, `in_hand_s` the age of the oldest claim."""

    stage: Stage
    due_s: float
    in_hand_s: float


@dataclass(frozen=True, slots=True)
class JobRun:
    name: str
    last_finished_at: datetime | None
    failed: bool


@dataclass(frozen=True, slots=True)
class SystemHealth:
    """`outgoing` maps deliveries, actions, events and audit to how long the oldest has waited, `workers` a service to
    how many of its workers beat, `providers` a vendor to whether it is asked at the moment. Without a database the
    rest is empty."""

    readiness: Readiness
    stages: Sequence[StageWait]
    outgoing: dict[str, float]
    workers: dict[str, int]
    providers: dict[str, bool]
    jobs: Sequence[JobRun]


async def system_health(database: Database, transport: Transport, models: Models | None) -> SystemHealth:
    found = await readiness(database, transport, models)
    measured, jobs = await _measured(database)
    router = models.router if models else None
    shut = router.shut() if router else frozenset()
    return SystemHealth(
        readiness=found,
        stages=[
            StageWait(stage, measured["queue_oldest"][stage.value], measured["claimed_oldest"][stage.value])
            for stage in Stage
            if stage.value in measured["queue_oldest"]
        ],
        outgoing=dict(measured["sendings_oldest"])
        | {("events" if kind == "event" else kind): age for kind, age in measured["outbox_oldest"].items()},
        workers={service: round(alive) for service, alive in measured["workers"].items()},
        providers={name: name not in shut for name in sorted(router.vendors)} if router else {},
        jobs=jobs,
    )


async def _measured(database: Database) -> tuple[dict[str, dict[str, float]], list[JobRun]]:
    measured: dict[str, dict[str, float]] = defaultdict(dict)
    try:
        async with database.nobody() as session:
            for measure, label, value in await session.execute(text(ENGINE_QUERY)):
                measured[measure][label or ""] = value
            return measured, [JobRun(*row) for row in await session.execute(_JOBS)]
    except (TransientError, DBAPIError, OSError):
        return measured, []

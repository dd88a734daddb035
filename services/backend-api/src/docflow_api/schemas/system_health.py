from datetime import datetime

from docflow.domain.stages import Stage
from docflow.runtime.system_health import SystemHealth

from docflow_api.schemas.base import Schema


class StageWaitOut(Schema):
    """Seconds: `due_s` of the run that is due for longest, `in_hand_s` of the one that is worked on for longest."""

    stage: Stage
    due_s: float
    in_hand_s: float


class LaneWaitOut(Schema):
    """How long the oldest has waited, in seconds. `lane` is `deliveries`, `actions`, `events` or `audit`."""

    lane: str
    oldest_s: float


class ServiceOut(Schema):
    service: str
    workers: int


class ProviderOut(Schema):
    """`is_asked` is false for a while after it failed several times or refused the key; of this gateway's own calls."""

    provider: str
    is_asked: bool


class JobOut(Schema):
    """Timed work: when it last ended, and whether it failed then."""

    name: str
    last_finished_at: datetime | None
    failed: bool


class SystemHealthOut(Schema):
    """`checks` maps a part to `ok`, `degraded`, `pending` or `unavailable`. Ages and states, no counts of anybody's work."""

    version: str
    status: str
    checks: dict[str, str]
    services: list[ServiceOut]
    stages: list[StageWaitOut]
    outgoing: list[LaneWaitOut]
    providers: list[ProviderOut]
    jobs: list[JobOut]


def system_health_out(found: SystemHealth, version: str) -> SystemHealthOut:
    return SystemHealthOut(
        version=version,
        status=found.readiness.status,
        checks=found.readiness.checks,
        services=[ServiceOut(service=name, workers=alive) for name, alive in found.workers.items()],
        stages=[
            StageWaitOut(stage=each.stage, due_s=each.due_s, in_hand_s=each.in_hand_s)
            for each in found.stages
        ],
        outgoing=[LaneWaitOut(lane=lane, oldest_s=age) for lane, age in found.outgoing.items()],
        providers=[ProviderOut(provider=name, is_asked=asked) for name, asked in found.providers.items()],
        jobs=[
            JobOut(name=each.name, last_finished_at=each.last_finished_at, failed=each.failed)
            for each in found.jobs
        ],
    )

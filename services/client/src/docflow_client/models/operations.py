"""What failed for good, and how the installation fares."""

from datetime import datetime
from uuid import UUID

from docflow_client.models.base import Answer, Trouble


class DeadRun(Answer):
    """A run that ended its process as failed. `attempts` counts tries, `losses` the workers lost with it in hand."""

    run_id: UUID
    client_id: UUID
    client_name: str
    process_id: UUID
    process_type_id: str | None
    external_id: str | None
    stage: str
    step: str
    error: Trouble | None
    attempts: int
    failures: int
    losses: int
    finished_at: datetime


class Replayed(Answer):
    """The process after it, and the stage in which it goes on."""

    process_id: UUID
    status: str
    current_stage: str
    version: int


class ServiceHealth(Answer):
    service: str
    workers: int


class StageWait(Answer):
    """Seconds: `due_s` of the run that is due for longest, `in_hand_s` of the one that is worked on for longest."""

    stage: str
    due_s: float
    in_hand_s: float


class LaneWait(Answer):
    """How long the oldest has waited, in seconds. `lane` is `deliveries`, `actions`, `events` or `audit`."""

    lane: str
    oldest_s: float


class ProviderHealth(Answer):
    """`is_asked` is false for a while after it failed several times or refused the key."""

    provider: str
    is_asked: bool


class TimedWork(Answer):
    name: str
    last_finished_at: datetime | None
    failed: bool


class SystemHealth(Answer):
    """`checks` maps a part to `ok`, `degraded`, `pending` or `unavailable`."""

    version: str
    status: str
    checks: dict[str, str]
    services: list[ServiceHealth]
    stages: list[StageWait]
    outgoing: list[LaneWait]
    providers: list[ProviderHealth]
    jobs: list[TimedWork]

from datetime import datetime
from uuid import UUID

from docflow.domain.stages import ProcessStatus, Stage
from docflow.features.stage_runs.changed import Changed
from docflow.features.stage_runs.dead import DeadRun

from docflow_api.schemas.base import Schema
from docflow_api.schemas.documents import ErrorOut


class DeadRunOut(Schema):
    """A run that ended its process as failed. `attempts` counts tries, `losses` the workers lost with it in hand."""

    run_id: UUID
    client_id: UUID
    client_name: str
    process_id: UUID
    process_type_id: str | None
    external_id: str | None
    stage: Stage
    step: str
    error: ErrorOut | None
    attempts: int
    failures: int
    losses: int
    finished_at: datetime


class ReplayedOut(Schema):
    """The process after it, and the stage in which it goes on."""

    process_id: UUID
    status: ProcessStatus
    current_stage: Stage
    version: int


def dead_run_out(row: DeadRun) -> DeadRunOut:
    return DeadRunOut(
        run_id=row.run_id,
        client_id=row.client_id,
        client_name=row.client_name,
        process_id=row.process_id,
        process_type_id=row.process_type_id,
        external_id=row.external_id,
        stage=row.stage,
        step=row.step,
        error=ErrorOut(code=row.error_code, message=row.error_message) if row.error_code else None,
        attempts=row.attempt,
        failures=row.failures,
        losses=row.losses,
        finished_at=row.finished_at,
    )


def replayed_out(changed: Changed) -> ReplayedOut:
    return ReplayedOut(
        process_id=changed.process_id,
        status=changed.status,
        current_stage=changed.current_stage,
        version=changed.version,
    )

"""The event list of a process, told from its runs and its audit."""

from collections.abc import Iterator, Sequence

from docflow.features.audit.models import AuditLog
from docflow.features.processes.models import Process
from docflow.features.stage_runs.models import StageRun

from docflow_api.schemas.processes import EventOut


def history(process: Process, runs: Sequence[StageRun], audit: Sequence[AuditLog]) -> list[EventOut]:
    """Oldest first. Past attempts and people's acts come from the audit, open work from the runs."""
    received = EventOut(
        type="process.received", occurred_at=process.created_at, stage=None, attempt=None, data={}
    )
    events = [received, *_started(runs), *(_audited(row) for row in audit)]
    if process.completed_at is not None:
        events.append(
            EventOut(
                type=f"process.{process.status}",
                occurred_at=process.completed_at,
                stage=None,
                attempt=None,
                data={"code": process.error_code} if process.error_code else {},
            )
        )
    return sorted(events, key=lambda event: event.occurred_at)


def _started(runs: Sequence[StageRun]) -> Iterator[EventOut]:
    for run in runs:
        if run.started_at is not None:
            yield EventOut(
                type="stage.started",
                occurred_at=run.started_at,
                stage=run.stage,
                attempt=run.attempt,
                data={"run_id": str(run.run_id), "step": run.step},
            )


def _audited(row: AuditLog) -> EventOut:
    kind = "stage.finished" if row.run_id is not None else f"act.{row.payload.get('action', 'recorded')}"
    return EventOut(
        type=kind,
        occurred_at=row.timestamp,
        stage=row.stage_type,
        attempt=row.attempt,
        data={"result": row.result, **row.payload},
    )

"""A process and a run to decide about."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from docflow.domain.case import Given, Policy
from docflow.domain.jobs import ProcessState, Run
from docflow.domain.stages import ProcessStatus, Stage
from docflow.domain.workflow import STATUS_ON_ENTRY

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
CLIENT, PROCESS, RUN = UUID(int=1), UUID(int=2), UUID(int=3)
POLICY = Policy()


def given(chance: float = 1.0) -> Given:
    return Given(NOW, chance=lambda: chance)


def process(status: ProcessStatus = ProcessStatus.PENDING, stage: Stage = Stage.INGEST) -> ProcessState:
    return ProcessState(
        process_id=PROCESS,
        client_id=CLIENT,
        process_type_id="simple_invoice",
        config_version=1,
        status=status,
        current_stage=stage,
        version=1,
        external_id="order-7",
        metadata={},
        classification_result=None,
        extraction_result=None,
        validation_result=None,
        final_output=None,
        overall_confidence=None,
        callback_url=None,
        created_at=NOW,
    )


def at(stage: Stage) -> ProcessState:
    """A process whose run of `stage` is open."""
    return process(STATUS_ON_ENTRY[stage], stage)


def run(stage: Stage = Stage.INGEST, **changes: int) -> Run:
    made = Run(RUN, CLIENT, PROCESS, stage, stage.value.lower(), 1, 0, 0, NOW)
    return replace(made, **changes)

from uuid import uuid4

import pytest
from docflow.domain.notifying import notifications_of
from docflow.domain.outcomes import Reason
from docflow.domain.stages import ProcessStatus, Stage
from docflow.domain.transition import ProcessChange


def told(status: ProcessStatus, *codes: str) -> list[tuple[str, str]]:
    reasons = tuple(Reason(code, None, "x") for code in codes)
    change = ProcessChange(status, Stage.OUTPUT, error_code="timed_out", review_reasons=reasons)
    return [(one.type, one.severity) for one in notifications_of(change, uuid4)]


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (["field_missing"], [("hitl_required", "warning")]),
        (["confidence_low"], [("hitl_required", "warning"), ("low_confidence", "info")]),
        (["confidence_low", "field_missing"], [("hitl_required", "warning")]),
        (["fraud_detected"], [("hitl_required", "warning"), ("fraud_detected", "critical")]),
    ],
)
def test_a_held_process_is_told_with_its_reasons(codes: list[str], expected: list[tuple[str, str]]) -> None:
    assert told(ProcessStatus.HITL_REVIEW, *codes) == expected


def test_an_end_is_told_and_the_way_there_is_not() -> None:
    assert told(ProcessStatus.FAILED) == [("process_failed", "error")]
    assert told(ProcessStatus.COMPLETED) == [("process_completed", "info")]
    assert told(ProcessStatus.EXTRACTING) == told(ProcessStatus.CANCELLED) == []

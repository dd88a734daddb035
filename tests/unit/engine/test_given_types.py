"""A reviewer gives a process its type."""

import pytest
from docflow.domain.errors import UserError
from docflow.domain.transition import Decision
from docflow.features.stage_runs import given_type
from docflow.testing.jobs import make_configuration, make_process


def test_what_has_no_type_cannot_be_approved_without_one() -> None:
    with pytest.raises(UserError) as refused:
        given_type.check(make_process(process_type_id=None), Decision.APPROVE, None, corrected=False)
    assert refused.value.code == "process_type_required"


def test_what_has_no_type_can_be_rejected_or_read_again() -> None:
    for decision in (Decision.REJECT, Decision.SEND_BACK):
        given_type.check(make_process(process_type_id=None), decision, None, corrected=False)


def test_what_is_rejected_is_not_given_a_type() -> None:
    with pytest.raises(UserError):
        given_type.check(make_process(), Decision.REJECT, "payroll_v1", corrected=False)


def test_fields_are_not_corrected_in_the_same_breath_as_the_type() -> None:
    with pytest.raises(UserError):
        given_type.check(make_process(), Decision.APPROVE, "payroll_v1", corrected=True)
    given_type.check(make_process(), Decision.APPROVE, "simple_invoice", corrected=True)


def test_a_new_type_drops_what_was_read_as_another() -> None:
    before = make_process(
        classification_result={
            "candidates": [1],
            "other_type": {},
            "document_errors": {},
            "fraud_detected": True,
        }
    )
    results = given_type.results_of(before, make_configuration(process_type_id="payroll_v1", version=3))
    assert (results["process_type_id"], results["config_version"]) == ("payroll_v1", 3)
    assert results["extraction_result"] is None
    assert results["classification_result"] == {
        "process_type_id": "payroll_v1",
        "confidence": 1.0,
        "source": "person",
        "candidates": [1],
        "document_errors": {},
    }

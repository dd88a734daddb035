from docflow.domain.holding import Evidence, Need, hold_reasons
from docflow.domain.outcomes import Finding, Reason
from docflow.domain.stages import Severity
from hypothesis import given, settings
from hypothesis import strategies as st

SURE = Need("total", "119.00", 0.95)


def reasons(
    evidence: Evidence, *, threshold: float = 0.8, fraud: bool = True
) -> list[tuple[str, str | None]]:
    found = hold_reasons(evidence, threshold=threshold, enable_fraud_detection=fraud)
    return [(reason.code, reason.field) for reason in found]


def test_sure_values_and_no_findings_go_on() -> None:
    assert reasons(Evidence((SURE,))) == []


def test_a_doubtful_required_field_is_held() -> None:
    assert reasons(Evidence((Need("total", "119.00", 0.79),))) == [("confidence_low", "total")]


def test_a_confidence_equal_to_the_threshold_is_enough() -> None:
    assert reasons(Evidence((Need("total", "119.00", 0.8),))) == []


def test_a_value_without_a_confidence_is_doubtful() -> None:
    assert reasons(Evidence((Need("total", "119.00", None),))) == [("confidence_low", "total")]


def test_a_missing_required_field_is_told_as_missing_alone() -> None:
    findings = (Finding("schema_required", Severity.ERROR, "total", "total is required"),)
    assert reasons(Evidence((Need("total", None, 0.1),), findings)) == [("field_missing", "total")]


def test_an_error_is_held_with_its_field_and_message() -> None:
    finding = Finding("sum_equals", Severity.ERROR, "total", "total differs from net")
    held = hold_reasons(Evidence((SURE,), (finding,)), threshold=0.8, enable_fraud_detection=True)
    assert held == (Reason("rule_failed", "total", "total differs from net"),)


def test_a_warning_holds_nothing() -> None:
    assert reasons(Evidence((SURE,), (Finding("line_differs", Severity.WARNING),))) == []


def test_a_plugin_that_failed_is_told_by_its_own_code() -> None:
    assert reasons(Evidence((SURE,), (Finding("plugin_failed", Severity.ERROR),))) == [
        ("plugin_failed", None)
    ]


def test_fraud_is_held_where_its_detection_is_on() -> None:
    assert reasons(Evidence((SURE,), fraud_detected=True)) == [("fraud_detected", None)]


def test_orders_to_a_machine_are_held_whether_or_not_fraud_is_looked_for() -> None:
    for enabled in (True, False):
        assert reasons(Evidence((SURE,), injected=True), fraud=enabled) == [("injection_suspected", None)]


def test_a_value_from_no_page_is_told_once() -> None:
    made_up = Evidence((Need("total", "1.00", 0.1),), ungrounded=("total", "iban"))
    assert reasons(made_up) == [("confidence_low", "total"), ("not_on_page", "iban")]
    assert reasons(made_up, threshold=0.0) == [("not_on_page", "total"), ("not_on_page", "iban")]


def test_fraud_is_not_held_where_its_detection_is_off() -> None:
    assert reasons(Evidence((SURE,), fraud_detected=True), fraud=False) == []


def test_a_failed_document_is_held_although_the_others_are_sure() -> None:
    assert reasons(Evidence((SURE,), failed_documents=("file_corrupt",))) == [("document_failed", None)]


def test_missing_rows_are_held() -> None:
    assert reasons(Evidence((SURE,), incomplete=("line_items",))) == [("incomplete", "line_items")]


NEEDS = st.builds(
    Need,
    st.sampled_from(["a", "b", "c"]),
    st.one_of(st.none(), st.just(" "), st.text(min_size=1), st.integers()),
    st.one_of(st.none(), st.floats(0, 1)),
)
FINDINGS = st.builds(
    Finding,
    st.sampled_from(["required", "schema_type", "x"]),
    st.sampled_from(Severity),
    st.sampled_from(["a", None]),
)
EVIDENCE = st.builds(
    Evidence,
    st.lists(NEEDS, max_size=4).map(tuple),
    st.lists(FINDINGS, max_size=4).map(tuple),
    st.booleans(),
    st.lists(st.just("file_corrupt"), max_size=2).map(tuple),
    st.lists(st.just("line_items"), max_size=2).map(tuple),
)


@settings(deadline=None)
@given(EVIDENCE, st.floats(0, 1))
def test_nothing_doubtful_ever_goes_on(evidence: Evidence, threshold: float) -> None:
    if hold_reasons(evidence, threshold=threshold, enable_fraud_detection=True):
        return
    assert all(need.value is not None and (need.confidence or 0) >= threshold for need in evidence.needs)
    assert not any(finding.severity is Severity.ERROR for finding in evidence.findings)
    assert not (evidence.fraud_detected or evidence.failed_documents or evidence.incomplete)


@settings(deadline=None)
@given(EVIDENCE, st.floats(0, 1), st.floats(0, 1))
def test_a_higher_threshold_never_lets_more_through(evidence: Evidence, one: float, other: float) -> None:
    low, high = sorted((one, other))
    held_low = hold_reasons(evidence, threshold=low, enable_fraud_detection=True)
    assert set(held_low) <= set(hold_reasons(evidence, threshold=high, enable_fraud_detection=True))


@settings(deadline=None)
@given(EVIDENCE, st.floats(0, 1))
def test_the_same_evidence_gives_the_same_reasons(evidence: Evidence, threshold: float) -> None:
    first = hold_reasons(evidence, threshold=threshold, enable_fraud_detection=True)
    assert first == hold_reasons(evidence, threshold=threshold, enable_fraud_detection=True)

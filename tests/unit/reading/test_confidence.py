"""Confidence is made from evidence; what speaks against a value caps it."""

import pytest
from docflow.domain.confidence import (
    CAP_ON_TRIAL,
    Backing,
    Evidence,
    absent_confidence,
    field_confidence,
    overall_confidence,
    risk,
    with_backing,
)
from hypothesis import given
from hypothesis import strategies as st

CLEAR = Evidence(grounding=1, weakest_word=1, label=1)

evidences = st.builds(
    Evidence,
    grounding=st.floats(0, 1),
    agreement=st.sampled_from([0.0, 0.5, 1.0]),
    check=st.sampled_from([-1, 0, 1]),
    weakest_word=st.none() | st.floats(0, 1),
    label=st.sampled_from([0.0, 0.5, 1.0]),
    rivals=st.integers(0, 20),
    injected=st.booleans(),
    fit=st.sampled_from([0.0, 0.5, 1.0]),
)


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        (CLEAR, 0.91),
        (Evidence(grounding=1, weakest_word=1, label=1, agreement=1), 0.98),
        (Evidence(grounding=1, weakest_word=1, label=1, check=1), 0.98),
        (Evidence(grounding=1, weakest_word=1, label=1, rivals=1), 0.75),
        (Evidence(grounding=1, weakest_word=1, label=1, rivals=1, check=1), 0.97),
        (Evidence(grounding=1, weakest_word=0.6, label=1), 0.57),
    ],
)
def test_the_worked_examples_hold(evidence: Evidence, expected: float) -> None:
    assert field_confidence(evidence) == pytest.approx(expected, abs=0.01)


@given(evidences)
def test_confidence_stays_between_0_and_1(evidence: Evidence) -> None:
    assert 0 <= field_confidence(evidence) <= 1


@pytest.mark.parametrize(
    ("evidence", "cap"),
    [
        (Evidence(grounding=0, agreement=1, check=1, weakest_word=1, label=1), 0.6),
        (Evidence(grounding=1, agreement=1, check=-1, weakest_word=1, label=1), 0.4),
        (Evidence(grounding=1, agreement=0, check=1, weakest_word=1, label=1), 0.5),
        (Evidence(grounding=1, agreement=1, check=1, weakest_word=1, label=1, injected=True), 0.6),
        (Evidence(grounding=1, agreement=1, check=1, weakest_word=1, label=1, fit=0.5), 0.75),
        (Evidence(grounding=1, agreement=1, check=1, weakest_word=1, label=1, fit=0.0), 0.5),
    ],
)
def test_what_failed_caps_the_confidence(evidence: Evidence, cap: float) -> None:
    assert field_confidence(evidence) <= cap


def test_a_missing_label_makes_an_absent_value_surer() -> None:
    assert absent_confidence(label_seen=False) > absent_confidence(label_seen=True)


def test_overall_is_the_weakest_required_field() -> None:
    assert overall_confidence([0.9, 0.7, 0.95]) == 0.7


def test_a_missing_required_field_makes_overall_0() -> None:
    assert overall_confidence([0.9, None]) == 0


def test_signals_of_one_family_do_not_add_up() -> None:
    assert risk([("content", 0.5), ("content", 0.4)]) == 0.5


def test_signals_of_two_families_add_up_to_less_than_1() -> None:
    assert risk([("content", 0.5), ("duplicate", 0.5)]) == 0.75


@given(evidences, st.sampled_from([Backing.ON_TRIAL, Backing.UNTRIED, Backing.AGAINST]))
def test_what_has_not_proven_itself_makes_nothing_confident(evidence: Evidence, backing: Backing) -> None:
    backed = field_confidence(with_backing(evidence, backing))
    assert backed <= max(field_confidence(evidence), CAP_ON_TRIAL)


@given(evidences)
def test_a_value_that_only_a_place_on_trial_shows_stays_below_the_usual_threshold(evidence: Evidence) -> None:
    assert field_confidence(with_backing(evidence, Backing.UNTRIED)) <= CAP_ON_TRIAL < 0.8


@given(evidences)
def test_contradiction_makes_no_value_surer(evidence: Evidence) -> None:
    assert field_confidence(with_backing(evidence, Backing.AGAINST)) <= field_confidence(evidence)


@given(evidences)
def test_even_a_proven_place_lifts_no_cap_of_what_failed(evidence: Evidence) -> None:
    backed = field_confidence(with_backing(evidence, Backing.TRIED))
    assert backed <= 0.4 or evidence.check >= 0
    assert backed <= 0.6 or (evidence.grounding > 0 and not evidence.injected)
    assert backed <= 0.5 or evidence.agreement > 0

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from docflow.domain.calibration import CLIENT, Calibration, field_scope, kind_scope
from docflow.domain.confidence import (
    CAP_FAILED_CHECK,
    PRIOR_WEIGHTS,
    Evidence,
    Fitted,
    Weighed,
    field_confidence,
)
from docflow.domain.reading import FieldSource, ReadField
from docflow.features.calibration.figures import Guess, auroc, brier, figures_of, wilson
from docflow.features.calibration.fitting import Example, Fit, fit
from docflow.features.calibration.labels import BLIND_SHARE, Label
from docflow.features.calibration.periodic import works
from docflow.features.calibration.reliability import reliability_of
from docflow.features.calibration.store import InForce
from docflow.features.calibration.thresholds import Support, least_labels, threshold_for

AT = datetime(2026, 11, 30, tzinfo=UTC)
SURE = Fitted("a fit", (9.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0))
CLEAR = Evidence(grounding=1.0, weakest_word=1.0, label=1.0)


def read(evidence: Evidence = CLEAR) -> ReadField:
    return ReadField("10", field_confidence(evidence), FieldSource.OCR, weighed=Weighed(evidence, "money"))


def examples(count: int, *, right_when_labelled: float, right_else: float, seed: int = 3) -> list[Example]:
    """The label near a value decides; the rest of the evidence says nothing."""
    chance = random.Random(seed)
    found = []
    for number in range(count):
        labelled = chance.random() < 0.5
        is_right = chance.random() < (right_when_labelled if labelled else right_else)
        evidence = Evidence(grounding=1.0, weakest_word=chance.uniform(0.9, 1.0), label=float(labelled))
        found.append(Example(UUID(int=number), evidence, is_right))
    return found


def label(number: int, *, kind: str = "money", path: str = "total", version: int = 1) -> Label:
    return Label(
        process_id=UUID(int=number),
        process_type_id="a.type",
        config_version=version,
        path=path,
        weighed=Weighed(CLEAR, kind),
        confidence=0.9,
        is_right=number % 10 != 0,
        weight=1.0,
        decided_at=AT + timedelta(minutes=number),
    )


def guesses(*groups: tuple[int, float, bool]) -> list[Guess]:
    return [Guess(confidence, is_right) for count, confidence, is_right in groups for _ in range(count)]


def test_what_a_confidence_is_made_of_is_kept_with_the_field() -> None:
    kept = read().as_json()["evidence"]
    assert (kept["grounding"], kept["label"], kept["kind"], kept["calibration"]) == (1.0, 1.0, "money", None)
    again = ReadField.from_json(read().as_json())
    assert again.weighed == Weighed(CLEAR, "money")


def test_the_narrowest_fit_speaks_and_is_named() -> None:
    field, kind = field_scope("a.type", 2, "total"), kind_scope("a.type", "money")
    weak = Fitted("wide", (-9.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0))
    learned = Calibration("a.type", 2, {field: SURE, kind: weak, CLIENT: weak})
    applied = learned.applied({"total": read(), "other": read()})
    assert applied["total"].confidence > 0.99
    assert applied["other"].confidence < 0.01
    assert [one.weighed.calibration for one in applied.values() if one.weighed] == ["a fit", "wide"]


def test_without_a_fit_the_given_weights_stay() -> None:
    assert Calibration("a.type", 1).applied({"total": read()}) == {"total": read()}


def test_no_fit_lifts_a_cap() -> None:
    failed = read(Evidence(grounding=1.0, check=-1))
    applied = Calibration("a.type", 1, {CLIENT: SURE}).applied({"total": failed})
    assert applied["total"].confidence == CAP_FAILED_CHECK


def test_fewer_than_fifty_labels_fit_nothing() -> None:
    assert fit(examples(49, right_when_labelled=0.9, right_else=0.2), None, 0) is None


def test_labels_that_are_all_equal_fit_nothing() -> None:
    assert fit(examples(80, right_when_labelled=1.0, right_else=1.0), None, 0) is None


def test_a_fit_that_tells_right_from_wrong_better_on_held_out_labels_is_taken() -> None:
    found = fit(examples(400, right_when_labelled=0.97, right_else=0.2), None, 0)
    assert isinstance(found, Fit)
    assert found.is_better
    assert found.figures.brier < found.before.brier
    assert found.weights[5] > PRIOR_WEIGHTS[5]
    assert found.steps == ()


def test_labels_without_a_pattern_are_refused() -> None:
    chance = random.Random(11)
    noise = [
        Example(UUID(int=n), Evidence(grounding=1.0, weakest_word=1.0), chance.random() < 0.75)
        for n in range(60)
    ]
    prior = field_confidence(noise[0].evidence)
    found = fit(noise, None, 0)
    assert found is not None
    # The prior says what it is already: nothing can be won.
    assert abs(prior - 0.81) < 0.02
    assert found.figures.brier <= found.before.brier or not found.is_better


def test_a_fit_in_force_is_beaten_on_labels_it_has_not_seen_alone() -> None:
    given = examples(300, right_when_labelled=0.97, right_else=0.2)
    first = fit(given, None, 0)
    assert first is not None
    standing = Fitted("first", first.weights)
    assert fit(given, standing, len(given)) is not None
    again = fit(given, standing, len(given))
    assert again is not None
    assert not again.is_better


def test_from_a_thousand_labels_on_the_steps_rise() -> None:
    found = fit(examples(1_400, right_when_labelled=0.95, right_else=0.3), None, 0)
    assert found is not None
    starts, sure = zip(*found.steps, strict=True)
    assert list(starts) == sorted(starts)
    assert list(sure) == sorted(sure)
    assert min(sure) > 0 and max(sure) < 1


def test_a_blind_sample_weighs_as_much_as_what_it_stands_for() -> None:
    blind = [Guess(0.95, True, 1 / BLIND_SHARE)]
    seen = guesses((10, 0.6, False))
    found = figures_of([*blind, *seen])
    assert found is not None
    assert found.right == pytest.approx((1 / 0.03) / (1 / 0.03 + 10))


def test_figures_of_known_guesses() -> None:
    mixed = guesses((3, 0.9, True), (1, 0.9, False), (1, 0.2, False))
    assert auroc(mixed) == pytest.approx((3 * 1 + 3 * 0.5) / 6)
    assert brier(mixed) == pytest.approx((3 * 0.01 + 0.81 + 0.04) / 5)
    found = figures_of(mixed)
    assert found is not None
    assert found.ece == pytest.approx((abs(4 * 0.9 - 3) + 0.2) / 5)
    assert figures_of([]) is None
    assert auroc(guesses((5, 0.9, True))) is None


def test_the_lowest_threshold_that_the_labels_support_is_proposed() -> None:
    known = guesses((300, 0.95, True), (200, 0.85, True), (2, 0.85, False), (50, 0.6, False))
    found = threshold_for(0.98, known)
    assert found.support is Support.SUPPORTED
    assert found.threshold == pytest.approx(0.61)
    assert (found.accepted, found.coverage) == (502, pytest.approx(502 / 552))
    assert found.at_least is not None and 0.98 <= found.at_least < (found.right or 0)


def test_too_few_labels_support_no_threshold() -> None:
    found = threshold_for(0.98, guesses((100, 0.95, True)))
    assert (found.support, found.threshold) == (Support.NOT_ENOUGH_LABELS, None)
    assert found.needed == least_labels(0.98) > 100


def test_a_target_that_is_missed_is_said_so() -> None:
    found = threshold_for(0.98, guesses((400, 0.95, True), (40, 0.95, False)))
    assert found.support is Support.TARGET_NOT_MET


def test_weights_that_differ_tell_less_than_their_number() -> None:
    one_heavy = [Guess(0.9, True, 1_000.0), *guesses((199, 0.9, True))]
    assert threshold_for(0.98, one_heavy).support is Support.NOT_ENOUGH_LABELS


def test_the_bound_grows_with_the_labels() -> None:
    assert wilson(1.0, 10) < wilson(1.0, 1_000) < 1


def test_reliability_is_told_field_by_field() -> None:
    labels = [*(label(n) for n in range(100)), *(label(n, path="date", kind="date") for n in range(20))]
    overall, fields = reliability_of(labels, 0.8, 0.9)
    assert overall is not None
    assert (overall.figures.labels, overall.coverage) == (120, 1.0)
    assert [(one.path, one.kind, one.figures.labels) for one in fields] == [
        ("date", "date", 20),
        ("total", "money", 100),
    ]
    assert fields[1].accepted_right == pytest.approx(0.9)
    assert fields[0].proposal is not None
    assert fields[0].proposal.support is Support.NOT_ENOUGH_LABELS


def scopes(labels: Sequence[Label]) -> list[str]:
    return [work.scope for work in works(labels, {})]


def test_a_scope_is_fitted_once_it_has_labels_enough() -> None:
    money = [label(n) for n in range(60)]
    other = [label(100 + n, path="paid", version=2) for n in range(10)]
    assert scopes([*money, *other]) == [CLIENT, "field:a.type:1:total", "kind:a.type:money"]


def test_a_fit_without_new_labels_is_left_alone() -> None:
    labels = [label(n) for n in range(60)]
    standing = {CLIENT: InForce(SURE, labels[-1].decided_at), "kind:a.type:money": InForce(SURE, AT)}
    found = {work.scope: work.fresh_from for work in works(labels, standing)}
    assert found == {"field:a.type:1:total": 0, "kind:a.type:money": 1}

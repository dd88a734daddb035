"""When one version reads worse than another."""

import pytest
from docflow.domain.field_scores import FieldOutcome, Found
from docflow.features.evaluations.comparing import Comparison, Pair, compared

RIGHT, WRONG = FieldOutcome(Found.RIGHT), FieldOutcome(Found.WRONG)
ABSENT, INVENTED = FieldOutcome(Found.ABSENT), FieldOutcome(Found.INVENTED)


def pairs(lost: int, won: int, same: int) -> list[Pair]:
    """By documents that only the baseline, only the candidate, or both have right."""
    return [
        *[({"total": WRONG}, {"total": RIGHT})] * lost,
        *[({"total": RIGHT}, {"total": WRONG})] * won,
        *[({"total": RIGHT}, {"total": RIGHT})] * same,
    ]


def told(comparison: Comparison) -> tuple[bool, list[str]]:
    return comparison.passed, comparison.worse_fields


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (pairs(0, 0, 60), (True, [])),
        (pairs(1, 0, 99), (True, [])),
        (pairs(20, 0, 80), (False, ["total"])),
        (pairs(20, 15, 65), (True, [])),
        (pairs(0, 20, 80), (True, [])),
    ],
    ids=["alike", "one lost may be chance", "a fifth lost", "as many won", "a fifth won"],
)
def test_a_field_is_worse_when_it_surely_lost_more_than_a_point(
    given: list[Pair], expected: tuple[bool, list[str]]
) -> None:
    assert told(compared(given)) == expected


def test_the_interval_holds_the_difference_and_is_that_of_the_textbook() -> None:
    total = compared(pairs(20, 5, 75)).fields["total"]
    # Normal approximation: -0.15 +- 1.96 * sqrt((0.25 - 0.15**2) / 100)
    assert (total.exact, total.documents) == (-0.15, 100)
    assert total.low == pytest.approx(-0.243, abs=0.015)
    assert total.high == pytest.approx(-0.057, abs=0.015)


def test_more_invented_values_do_not_pass() -> None:
    given: list[Pair] = [({"iban": INVENTED}, {"iban": ABSENT}), *[({"iban": ABSENT}, {"iban": ABSENT})] * 99]
    comparison = compared(given)
    assert (comparison.passed, comparison.worse_fields, comparison.invented) == (False, [], (1, 0))


def test_a_field_that_one_version_does_not_have_is_not_compared() -> None:
    given: list[Pair] = [({"total": RIGHT, "iban": RIGHT}, {"total": RIGHT})] * 3
    assert list(compared(given).fields) == ["total"]


def test_the_same_readings_give_the_same_figures() -> None:
    assert compared(pairs(7, 3, 40)).as_json() == compared(pairs(7, 3, 40)).as_json()


def test_without_documents_nothing_is_claimed() -> None:
    comparison = compared([])
    assert (comparison.passed, dict(comparison.fields), comparison.overall.documents) == (True, {}, 0)

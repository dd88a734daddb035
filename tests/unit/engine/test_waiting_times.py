"""How long is waited, and what an exception means."""

import pytest
from docflow.domain.backoff import Backoff
from docflow.domain.errors import PermanentError, StorageFull, TransientError, UserError, places_of
from docflow.domain.outcomes import Fail, RetryLater
from docflow.runtime.failures import outcome_of
from hypothesis import given as drawn
from hypothesis import strategies as st

from tests.unit.engine.cases import run


@pytest.mark.parametrize(("tries", "longest_s"), [(1, 1), (2, 2), (5, 16), (30, 300), (5000, 300)])
def test_the_longest_wait_doubles_up_to_the_cap(tries: int, longest_s: float) -> None:
    assert Backoff(1, 300).delay_s(tries, lambda: 1.0) == longest_s


@drawn(st.integers(1, 60), st.floats(0, 1))
def test_jitter_is_full(tries: int, chance: float) -> None:
    longest_s = Backoff().delay_s(tries, lambda: 1.0)
    assert Backoff().delay_s(tries, lambda: chance) == pytest.approx(chance * longest_s)


@drawn(st.floats(0, 3600), st.floats(0, 1))
def test_nobody_comes_back_before_the_provider_said(after_s: float, chance: float) -> None:
    assert after_s <= Backoff().delay_s(1, lambda: chance, after_s=after_s) <= after_s * 1.1


def test_a_full_disk_is_the_worlds_trouble() -> None:
    outcome = outcome_of(StorageFull("no room", after_s=5), run(attempt=1), cap_s=300)
    assert outcome == RetryLater("storage_full", "no room", after_s=5, counts=False)


def test_trouble_that_lasts_is_asked_after_less_often() -> None:
    outcomes = [outcome_of(TransientError(after_s=1), run(attempt=n), cap_s=60) for n in (1, 2, 5, 50)]
    assert [each.after_s for each in outcomes if isinstance(each, RetryLater)] == [1, 2, 16, 60]


@pytest.mark.parametrize(
    "error", [PermanentError("no", code="file_corrupt"), UserError("no", code="file_corrupt")]
)
def test_what_cannot_succeed_fails_with_its_code(error: Exception) -> None:
    assert outcome_of(error, run(), cap_s=1) == Fail("file_corrupt", "no")


def test_a_bug_is_counted_and_says_nothing_of_the_document() -> None:
    outcome = outcome_of(ValueError("could not convert '119,00 EUR'"), run(), cap_s=1)
    assert outcome == RetryLater("internal_error", "an unexpected error in the program")


def test_the_place_of_a_bug_is_told_without_its_message() -> None:
    try:
        float("119,00 EUR")
    except ValueError as error:
        places = places_of(error)
    assert [place.partition(":")[0] for place in places] == ["test_waiting_times.py"]

"""How far two shares differ."""

import pytest
from docflow.domain.shares import difference_of


def test_the_interval_is_newcombes() -> None:
    """His example: 56 of 70 against 48 of 80."""
    found = difference_of((56, 70), (48, 80))
    assert found is not None
    assert found.difference == pytest.approx(0.2)
    assert (found.low, found.high) == (pytest.approx(0.0524, abs=1e-4), pytest.approx(0.3339, abs=1e-4))


def test_all_against_none_stays_within_one() -> None:
    found = difference_of((10, 10), (0, 10))
    assert found is not None
    assert (found.difference, found.high) == (1.0, 1.0)
    assert 0.5 < found.low < 1.0


def test_of_nothing_nothing_is_said() -> None:
    assert difference_of((0, 0), (1, 2)) is None

import pytest
from docflow.domain.errors import TransientError
from docflow_api.sources import FETCH_ALL_S, FETCH_S, FetchTime


class Moved:
    """A clock that a test moves."""

    at = 100.0

    def monotonic(self) -> float:
        return self.at

    def now(self) -> None:
        raise AssertionError


def test_time_for_fetching_runs_from_the_first_file_and_ends() -> None:
    clock = Moved()
    time = FetchTime(clock)
    clock.at += 1000
    assert time.left_s() == FETCH_S
    clock.at += FETCH_ALL_S - 5
    assert time.left_s() == pytest.approx(5)
    clock.at += 5
    with pytest.raises(TransientError):
        time.left_s()

from datetime import UTC, datetime

import pytest
from docflow.adapters.llm.waiting import retry_after_s, seconds_of, seconds_until

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"retry-after": "2.5"}, 2.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "Sat, 21 Nov 2026 12:00:30 GMT"}, 30.0),
        ({"retry-after": "Sat, 21 Nov 2026 11:00:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "Sat, 21 Nov 99999999999999999999 12:00:30 GMT"}, None),
    ],
)
def test_a_vendor_says_when_to_come_again_in_any_of_three_ways(
    headers: dict[str, str], expected: float | None
) -> None:
    assert retry_after_s(headers, NOW) == expected


def test_moments_and_durations_of_limits_become_seconds() -> None:
    assert seconds_until("2026-11-21T12:01:00Z", NOW) == 60
    assert seconds_until("whenever", NOW) is None
    assert seconds_of("1m0.5s") == 60.5
    assert seconds_of("12ms") == pytest.approx(0.012)
    assert seconds_of(None) is None

from datetime import UTC, datetime

import pytest
from docflow.features.users.totp import code_at, step_of

SECRET = b"12345678901234567890"


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    """RFC 6238, appendix B, the last six digits."""
    assert code_at(SECRET, seconds // 30) == code
    assert step_of(SECRET, code, moment(seconds)) == seconds // 30


@pytest.mark.parametrize("later", [-30, 30])
def test_a_clock_may_be_half_a_minute_off(later: int) -> None:
    assert step_of(SECRET, code_at(SECRET, 1000), moment(1000 * 30 + later)) == 1000


@pytest.mark.parametrize("later", [-60, 60])
def test_an_older_or_a_later_code_is_none(later: int) -> None:
    assert step_of(SECRET, code_at(SECRET, 1000), moment(1000 * 30 + later)) is None


def test_people_type_codes_with_a_gap() -> None:
    assert step_of(SECRET, "287 082", moment(59)) == 1


@pytest.mark.parametrize("code", ["", "287083", "28708", "2870822", "²87082"])
def test_anything_else_is_no_code(code: str) -> None:
    assert step_of(SECRET, code, moment(59)) is None

import pytest
from docflow.features.users.throttle import (
    ACCOUNT_SHARE,
    FIRST_WAIT_S,
    LONGEST_PAUSE_S,
    LONGEST_WAIT_S,
    Failures,
    Throttle,
    account_of,
    pause_s,
    wait_s,
)

LIMIT = 10


def test_below_the_limit_nobody_waits() -> None:
    assert wait_s(Failures(LIMIT - 1, 0.0), LIMIT) == 0


def test_each_failure_doubles_the_wait() -> None:
    waits = [wait_s(Failures(LIMIT + n, 0.0), LIMIT) for n in range(4)]
    assert waits == [FIRST_WAIT_S * 2**n for n in range(4)]


def test_a_wait_ends_and_is_never_longer_than_a_quarter_of_an_hour() -> None:
    assert wait_s(Failures(LIMIT, FIRST_WAIT_S), LIMIT) == 0
    assert wait_s(Failures(10_000, 0.0), LIMIT) == LONGEST_WAIT_S


def test_an_account_that_is_tried_from_everywhere_is_answered_more_slowly() -> None:
    first = ACCOUNT_SHARE * LIMIT
    assert [pause_s(first + n, LIMIT) for n in (-1, 0, 1, 2)] == [0, 0.25, 0.5, 1.0]
    assert pause_s(first + 1000, LIMIT) == LONGEST_PAUSE_S


async def test_a_pause_is_slept_with_nothing_held() -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    throttle = Throttle(LIMIT, sleep=sleep)
    await throttle.pause(0)
    await throttle.pause(1.5)
    assert slept == [1.5]


@pytest.mark.parametrize("written", ["Ada@Acme.com", " ada@acme.com "])
def test_an_account_is_the_same_however_its_address_is_typed(written: str) -> None:
    assert account_of(written) == account_of("ada@acme.com")


def test_tries_that_are_under_way_are_counted_for_those_behind_them() -> None:
    throttle, account = Throttle(LIMIT), account_of("ada@acme.com")
    with (
        throttle.trying(account, "here") as first,
        throttle.trying(account, "here") as second,
        throttle.trying(account, "elsewhere") as other,
    ):
        assert (first, second, other) == (0, 1, 0)
    with throttle.trying(account, "here") as again:
        assert again == 0

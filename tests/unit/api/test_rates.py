import pytest
from docflow.adapters.limits.counting import memory_limits
from docflow_api.rates import RateLimited, RequestRates


async def test_a_minutes_worth_may_come_at_once_and_no_more() -> None:
    rates = RequestRates(memory_limits())
    for _ in range(60):
        await rates.take("key:a", 60)
    with pytest.raises(RateLimited) as refused:
        await rates.take("key:a", 60)
    assert 0 < refused.value.after_s <= 60


async def test_callers_do_not_share_a_limit() -> None:
    rates = RequestRates(memory_limits())
    await rates.take("key:a", 1)
    await rates.take("key:b", 1)


async def test_without_a_limit_nothing_is_counted() -> None:
    rates = RequestRates(memory_limits())
    for _ in range(1000):
        await rates.take("key:a", None)


async def test_each_answer_tells_what_is_left() -> None:
    rates = RequestRates(memory_limits())
    told = [await rates.take("key:a", 3) for _ in range(2)]
    assert [each["RateLimit-Limit"] for each in told] == ["3", "3"]
    assert [each["RateLimit-Remaining"] for each in told] == ["2", "1"]
    assert all(1 <= int(each["RateLimit-Reset"]) <= 60 for each in told)


async def test_without_a_limit_nothing_is_told() -> None:
    assert await RequestRates(memory_limits()).take("key:a", None) == {}

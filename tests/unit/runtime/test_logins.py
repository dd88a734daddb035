from docflow.domain.errors import TransientError
from docflow.runtime.logins import until_answered
from structlog.testing import capture_logs


async def test_a_database_that_comes_late_is_waited_for_and_each_trouble_is_told_once() -> None:
    troubles = ["database_unavailable"] * 3 + ["database_login_refused"] * 2
    pauses: list[float] = []

    async def ask() -> None:
        if troubles:
            raise TransientError("not now", code=troubles.pop(0))

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    with capture_logs() as told:
        await until_answered(ask, chance=lambda: 1.0, sleep=sleep)
    assert [line.get("code") for line in told] == ["database_unavailable", "database_login_refused", None]
    assert pauses == sorted(pauses)
    assert len(pauses) == 5

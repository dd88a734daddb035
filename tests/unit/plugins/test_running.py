import asyncio
import threading
from collections.abc import Callable, Sequence
from datetime import date
from importlib.metadata import EntryPoint
from typing import Any

import pytest
from docflow.domain.evidence import Values
from docflow.domain.outcomes import Finding
from docflow.domain.stages import Severity
from docflow.plugins.answers import values
from docflow.plugins.running import Plugins
from docflow.plugins.validators import BUILT_IN
from docflow.plugins.validators.validator import Given
from docflow.testing.workbench import ThreadWorkbench
from structlog.testing import capture_logs

GIVEN = Given("any", Values({}), date(2026, 11, 20))
FOUND = Finding("odd", Severity.WARNING, "a", "a is odd")


class Plugin:
    name = "mine"

    def __init__(self, validate: Callable[[Given], Any]) -> None:
        self.validate = validate


class Installed:
    """What an entry point of these tests names."""

    name = "installed"

    def validate(self, given: Given) -> Sequence[Finding]:
        return [FOUND]


async def run(validate: Callable[[Given], Any], timeout_s: float = 5.0) -> tuple[Finding, ...]:
    return await Plugins([Plugin(validate)], installed=tuple, timeout_s=timeout_s).validate("mine", GIVEN)


def broken(findings: tuple[Finding, ...]) -> bool:
    return [(f.code, f.severity) for f in findings] == [("plugin_failed", Severity.ERROR)]


async def test_a_validator_tells_what_it_found() -> None:
    assert await run(lambda given: [FOUND]) == (FOUND,)


async def test_a_validator_may_wait() -> None:
    async def validate(given: Given) -> list[Finding]:
        await asyncio.sleep(0)
        return [FOUND]

    assert await run(validate) == (FOUND,)


def _raise(error: BaseException) -> Callable[[Given], Any]:
    def validate(given: Given) -> Any:
        raise error

    return validate


@pytest.mark.parametrize(
    "error",
    [
        ValueError("secret"),
        KeyError("x"),
        SystemExit(3),
        KeyboardInterrupt(),
        RecursionError(),
        TimeoutError(),
    ],
)
async def test_a_validator_that_raises_is_a_finding(error: BaseException) -> None:
    assert broken(await run(_raise(error)))


@pytest.mark.parametrize("answer", [None, "text", 7, [None], ["x"], {FOUND}, [FOUND] * 201])
async def test_a_validator_that_answers_nonsense_is_a_finding(answer: object) -> None:
    assert broken(await run(lambda given: answer))


async def test_a_validator_that_hangs_is_a_finding() -> None:
    never = threading.Event()
    assert broken(await run(lambda given: never.wait(), timeout_s=0.01))
    never.set()


async def test_an_unknown_validator_is_a_finding() -> None:
    assert broken(await Plugins([], installed=tuple).validate("nobody", GIVEN))


async def test_no_validator_finds_nothing() -> None:
    assert await Plugins([], installed=tuple).validate(None, GIVEN) == ()


async def test_the_reason_of_a_failure_is_not_told_because_it_may_hold_values() -> None:
    (finding,) = await run(_raise(ValueError("SECRET")))
    assert "SECRET" not in finding.message


async def test_an_installed_validator_is_found_by_its_entry_point() -> None:
    entry = EntryPoint("theirs", f"{Installed.__module__}:Installed", "docflow.plugins")
    assert await Plugins(BUILT_IN, ThreadWorkbench(), installed=lambda: (entry,)).validate(
        "theirs", GIVEN
    ) == (FOUND,)


async def test_an_installed_validator_that_cannot_be_loaded_is_a_finding() -> None:
    entry = EntryPoint("theirs", "docflow.domain.nowhere:Nothing", "docflow.plugins")
    plugins = Plugins(BUILT_IN, ThreadWorkbench(), installed=lambda: (entry,))
    (finding,) = await plugins.validate("theirs", GIVEN)
    assert broken((finding,))
    assert finding.message == "the plugin theirs failed"


def test_the_three_standard_validators_are_built_in() -> None:
    assert {validator.name for validator in BUILT_IN} == {
        "invoice_standard_validator",
        "payroll_standard_validator",
        "receipt_standard_validator",
    }


async def test_what_a_plugin_raised_is_told_to_who_keeps_it_and_its_words_to_nobody() -> None:
    with capture_logs() as logs:
        assert broken(await run(_raise(ValueError("119.00"))))
    (line,) = logs
    assert (line["event"], line["plugin"], line["error"]) == ("plugin.failed", "mine", "ValueError")
    assert line["places"][-1].startswith("test_running.py:")
    assert "119.00" not in str(line)


def test_a_number_of_a_kind_of_its_own_is_handed_on_as_a_plain_one() -> None:
    class Whole(int): ...

    class Part(float): ...

    found = values({"whole": Whole(3), "part": Part(0.5)})
    assert found == {"whole": 3, "part": 0.5}
    assert [type(one) for one in found.values()] == [int, float]

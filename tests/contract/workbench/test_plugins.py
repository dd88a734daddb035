"""Plugins in real children: what a stranger's code does wrong stays its own."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import date
from importlib.metadata import EntryPoint

import pytest
from docflow.adapters.workbench.processes import PoolLimits, ProcessWorkbench
from docflow.domain.evidence import Values
from docflow.domain.outcomes import Finding
from docflow.domain.stages import Severity
from docflow.plugins.calling import GROUP
from docflow.plugins.hooks import Signal
from docflow.plugins.running import POOL, Plugins
from docflow.plugins.validators.validator import Given

from tests.contract.workbench import strange_plugins
from tests.contract.workbench.strange_plugins import FOUND

GIVEN = Given("any", Values({}), date(2026, 11, 20))
MEMORY_BYTES = 1 << 30


@pytest.fixture(scope="module")
async def workbench() -> AsyncIterator[ProcessWorkbench]:
    async with aclosing(ProcessWorkbench({POOL: PoolLimits(1, MEMORY_BYTES)})) as opened:
        yield opened


def plugins(workbench: ProcessWorkbench, *names: str, timeout_s: float = 20.0) -> Plugins:
    entries = [EntryPoint(name, f"{strange_plugins.__name__}:{name}", GROUP) for name in names]
    return Plugins((), workbench, installed=lambda: entries, timeout_s=timeout_s)


async def test_one_object_may_have_all_four_hooks(workbench: ProcessWorkbench) -> None:
    whole = plugins(workbench, "Whole")
    assert await whole.look("Whole", ()) == (Finding("pages", Severity.WARNING, None, "0"),)
    assert await whole.signals("Whole", GIVEN) == ((Signal("odd", 0.6, "a is odd", ("a",)),), ())
    assert await whole.enrich("Whole", GIVEN) == ({"a": "1"}, ())
    assert await whole.validate("Whole", GIVEN) == (FOUND,)


async def test_a_plugin_without_a_hook_says_nothing(workbench: ProcessWorkbench) -> None:
    bare = plugins(workbench, "Bare")
    assert await bare.validate("Bare", GIVEN) == ()
    assert await bare.enrich("Bare", GIVEN) == ({}, ())


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("RAISES", "failed"),
        ("RAISES_UNPICKLABLE", "failed"),
        ("EXITS", "failed"),
        ("DIES", "needs more than is allowed"),
        ("HUGE", "failed"),
        ("LONG", "failed"),
        ("EATS_MEMORY", "needs more memory than is allowed"),
        ("LOCK", "failed"),
        ("GENERATES", "failed"),
        ("DIALS", "failed"),
    ],
)
async def test_a_bad_plugin_is_a_finding_and_the_next_call_is_answered(
    workbench: ProcessWorkbench, name: str, how: str
) -> None:
    both = plugins(workbench, name, "Whole")
    assert await both.validate(name, GIVEN) == (
        Finding("plugin_failed", Severity.ERROR, None, f"the plugin {name} {how}"),
    )
    assert await both.validate("Whole", GIVEN) == (FOUND,)


@pytest.mark.parametrize("name", ["HANGS", "SPINS"])
async def test_a_plugin_that_never_ends_is_ended(workbench: ProcessWorkbench, name: str) -> None:
    (finding,) = await plugins(workbench, name, timeout_s=1.5).validate(name, GIVEN)
    assert (finding.code, finding.message) == ("plugin_failed", f"the plugin {name} took too long")
    assert await plugins(workbench, "Whole").validate("Whole", GIVEN) == (FOUND,)


async def test_an_answer_that_cannot_leave_the_child_is_made_anew_of_plain_parts(
    workbench: ProcessWorkbench,
) -> None:
    (finding,) = await plugins(workbench, "UNFIT").validate("UNFIT", GIVEN)
    assert (type(finding), finding.code) == (Finding, "odd")

"""Every workbench keeps its port's word; what needs a real child is asked of the processes only."""

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest
from docflow.adapters.workbench.processes import PoolLimits, ProcessWorkbench
from docflow.domain.deadline import deadline
from docflow.domain.errors import PermanentError, Problem, TransientError, UserError
from docflow.domain.ports.workbench import Workbench
from docflow.testing.workbench import ThreadWorkbench

STATM = Path("/proc/self/statm")


def processes() -> ProcessWorkbench:
    return ProcessWorkbench(
        {
            "parse": PoolLimits(processes=1, memory_bytes=1 << 30),
            "ocr": PoolLimits(processes=1, memory_bytes=1 << 30, idle_s=0.05),
        }
    )


@pytest.fixture(scope="module")
async def children() -> AsyncIterator[ProcessWorkbench]:
    async with aclosing(processes()) as bench:
        yield bench


@pytest.fixture(params=["threads", "processes"])
def bench(request: pytest.FixtureRequest, children: ProcessWorkbench) -> Workbench:
    return ThreadWorkbench() if request.param == "threads" else children


_memory: list[int] = []


def remember() -> None:
    _memory.append(1)


def remembered() -> bool:
    return bool(_memory)


def refuse_to_warm() -> None:
    raise ValueError("no")


def end_once(mark: str) -> str:
    if Path(mark).exists():
        return "again"
    Path(mark).touch()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(20)
    return "never"


def double(number: int) -> int:
    return number * 2


def refuse(code: str) -> None:
    raise UserError("no", code=code, problems=[Problem("/a", "b")])


def ask_later() -> None:
    raise TransientError("later", after_s=7)


def rest(seconds: float) -> None:
    time.sleep(seconds)


def die() -> None:
    os._exit(3)


def hoard() -> int:
    return len(bytearray(4 << 30))


def burn() -> None:
    while True:
        pass


def resident_bytes() -> int:
    import lxml.etree  # noqa: F401
    import PIL.Image  # noqa: F401
    import pypdfium2  # noqa: F401

    return int(STATM.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def reach_out(port: int) -> None:
    socket.create_connection(("127.0.0.1", port), timeout=1)


async def test_a_call_gives_what_the_function_returns(bench: Workbench) -> None:
    assert await bench.run(double, 21, timeout_s=20) == 42


async def test_an_error_comes_back_with_its_code_and_problems(bench: Workbench) -> None:
    with pytest.raises(UserError) as caught:
        await bench.run(refuse, "file_corrupt", timeout_s=20)
    assert (caught.value.code, caught.value.problems) == ("file_corrupt", (Problem("/a", "b"),))


async def test_a_transient_error_keeps_its_delay(bench: Workbench) -> None:
    with pytest.raises(TransientError) as caught:
        await bench.run(ask_later, timeout_s=20)
    assert caught.value.after_s == 7


async def test_a_call_over_its_time_gives_timeout(bench: Workbench) -> None:
    with pytest.raises(PermanentError) as caught:
        await bench.run(rest, 1.0, timeout_s=0.1)
    assert caught.value.code == "timeout"


@pytest.mark.parametrize("function", [die, hoard])
async def test_a_child_that_dies_or_hoards_gives_resource_limit(
    children: Workbench, function: object
) -> None:
    with pytest.raises(PermanentError) as caught:
        await children.run(function, timeout_s=20)  # type: ignore[arg-type]
    assert caught.value.code == "resource_limit"


async def test_a_dead_child_is_replaced(children: Workbench) -> None:
    with pytest.raises(PermanentError):
        await children.run(die, timeout_s=20)
    assert await children.run(double, 2, timeout_s=20) == 4


async def test_a_child_that_is_told_to_end_is_no_fault_of_the_document(
    children: Workbench, tmp_path: Path
) -> None:
    """A stopping service's manager tells every process of it."""
    assert await children.run(end_once, str(tmp_path / "told"), timeout_s=20) == "again"


async def test_a_child_killed_while_it_had_nothing_to_do_is_replaced(children: Workbench) -> None:
    pid = await children.run(os.getpid, timeout_s=20)
    os.kill(pid, signal.SIGKILL)
    await _until_gone(pid)
    assert await asyncio.gather(*(children.run(double, n, timeout_s=20) for n in range(5))) == [0, 2, 4, 6, 8]


@pytest.mark.skipif(sys.platform != "linux", reason="needs a working limit on memory")
async def test_children_that_die_at_their_start_are_no_fault_of_the_document() -> None:
    async with aclosing(ProcessWorkbench({"parse": PoolLimits(processes=1, memory_bytes=1 << 20)})) as bench:
        with pytest.raises(TransientError) as caught:
            await bench.run(double, 1, timeout_s=20)
    assert caught.value.code == "workbench_unavailable"


async def test_the_time_of_a_call_starts_when_a_child_does(children: Workbench) -> None:
    await children.run(double, 1, timeout_s=20)
    calls = [children.run(rest, 0.15, timeout_s=0.4) for _ in range(6)]
    assert await asyncio.gather(*calls) == [None] * 6


async def test_calls_stop_the_clock_of_the_deadline_they_happen_under(bench: Workbench) -> None:
    async with deadline(0.2) as counting:
        await asyncio.gather(*(bench.run(rest, 0.15, timeout_s=20) for _ in range(3)))
        await bench.run(rest, 0.15, timeout_s=20)
    assert not counting.expired


async def test_the_clock_goes_on_after_a_call(bench: Workbench) -> None:
    with pytest.raises(TimeoutError):
        async with deadline(0.05):
            await bench.run(double, 1, timeout_s=20)
            await asyncio.sleep(5)


async def test_a_call_that_burns_the_processor_is_killed_at_its_timeout(children: Workbench) -> None:
    with pytest.raises(PermanentError) as caught:
        await children.run(burn, timeout_s=0.3)
    assert caught.value.code == "timeout"


async def test_a_child_reaches_no_network(children: Workbench) -> None:
    with pytest.raises(PermissionError):
        await children.run(reach_out, 9, timeout_s=20)


@pytest.mark.skipif(not STATM.exists(), reason="needs /proc")
async def test_a_child_with_its_libraries_stays_small(children: Workbench) -> None:
    assert await children.run(resident_bytes, timeout_s=20) < 75 * 2**20


async def test_idle_children_end_and_start_again_when_asked() -> None:
    async with aclosing(processes()) as bench:
        first = await bench.run(os.getpid, timeout_s=20, pool="ocr")
        await _until_gone(first)
        assert await bench.run(os.getpid, timeout_s=20, pool="ocr") != first


async def test_what_was_warmed_is_there_at_the_first_call_and_in_every_later_child() -> None:
    async with aclosing(processes()) as bench:
        await bench.warm(remember, timeout_s=20)
        await bench.warm(refuse_to_warm, timeout_s=20)
        assert await bench.run(remembered, timeout_s=20)
        with pytest.raises(PermanentError):
            await bench.run(die, timeout_s=20)
        assert await bench.run(remembered, timeout_s=20)


async def test_closing_ends_the_children() -> None:
    async with aclosing(processes()) as bench:
        pid = await bench.run(os.getpid, timeout_s=20)
    await _until_gone(pid)


async def test_children_die_with_a_parent_that_is_killed() -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.contract.workbench.parent", stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    pid = int(await parent.stdout.readline())
    parent.kill()
    await parent.wait()
    await _until_gone(pid)


async def _until_gone(pid: int) -> None:
    async with asyncio.timeout(10):
        while _alive(pid):
            await asyncio.sleep(0.02)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True

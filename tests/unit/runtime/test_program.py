import asyncio
import os
import signal
import subprocess
import sys
from itertools import count

from docflow.runtime.program import Stop, Work, keep_running, run_loop, wait_for_event


async def run(stopping: asyncio.Event, *, tick_s: int = 1, stop_s: float = 5, **works: Work) -> int:
    """`tick_s`: how much the clock moves at each look."""
    monotonic = count(step=tick_s).__next__
    return await keep_running(works, stopping, stop_s=stop_s, monotonic=monotonic, pause_s=lambda _: 0)


async def test_services_run_until_the_wish_to_stop_and_end_well() -> None:
    stopping = asyncio.Event()
    ended: list[str] = []

    async def first() -> None:
        await stopping.wait()
        ended.append("first")

    async def second() -> None:
        stopping.set()
        ended.append("second")

    assert await run(stopping, first=first, second=second) == 0
    assert sorted(ended) == ["first", "second"]


async def test_a_service_that_crashed_is_started_again() -> None:
    stopping = asyncio.Event()
    starts = count(1)

    async def shaky() -> None:
        if next(starts) == 3:
            stopping.set()
            return
        raise ValueError

    assert await run(stopping, shaky=shaky) == 0
    assert next(starts) == 4


async def test_a_service_that_keeps_crashing_ends_the_program_with_an_error() -> None:
    stopping = asyncio.Event()
    starts = count(1)

    async def broken() -> None:
        next(starts)
        raise ValueError

    assert await run(stopping, broken=broken) == 1
    assert next(starts) == 6


async def test_crashes_far_apart_are_no_reason_to_end() -> None:
    stopping = asyncio.Event()
    starts = count(1)

    async def shaky() -> None:
        if next(starts) == 20:
            stopping.set()
        raise ValueError

    assert await run(stopping, tick_s=30, shaky=shaky) == 0


async def test_a_service_that_ends_without_being_asked_is_started_again() -> None:
    stopping = asyncio.Event()
    starts = count(1)

    async def hasty() -> None:
        if next(starts) == 2:
            stopping.set()

    assert await run(stopping, hasty=hasty) == 0
    assert next(starts) == 3


async def test_a_service_that_does_not_stop_in_time_is_cancelled() -> None:
    stopping = asyncio.Event()
    stopping.set()
    cancelled = asyncio.Event()

    async def stubborn() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    begun = asyncio.Event()

    async def starter() -> None:
        begun.set()

    stopping.clear()
    running = asyncio.create_task(run(stopping, stop_s=0.01, stubborn=stubborn, starter=starter))
    await begun.wait()
    stopping.set()
    assert await running == 0
    assert cancelled.is_set()


async def test_waiting_for_an_event_says_whether_it_came() -> None:
    event = asyncio.Event()
    assert not await wait_for_event(event, 0)
    event.set()
    assert await wait_for_event(event, 1)


def test_a_signal_sets_the_wish_to_stop() -> None:
    async def main() -> bool:
        stop = Stop()
        stop.serving = True
        with stop.on_signals():
            os.kill(os.getpid(), signal.SIGTERM)
            return await wait_for_event(stop.event, 5)

    assert run_loop(main())


def test_a_signal_while_things_start_gives_up_starting() -> None:
    async def main() -> bool:
        stop = Stop()
        with stop.on_signals():
            os.kill(os.getpid(), signal.SIGTERM)
            try:
                await asyncio.sleep(5)
            except asyncio.CancelledError:
                return stop.event.is_set()
        return False

    assert run_loop(main())


def test_a_second_ctrl_c_ends_at_once() -> None:
    program = (
        "import asyncio, os, signal\n"
        "from docflow.runtime.program import Stop, run_loop\n"
        "async def main():\n"
        "    stop = Stop()\n"
        "    stop.serving = True\n"
        "    with stop.on_signals():\n"
        "        for _ in range(2):\n"
        "            os.kill(os.getpid(), signal.SIGINT)\n"
        "            await asyncio.sleep(0.05)\n"
        "        await asyncio.sleep(60)\n"
        "run_loop(main())\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], check=False, timeout=20, capture_output=True)
    assert ended.returncode == 130

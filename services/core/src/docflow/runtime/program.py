"""Runs services until a signal says stop: one event loop, one end for all of them."""

import asyncio
import os
import signal
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

import structlog

from docflow.runtime.container import Container
from docflow.runtime.service import Service

log = structlog.get_logger(__name__)

T = TypeVar("T")
Work = Callable[[], Awaitable[None]]

_CRASHES = 5
"""So many crashes of one service within `_CRASH_WINDOW_S` end the program."""
_CRASH_WINDOW_S = 60.0
_GRACE_S = 1.0
"""How long services may take beyond the setting before they are cancelled."""


def run_loop(main: Coroutine[Any, Any, T]) -> T:
    """Run `main` on the fastest event loop there is."""
    try:
        import uvloop
    except ImportError:
        factory = None
    else:
        factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.get_loop().set_exception_handler(_log_stray_error)
        return runner.run(main)


def _log_stray_error(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """An error nobody waited for. The loop's own words about it may quote what it worked on."""
    log.error("loop.stray_error", exc_info=context.get("exception"))


class Stop:
    """The wish to stop, by signal or from inside. Before `serving` is set it cancels the task that starts things."""

    def __init__(self) -> None:
        self.event = asyncio.Event()
        self.serving = False
        self._asked = 0
        self._starter = asyncio.current_task()

    @contextmanager
    def on_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.ask, number)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)

    def ask(self, number: signal.Signals) -> None:
        self._asked += 1
        if self._asked > 1 and number == signal.SIGINT:
            # Children go with us; nothing is lost, a later start recovers.
            os._exit(128 + number)
        log.info("program.stopping", signal=number.name)
        self.event.set()
        if not self.serving and self._starter is not None:
            self._starter.cancel()


async def run_services(container: Container, services: Sequence[Service]) -> int:
    """Run all services until `container.stopping` is set; returns the program's exit code."""
    works = {each.name: partial(each.run, container) for each in services}
    return await keep_running(
        works,
        container.stopping,
        stop_s=container.settings.worker.stop_s + _GRACE_S,
        monotonic=container.clock.monotonic,
    )


async def keep_running(
    works: Mapping[str, Work],
    stopping: asyncio.Event,
    *,
    stop_s: float,
    monotonic: Callable[[], float],
    pause_s: Callable[[int], float] = lambda crashes: 0.5 * 2 ** (crashes - 1),
) -> int:
    """Run works side by side until `stopping` is set, then give them `stop_s` before they are cancelled.

    One that crashes is started again after `pause_s(crashes)`; one that crashes five times within a minute ends all
    of them with exit code 1.
    """
    keepers = [_Keeper(name, work, stopping, monotonic, pause_s) for name, work in works.items()]
    tasks = [asyncio.create_task(each.keep(), name=each.name) for each in keepers]
    try:
        await stopping.wait()
        _, late = await asyncio.wait(tasks, timeout=stop_s)
        for task in late:
            log.warning("service.cancelled", service=task.get_name(), after_s=stop_s)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return 1 if any(each.gave_up for each in keepers) else 0


class _Keeper:
    def __init__(
        self,
        name: str,
        work: Work,
        stopping: asyncio.Event,
        monotonic: Callable[[], float],
        pause_s: Callable[[int], float],
    ) -> None:
        self.name = name
        self.gave_up = False
        self._work = work
        self._stopping = stopping
        self._monotonic = monotonic
        self._pause_s = pause_s
        self._crashes: deque[float] = deque(maxlen=_CRASHES)

    async def keep(self) -> None:
        with structlog.contextvars.bound_contextvars(service=self.name):
            while not self._stopping.is_set():
                await self._run_once()
                if self._stopping.is_set():
                    return
                self._crashes.append(self._monotonic())
                if self._keeps_crashing():
                    log.critical("service.gave_up", crashes=_CRASHES, within_s=_CRASH_WINDOW_S)
                    self.gave_up = True
                    self._stopping.set()
                    return
                await wait_for_event(self._stopping, self._pause_s(len(self._crashes)))

    def _keeps_crashing(self) -> bool:
        return len(self._crashes) == _CRASHES and self._crashes[-1] - self._crashes[0] < _CRASH_WINDOW_S

    async def _run_once(self) -> None:
        try:
            await self._work()
        except Exception:
            log.exception("service.crashed")
        else:
            if not self._stopping.is_set():
                log.error("service.ended_early")


async def wait_for_event(event: asyncio.Event, seconds: float) -> bool:
    """True when the event was set within that time."""
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    return True

"""The workbench on `pebble` pools of spawned processes."""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import TimeoutError as CallTimeout
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing.context import SpawnContext, SpawnProcess
from types import ModuleType
from typing import Any, TypeVar, cast

from pebble import ProcessExpired, ProcessPool

from docflow.adapters.workbench import child
from docflow.domain.deadline import clock_stopped
from docflow.domain.errors import DocflowError, PermanentError, TransientError

T = TypeVar("T")

#: Processor seconds a call may use for each second of its timeout; pdfium and OCR run on one thread.
CPU_PER_SECOND = 1.5
#: Pools started for one call before it is left for later.
TRIES = 3
#: How often a call that waits looks whether its pool still works.
LOOK_S = 5.0


@dataclass(frozen=True, slots=True)
class PoolLimits:
    """`idle_s` None = the children stay; else they end when nothing was asked of them for that long."""

    processes: int
    memory_bytes: int
    idle_s: float | None = None


class ProcessWorkbench:
    """Pools of child processes by name, each started at its first call.

    Must be used from one event loop, on a thread that lives as long as the workbench: on Linux a child is killed
    when the thread that started it ends.
    """

    def __init__(
        self,
        pools: dict[str, PoolLimits],
        *,
        child_exited: Callable[[str, str], None] = lambda pool, reason: None,
    ) -> None:
        """`child_exited(pool, "timeout" | "died")` is told of every child that ended in mid-call."""
        self._pools = {name: _Pool(limits, partial(child_exited, name)) for name, limits in pools.items()}

    async def run(
        self, function: Callable[..., T], /, *args: object, timeout_s: float, pool: str = "parse"
    ) -> T:
        with clock_stopped():
            return cast("T", await self._pools[pool].run(function, args, timeout_s))

    async def warm(self, function: Callable[[], object], /, *, timeout_s: float, pool: str = "parse") -> None:
        self._pools[pool].warming.append(function)
        # Where the pool has begun before, at least one of its children is warmed.
        with suppress(DocflowError):
            await self.run(_warmed, function, timeout_s=timeout_s, pool=pool)

    async def aclose(self) -> None:
        await asyncio.gather(*(pool.aclose() for pool in self._pools.values()))


class _Pool:
    def __init__(self, limits: PoolLimits, child_exited: Callable[[str], None]) -> None:
        self.warming: list[Callable[[], object]] = []
        self._limits = limits
        self._child_exited = child_exited
        self._processes: ProcessPool | None = None
        self._in_hand = 0
        self._closed = False
        self._idle: asyncio.TimerHandle | None = None
        self._endings: set[asyncio.Task[None]] = set()

    async def run(
        self, function: Callable[..., object], args: tuple[object, ...], timeout_s: float
    ) -> object:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        self._in_hand += 1
        try:
            return await self._call(function, args, timeout_s)
        finally:
            self._in_hand -= 1
            if self._in_hand == 0 and self._limits.idle_s is not None and self._processes is not None:
                self._idle = asyncio.get_running_loop().call_later(self._limits.idle_s, self._end)

    async def _call(
        self, function: Callable[..., object], args: tuple[object, ...], timeout_s: float
    ) -> object:
        for _ in range(TRIES):
            processes = self._started()
            try:
                return await _result(
                    processes, child.call, (function, timeout_s * CPU_PER_SECOND, args), timeout_s
                )
            except CallTimeout as error:
                self._child_exited("timeout")
                raise PermanentError("reading took too long", code="timeout") from error
            except ProcessExpired as error:
                self._child_exited("died")
                # Told to end from outside, as systemd tells all processes of a service: nothing that the document did.
                # pebble's own handler leaves with the signal's number.
                if error.exitcode in (signal.SIGTERM, -signal.SIGTERM):
                    continue
                raise PermanentError("reading needs more than is allowed", code="resource_limit") from error
            except BrokenProcessPool:
                self._child_exited("died")
                self._give_up(processes)
                if self._closed:
                    break
        raise TransientError("no child process stays alive", code="workbench_unavailable", after_s=5)

    def _started(self) -> ProcessPool:
        if self._processes is None:
            self._processes = ProcessPool(
                max_workers=self._limits.processes,
                initializer=child.prepare,
                initargs=(os.getpid(), self._limits.memory_bytes, self.warming),
                context=cast("Any", _BareSpawn()),
            )
        return self._processes

    def _end(self) -> None:
        if self._processes is not None:
            self._give_up(self._processes)

    def _give_up(self, processes: ProcessPool) -> None:
        """Have the next call start anew. A pool is broken for good when a child was killed that had nothing to do."""
        if self._processes is processes:
            self._processes = None
            ending = asyncio.ensure_future(_ended(processes))
            self._endings.add(ending)
            ending.add_done_callback(self._endings.discard)

    async def aclose(self) -> None:
        self._closed = True
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        self._end()
        await asyncio.gather(*self._endings)


def _warmed(function: Callable[[], object]) -> None:
    """What is made stays in the child."""
    with suppress(Exception):
        function()


async def _result(
    processes: ProcessPool, function: Callable[..., object], args: tuple[object, ...], timeout_s: float
) -> object:
    """Raises BrokenProcessPool also for a call that the pool forgot when it broke."""
    try:
        scheduled = processes.schedule(function, args=args, timeout=timeout_s)
    except RuntimeError as error:
        raise BrokenProcessPool from error
    future = asyncio.wrap_future(scheduled)
    try:
        while not future.done():
            was_active = processes.active
            await asyncio.wait((future,), timeout=LOOK_S)
            if not was_active and not future.done():
                raise BrokenProcessPool
        return await future
    finally:
        future.cancel()


async def _ended(processes: ProcessPool) -> None:
    processes.stop()  # type: ignore[no-untyped-call]
    await asyncio.to_thread(processes.join)


_main_swap = threading.Lock()


@contextmanager
def _empty_main() -> Iterator[None]:
    """Spawned children import the parent's main program again; ours need none of it (measured: 40 MB each)."""
    with _main_swap:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main


class _BareProcess(SpawnProcess):
    @staticmethod
    def _Popen(process_obj: Any) -> Any:  # noqa: N802
        with _empty_main():
            return SpawnProcess._Popen(process_obj)


class _BareSpawn(SpawnContext):
    Process = _BareProcess

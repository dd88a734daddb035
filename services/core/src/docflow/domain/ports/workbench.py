from collections.abc import Callable
from typing import Protocol, TypeVar

T = TypeVar("T")


class Workbench(Protocol):
    """Runs CPU work and all parsing of untrusted bytes in child processes with limits."""

    async def run(
        self, function: Callable[..., T], /, *args: object, timeout_s: float, pool: str = "parse"
    ) -> T:
        """Call a picklable module-level function in a child and return what it returns.

        `timeout_s` counts from when a child begins. The whole call stops the clock of the deadline it happens under
        (`docflow.domain.deadline`): waiting in line for a child uses up nobody's time.

        Pools: `parse` (light, warm) and `ocr` (heavy, started on demand, ended when idle). Errors the function raises
        come back as they are. A child that dies, runs over `timeout_s` or over its memory is replaced and gives
        PermanentError `resource_limit` or `timeout`; TransientError when no child can be kept alive.
        """

    async def warm(self, function: Callable[[], object], /, *, timeout_s: float, pool: str = "parse") -> None:
        """Start the pool, and have every child that starts from now on call `function` before its first call.

        For what is slow the first time. A child whose `function` fails is as good as any; nothing is raised.
        """

    async def aclose(self) -> None: ...

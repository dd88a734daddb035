"""A service is a name and a coroutine; `docflow up` runs all of them in one process, `docflow run NAME` one."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from docflow.runtime.container import Container


@dataclass(frozen=True, slots=True)
class Service:
    """`run` returns once `container.stopping` is set and the work in hand is finished or released."""

    name: str
    run: Callable[["Container"], Awaitable[None]]

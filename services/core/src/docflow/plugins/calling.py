"""One call of an installed plugin, in a child process that bears its name, its faults and its memory."""

import asyncio
import inspect
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint

from docflow.domain.errors import places_of
from docflow.plugins.answers import CHECKED
from docflow.plugins.hooks import Hook

GROUP = "docflow.plugins"


@dataclass(frozen=True, slots=True)
class Answer:
    """`failed` tells how the plugin failed, never what it said: that may hold values. `value` None = no such hook.

    `error` and `places` are for who keeps the plugin: what it raised, by class, and where.
    """

    value: object = None
    failed: str | None = None
    error: str | None = None
    places: tuple[str, ...] = ()

    @classmethod
    def raised(cls, error: BaseException) -> "Answer":
        return cls(failed="failed", error=type(error).__name__, places=tuple(places_of(error)))


def call(target: str, hook: Hook, given: tuple[object, ...]) -> Answer:
    """`target` is the entry point's "module:attribute". Raises nothing, whatever the plugin does."""
    try:
        return asked(_loaded(target), hook, given)
    except MemoryError:
        return Answer(failed="needs more memory than is allowed")
    except BaseException as error:
        return Answer.raised(error)


def asked(plugin: object, hook: Hook, given: tuple[object, ...]) -> Answer:
    """Raises what the plugin raises, TypeError and ValueError for nonsense."""
    method = getattr(plugin, hook.value, None)
    if method is None:
        return Answer()
    answer = method(*given)
    return Answer(CHECKED[hook](asyncio.run(_awaited(answer)) if inspect.isawaitable(answer) else answer))


@cache
def _loaded(target: str) -> object:
    loaded = EntryPoint("", target, GROUP).load()
    return loaded() if isinstance(loaded, type) else loaded


async def _awaited(answer: object) -> object:
    return await answer  # type: ignore[misc]

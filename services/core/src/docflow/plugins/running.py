"""Finds the plugin that a configuration names and asks it so that its faults stay its own."""

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import cast

import structlog

from docflow.domain.errors import PermanentError
from docflow.domain.json_types import JsonScalar
from docflow.domain.outcomes import Finding
from docflow.domain.ports.workbench import Workbench
from docflow.domain.reading import Page
from docflow.domain.stages import Severity
from docflow.plugins.calling import GROUP, Answer, asked, call
from docflow.plugins.hooks import Hook, Signal
from docflow.plugins.validators.validator import Given, Validator

log = structlog.get_logger(__name__)

TIMEOUT_S = 5.0
POOL = "plugins"
_HOW = {"timeout": "took too long", "resource_limit": "needs more than is allowed"}

Failures = tuple[Finding, ...]
"""Empty, or the one `plugin_failed` (error): it is missing, raised, hung, died or answered nonsense."""


class Plugins:
    """The built-in ones first, then what is installed under the group `docflow.plugins` by entry point name.

    What is installed runs in a child of `workbench`, in a pool of its own; a plugin without the hook answers nothing.
    """

    def __init__(
        self,
        built_in: Sequence[Validator],
        workbench: Workbench | None = None,
        *,
        installed: Callable[[], Sequence[EntryPoint]] = lambda: tuple(entry_points(group=GROUP)),
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._known = {plugin.name: plugin for plugin in built_in}
        self._workbench = workbench
        self._installed = installed
        self._timeout_s = timeout_s

    def names(self) -> frozenset[str]:
        """All that a configuration may name; nothing is loaded for it."""
        return frozenset(self._known) | {entry.name for entry in self._installed()}

    async def validate(self, name: str | None, given: Given) -> tuple[Finding, ...]:
        """Its findings, or that it failed."""
        found, failures = await self._ask(name, Hook.VALIDATE, given)
        return (*cast("tuple[Finding, ...]", found or ()), *failures)

    async def look(self, name: str | None, pages: Sequence[Page]) -> tuple[Finding, ...]:
        """What it finds on the pages of a document, or that it failed."""
        found, failures = await self._ask(name, Hook.LOOK, pages)
        return (*cast("tuple[Finding, ...]", found or ()), *failures)

    async def signals(self, name: str | None, given: Given) -> tuple[tuple[Signal, ...], Failures]:
        found, failures = await self._ask(name, Hook.SIGNALS, given)
        return cast("tuple[Signal, ...]", found or ()), failures

    async def enrich(self, name: str | None, given: Given) -> tuple[Mapping[str, JsonScalar], Failures]:
        """Values by path."""
        found, failures = await self._ask(name, Hook.ENRICH, given)
        return cast("Mapping[str, JsonScalar]", found or {}), failures

    async def _ask(self, name: str | None, hook: Hook, given: object) -> tuple[object, Failures]:
        if not name:
            return None, ()
        if name in self._known:
            answer = await self._built_in(self._known[name], hook, given)
        else:
            answer = await self._in_child(name, hook, given)
        if answer.failed is None:
            return answer.value, ()
        log.error(
            "plugin.failed",
            plugin=name,
            hook=hook.value,
            how=answer.failed,
            error=answer.error,
            places=answer.places,
        )
        return answer.value, (failed(name, answer.failed),)

    async def _built_in(self, plugin: Validator, hook: Hook, given: object) -> Answer:
        try:
            async with asyncio.timeout(self._timeout_s):
                return await _in_own_thread(lambda: asked(plugin, hook, (given,)))
        except TimeoutError:
            return Answer(failed="took too long")
        except Exception as error:
            return Answer.raised(error)

    async def _in_child(self, name: str, hook: Hook, given: object) -> Answer:
        """Raises TransientError where no child can be kept alive."""
        target = next((entry.value for entry in self._installed() if entry.name == name), None)
        if target is None or self._workbench is None:
            return Answer(failed="is not installed")
        try:
            return await self._workbench.run(
                call, target, hook, (given,), timeout_s=self._timeout_s, pool=POOL
            )
        except PermanentError as error:
            return Answer(failed=_HOW.get(error.code, "failed"))


class _Broke(Exception):
    """A plugin ended in something that must not end us (SystemExit, KeyboardInterrupt)."""


async def _in_own_thread(function: Callable[[], Answer]) -> Answer:
    """Like asyncio.to_thread, but a thread that never returns is left behind and holds up no exit."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Answer] = loop.create_future()

    def settle(value: Answer, error: Exception | None) -> None:
        if answer.done():
            return
        if error is None:
            answer.set_result(value)
        else:
            answer.set_exception(error)

    def work() -> None:
        value, error = Answer(), None
        try:
            value = function()
        except Exception as raised:
            error = raised
        except BaseException as raised:
            error = _Broke(type(raised).__name__).with_traceback(raised.__traceback__)
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, value, error)

    threading.Thread(target=work, name="plugin", daemon=True).start()
    return await answer


def failed(name: str, how: str) -> Finding:
    return Finding("plugin_failed", Severity.ERROR, None, f"the plugin {name} {how}")

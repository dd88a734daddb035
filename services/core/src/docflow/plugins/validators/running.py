"""Finds the validator a configuration names and runs it so that its faults stay its own."""

import asyncio
import inspect
import threading
from collections.abc import Callable, Sequence
from importlib.metadata import EntryPoint, entry_points

from docflow.domain.outcomes import Finding
from docflow.domain.stages import Severity
from docflow.plugins.validators.validator import Given, Validator

GROUP = "docflow.plugins"
TIMEOUT_S = 5.0
MAX_FINDINGS = 200


class Validators:
    """The built-in validators first, then what is installed under the group `docflow.plugins` by entry point name."""

    def __init__(
        self,
        built_in: Sequence[Validator],
        *,
        installed: Callable[[], Sequence[EntryPoint]] = lambda: tuple(entry_points(group=GROUP)),
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._known = {validator.name: validator for validator in built_in}
        self._installed = installed
        self._timeout_s = timeout_s

    def names(self) -> frozenset[str]:
        """All that a configuration may name; nothing is loaded for it."""
        return frozenset(self._known) | {entry.name for entry in self._installed()}

    async def run(self, name: str | None, given: Given) -> tuple[Finding, ...]:
        """Its findings; `plugin_failed` (error) when it is missing, raises, hangs or answers nonsense."""
        if not name:
            return ()
        try:
            async with asyncio.timeout(self._timeout_s):
                return _checked(await _in_own_thread(lambda: self._validated(name, given)))
        except TimeoutError:
            return (_failed(name, "took too long"),)
        except LookupError as error:
            if isinstance(error, _NotInstalled):
                return (_failed(name, "is not installed"),)
            return (_failed(name, "failed"),)
        except Exception:
            # A stranger's code: whatever it raises is told as its failure and holds this process alone.
            return (_failed(name, "failed"),)

    def _validated(self, name: str, given: Given) -> object:
        """In a thread of its own, also for what is async: a validator that blocks its loop blocks nobody else."""
        answer = self._found(name).validate(given)
        return asyncio.run(_awaited(answer)) if inspect.isawaitable(answer) else answer

    def _found(self, name: str) -> Validator:
        if name in self._known:
            return self._known[name]
        for entry in self._installed():
            if entry.name == name:
                loaded = entry.load()
                self._known[name] = loaded() if isinstance(loaded, type) else loaded
                return self._known[name]
        raise _NotInstalled(name)


class _NotInstalled(LookupError):
    pass


class _Broke(Exception):
    """A validator ended in something that must not end us (SystemExit, KeyboardInterrupt)."""


async def _awaited(answer: object) -> object:
    return await answer  # type: ignore[misc]


async def _in_own_thread(function: Callable[[], object]) -> object:
    """Like asyncio.to_thread, but a thread that never returns is left behind and holds up no exit."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[object] = loop.create_future()

    def settle(value: object, error: Exception | None) -> None:
        if answer.done():
            return
        if error is None:
            answer.set_result(value)
        else:
            answer.set_exception(error)

    def work() -> None:
        try:
            value, error = function(), None
        except Exception as raised:
            value, error = None, raised
        except BaseException as raised:
            value, error = None, _Broke(type(raised).__name__)
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, value, error)

    threading.Thread(target=work, name="validator", daemon=True).start()
    return await answer


def _checked(answer: object) -> tuple[Finding, ...]:
    if not isinstance(answer, list | tuple) or not all(isinstance(item, Finding) for item in answer):
        raise TypeError("a validator answers a list of findings")
    if len(answer) > MAX_FINDINGS:
        raise ValueError("a validator answered too many findings")
    for finding in answer:
        _check_form(finding)
    return tuple(answer)


def _check_form(finding: Finding) -> None:
    words = (finding.code, finding.message, finding.field or "")
    if not isinstance(finding.severity, Severity) or not all(isinstance(word, str) for word in words):
        raise TypeError("a finding has a code, a severity, a field and a message")


def _failed(name: str, how: str) -> Finding:
    return Finding("plugin_failed", Severity.ERROR, None, f"the validator {name} {how}")

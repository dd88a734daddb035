"""Tesseract as a program of its own, where the machine has one: nothing is installed or needed for it.

Children of the workbench may start no program, so it is started from here, by the parent: one page each time, on
standard input, within limits of memory and processor time, without a network where the system lets us take it away.
What it is given is a picture that we drew and wrote ourselves.
"""

import asyncio
import os
import shutil
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress

from docflow.domain.errors import PermanentError, TransientError
from docflow.domain.reading import Box, ReadPicture, Word

LANGUAGES = ("eng", "deu", "fra", "spa", "por", "ita")
#: A page of text takes 1 to 3 s.
TIMEOUT_S = 60.0
PROBE_S = 10.0
#: Lines that Tesseract numbers as words.
_WORD = 5
_PAGE = 1
_LIMITED = 'ulimit -c 0; ulimit -f 0; ulimit -t "$1"; ulimit -v "$2" 2>/dev/null; shift 2; exec "$@"'
_NO_NETWORK = ("unshare", "--net", "--map-root-user")
#: What a shell ends with when it cannot start what it was given.
_NOT_STARTED = (126, 127)
#: Automatic, without asking which way is up: the picture was made upright.
_PAGE_MODE = "3"


class Tesseract:
    """At most `at_once` programs run beside each other; the others wait."""

    name = "tesseract"

    def __init__(
        self,
        program: str,
        languages: Sequence[str],
        *,
        at_once: int,
        memory_bytes: int,
        no_network: bool,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._languages = "+".join(languages)
        self._program = program
        self._free = asyncio.Semaphore(at_once)
        self._memory_bytes = memory_bytes
        self._no_network = no_network
        self._timeout_s = timeout_s

    async def read(self, image: bytes) -> ReadPicture:
        """The words of an upright PNG. Raises PermanentError `timeout` or `resource_limit`, TransientError when it will not start."""
        command = [self._program, "stdin", "stdout", "-l", self._languages, "--psm", _PAGE_MODE, "tsv"]
        prefix = _NO_NETWORK if self._no_network else ()
        async with self._free:
            told = await _run(
                [*prefix, *_within(int(self._timeout_s) + 1, self._memory_bytes), *command],
                image,
                self._timeout_s,
            )
        return ReadPicture(words_of_table(told.decode("utf-8", "replace")))


async def find_tesseract(*, at_once: int, memory_bytes: int) -> Tesseract | None:
    """None where no such program is on the PATH, or it does not start, or has none of our languages."""
    program = shutil.which("tesseract")
    if program is None or shutil.which("sh") is None:
        return None
    try:
        told = await _run([program, "--list-langs"], b"", PROBE_S)
    except (PermanentError, TransientError):
        return None
    known = set(told.decode("utf-8", "replace").split())
    languages = [name for name in LANGUAGES if name in known]
    if not languages:
        return None
    return Tesseract(
        program,
        languages,
        at_once=at_once,
        memory_bytes=memory_bytes,
        no_network=await _may_cut_network(),
    )


def words_of_table(table: str) -> tuple[Word, ...]:
    """The words of Tesseract's table, places as fractions of the page; what is no such table has none."""
    words: list[Word] = []
    width = height = 0.0
    for row in table.splitlines()[1:]:
        cells = row.split("\t")
        if len(cells) < 12:
            continue
        try:
            level, left, top, wide, high = (int(cells[at]) for at in (0, 6, 7, 8, 9))
            sure = float(cells[10])
        except ValueError:
            continue
        if level == _PAGE:
            width, height = float(wide), float(high)
        text = cells[11].strip()
        if level == _WORD and text and width > 0 and height > 0:
            box = (left / width, top / height, (left + wide) / width, (top + high) / height)
            words.append(Word(text, _inside(box), max(0.0, min(1.0, sure / 100))))
    return tuple(words)


def _inside(box: Box) -> Box:
    x0, y0, x1, y1 = (max(0.0, min(1.0, at)) for at in box)
    return x0, y0, x1, y1


def _within(seconds: int, memory_bytes: int) -> list[str]:
    return ["sh", "-c", _LIMITED, "limited", str(seconds), str(memory_bytes // 1024)]


async def _may_cut_network() -> bool:
    if shutil.which(_NO_NETWORK[0]) is None:
        return False
    try:
        await _run([*_NO_NETWORK, "true"], b"", PROBE_S)
    except (PermanentError, TransientError):
        return False
    return True


async def _run(command: Sequence[str], given: bytes, timeout_s: float) -> bytes:
    """What the program printed. It ends with this call, whatever becomes of it."""
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=_environment(os.environ),
            start_new_session=True,
        )
    except OSError as error:
        raise TransientError(
            "the text recognition does not start", code="workbench_unavailable", after_s=5
        ) from error
    try:
        async with asyncio.timeout(timeout_s):
            told, _ = await process.communicate(given)
    except TimeoutError as error:
        raise PermanentError("reading took too long", code="timeout") from error
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    if process.returncode in _NOT_STARTED:
        raise TransientError("the text recognition does not start", code="workbench_unavailable", after_s=5)
    if process.returncode == -signal.SIGTERM:
        raise TransientError("the text recognition was told to end", code="workbench_unavailable", after_s=5)
    if process.returncode:
        raise PermanentError("reading needs more than is allowed", code="resource_limit")
    return told


def _environment(given: Mapping[str, str]) -> dict[str, str]:
    """Nothing of ours: no address, no secret."""
    kept = {name: given[name] for name in ("PATH", "TESSDATA_PREFIX") if name in given}
    return {**kept, "LC_ALL": "C.UTF-8", "OMP_THREAD_LIMIT": "1"}

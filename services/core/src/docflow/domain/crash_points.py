"""Named places where a test may kill the process, to prove that nothing is lost or done twice there.

A no-op unless DOCFLOW_CRASH_AT names the point (`ocr.before_finish`, or `ocr.before_finish:3` for the third time).
"""

import os
import signal
from functools import cache
from itertools import count


@cache
def _armed() -> tuple[str, int]:
    name, _, nth = os.environ.get("DOCFLOW_CRASH_AT", "").partition(":")
    return name, int(nth or 1)


_passes = count(1)


def crash_point(name: str) -> None:
    armed, nth = _armed()
    if name == armed and next(_passes) == nth:
        os.kill(os.getpid(), signal.SIGKILL)

"""What one check of `docflow doctor` found."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from docflow.runtime.settings import Settings


@dataclass(frozen=True, slots=True)
class Finding:
    """`warning`: it is ok here, and would better be mended."""

    name: str
    ok: bool
    found: str
    fix: str = ""
    warning: bool = False


Check = Callable[[Settings], Awaitable[Finding]]

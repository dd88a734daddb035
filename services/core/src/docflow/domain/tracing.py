"""Which trace the work at hand belongs to, in the form of W3C's Trace Context, level 1."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_FORM = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_current: ContextVar[str | None] = ContextVar("traceparent", default=None)


def current_traceparent() -> str | None:
    """What a row or a message that comes of this work carries on."""
    return _current.get()


def trace_id(traceparent: str | None) -> str | None:
    """32 hex digits; None for what is not a traceparent."""
    match = _FORM.fullmatch(traceparent or "")
    return match[1] if match else None


@contextmanager
def within(traceparent: str | None) -> Iterator[None]:
    """Work inside the block belongs to that trace. What is not a traceparent counts as none."""
    token = _current.set(traceparent if trace_id(traceparent) else None)
    try:
        yield
    finally:
        _current.reset(token)

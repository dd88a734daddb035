"""When a vendor says to come again, from the headers of its answer."""

import re
from collections.abc import Mapping
from datetime import datetime

from docflow.domain.retry_after import positive, told_wait_s

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|h|m|s)")
_UNITS_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def retry_after_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """`retry-after-ms`, else `retry-after`. None = the vendor does not say."""
    milliseconds = positive(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    return told_wait_s(headers.get("retry-after"), now)


def seconds_until(moment: str | None, now: datetime) -> float | None:
    """From an RFC 3339 moment."""
    try:
        return max(0.0, (datetime.fromisoformat(moment) - now).total_seconds()) if moment else None
    except (ValueError, TypeError):
        return None


def seconds_of(duration: str | None) -> float | None:
    """`6m0.5s`, `12ms`."""
    parts = _DURATION.findall(duration or "")
    return sum(float(number) * _UNITS_S[unit] for number, unit in parts) if parts else None


def whole(value: str | None) -> int | None:
    number = positive(value)
    return None if number is None else int(number)

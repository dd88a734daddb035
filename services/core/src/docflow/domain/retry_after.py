"""The header `Retry-After`: seconds, or a date."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def told_wait_s(told: str | None, now: datetime) -> float | None:
    """Seconds from `now`, never below 0; None = it does not say."""
    if not told:
        return None
    seconds = positive(told)
    if seconds is not None:
        return seconds
    try:
        until = parsedate_to_datetime(told)
    # A year of twenty digits is one that the parser takes and a date does not.
    except (ValueError, OverflowError):
        return None
    return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds())


def positive(told: str | None) -> float | None:
    """A finite number of at least 0, else None."""
    try:
        number = float(told) if told else None
    except ValueError:
        return None
    return number if number is not None and 0 <= number < float("inf") else None

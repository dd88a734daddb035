"""Checks of what was read: the rent is positive, and the lease ends after it begins."""

from collections.abc import Iterator

from docflow.domain.outcomes import Finding
from docflow.domain.stages import Severity
from docflow.plugins.validators.validator import Given

# Names that configurations use for the same field, the usual one first.
RENT = ("monthly_rent", "rent")
START = ("lease_start", "start_date")
END = ("lease_end", "end_date")


def rent(given: Given) -> Iterator[Finding]:
    found = given.amount(*RENT)
    if found and found[1] <= 0:
        # A message names the field and never holds its value: it is kept in places where values must not stand.
        yield Finding("rent_not_positive", Severity.ERROR, found[0], f"{found[0]} is not positive")


def term(given: Given) -> Iterator[Finding]:
    start, end = given.day(*START), given.day(*END)
    if start and end and end[1] <= start[1]:
        yield Finding("term_reversed", Severity.ERROR, end[0], f"{end[0]} does not lie after {start[0]}")

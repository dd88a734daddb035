"""A signal of fraud: a deposit of more than three months' rent is asked for by impostors more often than by landlords."""

from collections.abc import Iterator

from docflow.plugins.hooks import Signal
from docflow.plugins.validators.validator import Given

from acme_docflow.checks import RENT

MONTHS = 3
#: Below 0.5: it is shown, and does not hold a process alone.
WEIGHT = 0.4


def deposit(given: Given) -> Iterator[Signal]:
    rent, asked = given.amount(*RENT), given.amount("deposit")
    if rent and asked and asked[1] > MONTHS * rent[1]:
        told = f"deposit is more than {MONTHS} times {rent[0]}"
        yield Signal("deposit_high", WEIGHT, told, ("deposit", rent[0]))

"""Receipts: a positive total, a date that has been, tax within the total."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from docflow.domain.outcomes import Finding
from docflow.domain.stages import Severity
from docflow.plugins.validators.validator import Given

TOTAL = ("total", "grand_total", "total_amount")
TAX = ("tax_total", "tax", "tax_amount")
DATE = ("date", "issue_date", "receipt_date")

# East of us it may be tomorrow already.
_TOMORROW = timedelta(days=1)


class ReceiptStandardValidator:
    name = "receipt_standard_validator"

    def validate(self, given: Given) -> Sequence[Finding]:
        return (*_amounts(given), *_date(given))


def _amounts(given: Given) -> Iterator[Finding]:
    total, tax = given.amount(*TOTAL), given.amount(*TAX)
    if total and total[1] <= 0:
        yield Finding("total_not_positive", Severity.ERROR, total[0], f"{total[0]} is not positive")
    if total and tax and tax[1] > total[1]:
        yield Finding("tax_above_total", Severity.ERROR, tax[0], f"{tax[0]} is greater than {total[0]}")


def _date(given: Given) -> Iterator[Finding]:
    date = given.day(*DATE)
    if date and date[1] > given.received_on + _TOMORROW:
        yield Finding("date_in_future", Severity.ERROR, date[0], f"{date[0]} lies in the future")

"""Net, tax and gross by their arithmetic alone, whatever they are called."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from docflow.adapters.llm.offline.sheet import Sheet
from docflow.domain.lines import Line
from docflow.domain.page_values import FoundValue
from docflow.domain.values.kinds import FieldKind

CENT = Decimal("0.02")
#: Lines with amounts from a tax up to what it is taken of, and down to what both come to.
REACH = 3


@dataclass(frozen=True, slots=True)
class Sum:
    net: FoundValue
    tax: FoundValue
    gross: FoundValue


def sums_of(sheet: Sheet) -> list[Sum]:
    """Under an amount one that is a printed rate of it, and under that what both come to: "60.00", "VAT 5 %  3.00", "63.00"."""
    last = [found[-1] for line in sheet.lines_outside_tables() if (found := _amounts(sheet, line))]
    return [
        Sum(net, tax, gross)
        for at, tax in enumerate(last)
        for rate in _rates(sheet, tax.line)
        for net in last[max(0, at - REACH) : at]
        for gross in last[at + 1 : at + 1 + REACH]
        if net.line.page == gross.line.page
        and _add_up(amount_of(net), amount_of(tax), amount_of(gross), rate)
    ]


def amount_of(found: FoundValue) -> Decimal:
    return Decimal(str(found.value))


def _add_up(net: Decimal, tax: Decimal, gross: Decimal, rate: Decimal) -> bool:
    return 0 < tax < net and net + tax == gross and abs(net * rate / 100 - tax) <= CENT


def _amounts(sheet: Sheet, line: Line) -> list[FoundValue]:
    rates = sheet.values_on(line, FieldKind.RATE)
    return [
        found
        for found in sheet.values_on(line, FieldKind.MONEY)
        if found.has_decimals and not any(rate.start <= found.start < rate.end for rate in rates)
    ]


def _rates(sheet: Sheet, line: Line) -> Iterator[Decimal]:
    for found in sheet.values_on(line, FieldKind.RATE):
        yield amount_of(found)

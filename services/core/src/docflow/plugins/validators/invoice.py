"""Invoices: do the sums add up, do the numbers carry right check digits, are the dates in order."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from stdnum import iban as iban_numbers
from stdnum.eu import vat as vat_numbers

from docflow.domain.comparing import number
from docflow.domain.json_types import JsonScalar
from docflow.domain.outcomes import Finding
from docflow.domain.stages import Severity
from docflow.domain.values.currency import is_currency
from docflow.plugins.validators.validator import Given

# Amounts are rounded to cents on paper: half a cent for each line that is added, never less than two cents;
# a single line may differ by half a permille (a unit price that is printed rounded).
_CENTS = Decimal("0.02")
_A_LINE = Decimal("0.005")
_OF_A_LINE = Decimal("0.0005")

_LINES = "line_items"


class InvoiceStandardValidator:
    name = "invoice_standard_validator"

    def validate(self, given: Given) -> Sequence[Finding]:
        return (*_totals(given), *_lines(given), *_line_count(given), *_numbers(given), *_dates(given))


def _totals(given: Given) -> Iterator[Finding]:
    net, tax = given.amount("net_total"), given.amount("tax_total")
    gross = given.amount("grand_total")
    if net and tax and gross and abs(net[1] + tax[1] - gross[1]) > _margin(_rows(given)):
        yield Finding(
            "totals_differ", Severity.ERROR, gross[0], "net_total + tax_total differ from grand_total"
        )


def _lines(given: Given) -> Iterator[Finding]:
    rows = _rows(given)
    wrong = [position for position, row in enumerate(rows, start=1) if not _product_holds(row)]
    if wrong:
        told = ", ".join(str(position) for position in wrong[:5])
        yield Finding(
            "line_differs",
            Severity.WARNING,
            f"{_LINES}[].line_total",
            f"quantity times unit_price differs from line_total (row {told})",
        )
    yield from _line_sum(given, rows)


def _line_sum(given: Given, rows: Sequence[Mapping[str, JsonScalar]]) -> Iterator[Finding]:
    """Lines may be printed with or without tax: their sum must be the net or the gross total."""
    amounts = [number(row.get("line_total")) for row in rows]
    known = [amount for amount in amounts if amount is not None]
    totals = [found for name in ("net_total", "grand_total") if (found := given.amount(name))]
    if not totals or not known or len(known) < len(amounts):
        return
    if all(abs(sum(known, Decimal(0)) - total) > _margin(rows) for _, total in totals):
        # A structured invoice may carry allowances and charges beside its lines.
        field = totals[0][0]
        yield Finding("lines_differ", given.severity(field), field, f"the lines do not add up to {field}")


def _line_count(given: Given) -> Iterator[Finding]:
    counted, rows = given.amount("line_count"), _rows(given)
    if counted and rows and counted[1] != len(rows):
        yield Finding("incomplete", Severity.ERROR, _LINES, f"{_LINES} has another count than line_count")


def _product_holds(row: Mapping[str, JsonScalar]) -> bool:
    quantity, price, total = (number(row.get(name)) for name in ("quantity", "unit_price", "line_total"))
    if quantity is None or price is None or total is None:
        return True
    return abs(quantity * price - total) <= max(_CENTS, abs(total) * _OF_A_LINE)


def _numbers(given: Given) -> Iterator[Finding]:
    iban = given.text("iban", "seller_iban")
    if iban and not iban_numbers.is_valid(iban[1], check_country=False):
        yield Finding("iban_checksum", given.severity(iban[0]), iban[0], f"{iban[0]} has a wrong check digit")
    for name in ("seller_vat_id", "buyer_vat_id"):
        vat = given.text(name)
        if vat and _is_european(vat[1]) and not vat_numbers.is_valid(vat[1]):
            yield Finding("vat_checksum", given.severity(name), name, f"{name} has a wrong check digit")
    currency = given.text("currency")
    if currency and not is_currency(currency[1]):
        yield Finding("currency_unknown", Severity.ERROR, currency[0], "currency is no known currency code")


def _is_european(vat_id: str) -> bool:
    return vat_id[:2].lower() in vat_numbers.MEMBER_STATES | {"el"}


def _dates(given: Given) -> Iterator[Finding]:
    issued, due = given.day("issue_date"), given.day("due_date")
    if issued and due and due[1] < issued[1]:
        yield Finding("due_before_issue", given.severity(due[0]), due[0], "due_date lies before issue_date")


def _rows(given: Given) -> Sequence[Mapping[str, JsonScalar]]:
    return given.values.tables.get(_LINES, ())


def _margin(rows: Sequence[object]) -> Decimal:
    return max(_CENTS, _A_LINE * len(rows))

"""Business rules of EN 16931 by their numbers in the standard. A broken rule is a warning, never a refusal.

The terms BT-.. and rules BR-.. are those of EN 16931-1:2017; which of them a lean profile has to keep is taken from the
Factur-X 1.0 profile tables.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal

from docflow.domain.e_invoice import EInvoice, Syntax
from docflow.domain.values.currency import CODES

from docflow_ocr.e_invoice.schemas import factur_x_level

#: Sums may differ by this much, as in the standard's own validation artefacts.
TOLERANCE = Decimal("0.02")
#: Line amounts and tax by rate are rounded step by step.
PRODUCT_TOLERANCE = Decimal("0.05")

_MUST = (
    "invoice_number",
    "issue_date",
    "type_code",
    "currency",
    "seller_name",
    "buyer_name",
    "net_total",
    "grand_total",
    "amount_due",
)
#: UNTDID 1001 as far as EN 16931 allows it for invoices and credit notes.
_TYPE_CODES = frozenset(
    {
        "71", "80", "81", "82", "83", "84", "102", "130", "202", "203", "204", "211", "218", "219", "261", "262", "295",
        "296", "308", "325", "326", "331", "380", "381", "382", "383", "384", "385", "386", "387", "388", "389", "390",
        "393", "394", "395", "396", "420", "456", "457", "458", "471", "472", "473", "500", "501", "502", "503", "527",
        "532", "553", "575", "623", "633", "751", "780", "817", "870", "875", "876", "877", "935",
    }
)  # fmt: skip
_CREDIT_CODES = frozenset(
    {
        "81", "83", "261", "262", "296", "308", "381", "384", "396", "420", "458", "471", "473", "502", "503", "532",
    }
)  # fmt: skip
_CREDIT_TRANSFERS = frozenset({"30", "58"})
_PROFILES = (
    "urn:cen.eu:en16931:2017",
    "urn:factur-x.eu:1p0:",
    "urn:zugferd.de:2p",
    "urn:ferd:CrossIndustryDocument:invoice:1p0:",
    "urn:ferd:invoice:1.0:",
)
#: Digits of an identifier by its register (ISO 6523): French establishments and companies.
_LEGAL_ID_DIGITS = {"0002": 9, "0009": 14}


def broken_rules(invoice: EInvoice) -> tuple[str, ...]:
    """Codes of the rules an invoice breaks, each once, in the order of the standard's groups."""
    checks: Sequence[Callable[[EInvoice], Iterator[str]]] = (
        _mandatory,
        _codes,
        _sums,
        _breakdown,
        _lines,
        _payment,
        _parties,
    )
    return tuple(dict.fromkeys(code for check in checks for code in check(invoice)))


def _mandatory(invoice: EInvoice) -> Iterator[str]:
    """BR-01 to BR-07, BR-13 to BR-16, BR-CO-18."""
    # BASIC of ZUGFeRD 1 leaves out the amount due where nothing was paid before.
    must = [name for name in _MUST if name != "amount_due" or invoice.syntax is not Syntax.ZUGFERD_1]
    yield from (f"einvoice_{name}_missing" for name in must if name not in invoice.values)
    if not invoice.profile and invoice.syntax is not Syntax.UBL:
        yield "einvoice_profile_missing"
    if not _has_lines(invoice):
        return
    if not invoice.lines:
        yield "einvoice_lines_missing"
    if not invoice.taxes:
        yield "einvoice_tax_breakdown_missing"


def _codes(invoice: EInvoice) -> Iterator[str]:
    """BR-CL-01 and -03, and what a guideline or a type says against the content."""
    values = invoice.values
    if invoice.profile and not invoice.profile.startswith(_PROFILES):
        yield "einvoice_profile_unknown"
    code, gross = values.get("type_code"), _decimal(values, "grand_total")
    if code and code not in _TYPE_CODES:
        yield "einvoice_type_code_unknown"
    if code and gross is not None and gross < 0 and code not in _CREDIT_CODES and _is_credit(invoice):
        yield "einvoice_type_code_contradicts_amounts"
    if (currency := values.get("currency")) and currency not in CODES:
        yield "einvoice_currency_unknown"


def _sums(invoice: EInvoice) -> Iterator[str]:
    """BR-CO-10 to BR-CO-13, -15 and -16."""
    values = invoice.values
    if not _adds_up(values, "grand_total", ("net_total", "tax_total"), ()):
        yield "einvoice_grand_total_mismatch"
    # The MINIMUM profile leaves out what was paid before.
    if not invoice.profile.endswith(":minimum") and not _adds_up(
        values, "amount_due", ("grand_total",), ("prepaid_total",), ("rounding",)
    ):
        yield "einvoice_amount_due_mismatch"
    if not _adds_up(values, "net_total", ("lines_total",), ("allowances_total",), ("charges_total",)):
        yield "einvoice_net_total_mismatch"
    if _differs(invoice.lines, "line_total", values.get("lines_total")):
        yield "einvoice_lines_total_mismatch"
    for kind in ("allowance", "charge"):
        found = [one for one in invoice.adjustments if one.get("kind") == kind]
        if _differs(found, "amount", values.get(f"{kind}s_total")):
            yield f"einvoice_{kind}s_total_mismatch"


def _breakdown(invoice: EInvoice) -> Iterator[str]:
    """BR-CO-14, BR-CO-17, BR-S-08 and its like for the other categories."""
    if _differs(invoice.taxes, "tax_amount", invoice.values.get("tax_total")):
        yield "einvoice_tax_total_mismatch"
    for tax in invoice.taxes:
        basis, rate, taken = (_decimal(tax, name) for name in ("taxable_amount", "tax_rate", "tax_amount"))
        if basis is None or rate is None or taken is None:
            continue
        if abs(basis * rate / 100 - taken) > PRODUCT_TOLERANCE:
            yield "einvoice_tax_amount_mismatch"
    if _differs(invoice.taxes, "taxable_amount", invoice.values.get("net_total")):
        yield "einvoice_taxable_amount_mismatch"


def _lines(invoice: EInvoice) -> Iterator[str]:
    """Quantity times price is the line's amount; BR-24, BR-26, BR-27 and BT-147 not below zero."""
    for line in invoice.lines:
        if "line_total" not in line:
            yield "einvoice_line_total_missing"
        if "unit_price" not in line and invoice.syntax is not Syntax.ZUGFERD_1:
            yield "einvoice_unit_price_missing"
        if (_decimal(line, "unit_price") or 0) < 0:
            yield "einvoice_unit_price_negative"
        if (_decimal(line, "price_discount") or 0) < 0:
            yield "einvoice_price_discount_negative"
        if _line_differs(line):
            yield "einvoice_line_total_mismatch"


def _line_differs(line: Mapping[str, str]) -> bool:
    quantity, price, amount = (_decimal(line, name) for name in ("quantity", "unit_price", "line_total"))
    if quantity is None or price is None or amount is None:
        return False
    base = _decimal(line, "base_quantity") or Decimal(1)
    extra = (_decimal(line, "charges") or 0) - (_decimal(line, "allowances") or 0)
    # A price is rounded too: half of its last digit may be missing for every unit.
    slack = abs(quantity) * Decimal(1).scaleb(_exponent(price)) / 2 if _exponent(price) < -2 else Decimal(0)
    return abs(quantity * price / base + extra - amount) > TOLERANCE + slack


def _payment(invoice: EInvoice) -> Iterator[str]:
    """BR-49, BR-61 and BR-CO-25."""
    values = invoice.values
    due = _decimal(values, "amount_due")
    for means in invoice.payments:
        if "means_code" not in means and invoice.syntax is not Syntax.ZUGFERD_1:
            yield "einvoice_payment_means_code_missing"
        if means.get("means_code") in _CREDIT_TRANSFERS and "iban" not in means:
            yield "einvoice_payment_account_missing"
    asks = factur_x_level(invoice.profile) != "minimum" and invoice.syntax is not Syntax.ZUGFERD_1
    is_credit = values.get("type_code") in _CREDIT_CODES
    if asks and not is_credit and (due or 0) > 0 and not {"due_date", "payment_terms"} & set(values):
        yield "einvoice_payment_terms_missing"


def _parties(invoice: EInvoice) -> Iterator[str]:
    """BR-09, BR-11, BR-CO-26, and identifiers that do not fit their register."""
    values = invoice.values
    needs_buyer = factur_x_level(invoice.profile) != "minimum" and invoice.syntax is not Syntax.ZUGFERD_1
    if "seller_country" not in values and invoice.syntax is not Syntax.ZUGFERD_1:
        yield "einvoice_seller_country_missing"
    if needs_buyer and "buyer_country" not in values:
        yield "einvoice_buyer_country_missing"
    for prefix in ("seller", "buyer"):
        scheme, _, number = values.get(f"{prefix}_legal_id", "").rpartition(":")
        digits = _LEGAL_ID_DIGITS.get(scheme)
        if digits and not (number.isdigit() and len(number) == digits):
            yield f"einvoice_{prefix}_legal_id_invalid"


def _has_lines(invoice: EInvoice) -> bool:
    return factur_x_level(invoice.profile) not in ("minimum", "basicwl")


def _is_credit(invoice: EInvoice) -> bool:
    """Everything that is charged is given back: no line is above zero."""
    amounts = [Decimal(line["line_total"]) for line in invoice.lines if "line_total" in line]
    return all(amount <= 0 for amount in amounts)


def _differs(rows: Sequence[Mapping[str, str]], name: str, stated: str | None) -> bool:
    """Whether the rows' amounts do not sum to what is stated; no rows or none stated proves nothing."""
    amounts = [_decimal(row, name) for row in rows]
    if not rows or stated is None or None in amounts:
        return False
    return abs(sum((amount for amount in amounts if amount), Decimal(0)) - Decimal(stated)) > TOLERANCE


def _adds_up(
    values: Mapping[str, str],
    total: str,
    must: tuple[str, ...],
    less: tuple[str, ...],
    more: tuple[str, ...] = (),
) -> bool:
    if total not in values or any(name not in values for name in must):
        return True
    figure = {name: Decimal(values.get(name, "0")) for name in (*must, *less, *more)}
    expected = sum((figure[name] for name in (*must, *more)), Decimal(0)) - sum(figure[name] for name in less)
    return abs(expected - Decimal(values[total])) <= TOLERANCE


def _decimal(values: Mapping[str, str], name: str) -> Decimal | None:
    return Decimal(values[name]) if name in values else None


def _exponent(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0

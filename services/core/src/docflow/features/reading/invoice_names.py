"""Which term of an e-invoice a client's field asks for."""

import re
import unicodedata
from enum import StrEnum

from docflow.domain.output_schema import FieldSpec, TableSpec

#: Other names and labels of a term, folded to letters; the canonical name itself always counts.
_ALIASES = {
    "invoice_number": "invoiceno invoiceid documentnumber number rechnungsnummer rechnungsnr numerofacture numerofactura",
    "issue_date": "invoicedate date documentdate dateofissue rechnungsdatum datefacture",
    "due_date": "paymentduedate datedue duedateofpayment faelligkeitsdatum falligkeitsdatum",
    "type_code": "invoicetype invoicetypecode documenttypecode",
    "currency": "currencycode invoicecurrency wahrung",
    "buyer_reference": "customerreference leitwegid",
    "seller_name": "supplier suppliername vendor vendorname issuer seller company companyname merchant merchantname",
    "seller_vat_id": "vatid vatnumber suppliervatid vendorvatid sellervatnumber vat ustid",
    "seller_address": "supplieraddress vendoraddress address merchantaddress",
    "buyer_name": "customer customername buyer client clientname recipient",
    "buyer_vat_id": "customervatid",
    "buyer_address": "customeraddress",
    "net_total": "subtotal nettotal amountuntaxed netamount totalnet taxbasis nettobetrag",
    "tax_total": "tax taxamount vatamount totaltax amounttax vattotal steuerbetrag",
    "grand_total": "total totalamount amount grosstotal totalgross grossamount invoicetotal gesamtbetrag bruttobetrag",
    "amount_due": "amountpayable totaldue balancedue payableamount zahlbetrag",
    "iban": "bankaccount accountiban",
    "order_reference": "purchaseorder ponumber ordernumber bestellnummer",
    "payment_reference": "paymentid verwendungszweck",
    "line_count": "numberoflines",
    "description": "item itemname name product article bezeichnung",
    "quantity": "qty units menge",
    "unit_price": "price netprice einzelpreis",
    "line_total": "amount total netamount lineamount betrag",
    "tax_rate": "vatrate taxpercent vatpercent",
    "unit": "unitcode uom",
}


class Part(StrEnum):
    """The repeating parts of an invoice that a table may ask for."""

    LINES = "lines"
    ADJUSTMENTS = "adjustments"
    TAXES = "taxes"
    PAYMENTS = "payments"


#: Words in the name of a table that asks for a part other than the lines.
_PART_KEYS = {
    Part.ADJUSTMENTS: ("allowance", "charges", "adjustment", "discounts", "zuschlage", "nachlasse"),
    Part.TAXES: ("tax", "vat", "steuer", "tva", "iva"),
    Part.PAYMENTS: ("payment", "zahlung", "paiement"),
}
_PART_ALIASES = {
    "kind": "type", "amount": "value", "reason": "description", "percent": "percentage", "taxable_amount": "basis base net netamount",
    "tax_amount": "tax vat vatamount", "tax_rate": "rate vatrate taxpercent", "tax_category": "category vatcategory",
    "means_code": "code paymentmeanscode", "iban": "account accountiban", "account_name": "holder accountholder",
}  # fmt: skip
_PART_TERM_BY_KEY = {
    key: term for term, aliases in _PART_ALIASES.items() for key in (term.replace("_", ""), *aliases.split())
}
_LINE_TERMS = ("description", "quantity", "unit", "unit_price", "line_total", "tax_rate")
_TERM_BY_KEY = {
    key: term
    for term, aliases in _ALIASES.items()
    if term not in _LINE_TERMS
    for key in (term.replace("_", ""), *aliases.split())
}
_LINE_TERM_BY_KEY = {
    key: term for term in _LINE_TERMS for key in (term.replace("_", ""), *_ALIASES[term].split())
}


def term_of(spec: FieldSpec) -> str:
    """The canonical name of a field: by its own name or one of its labels, else its own name as it is."""
    return next((_TERM_BY_KEY[key] for key in _keys(spec) if key in _TERM_BY_KEY), spec.name)


def part_of(table: TableSpec) -> Part | None:
    """Which part of an invoice a table asks for: by its name, else the lines where two of its columns are theirs."""
    key = _key(table.path)
    named = next((part for part, keys in _PART_KEYS.items() if any(word in key for word in keys)), None)
    if named is not None:
        return named
    of_lines = sum(column_term_of(column, Part.LINES) in _LINE_TERMS for column in table.columns)
    return Part.LINES if of_lines >= 2 else None


def column_term_of(column: FieldSpec, part: Part | None) -> str:
    terms = _LINE_TERM_BY_KEY if part is Part.LINES else _PART_TERM_BY_KEY
    return next((terms[key] for key in _keys(column) if key in terms), column.name)


def _keys(spec: FieldSpec) -> list[str]:
    return [_key(name) for name in (spec.name, *spec.labels)]


def _key(name: str) -> str:
    """Small letters and digits, without accents."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKD", name)).lower()

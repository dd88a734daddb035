"""A result as an OASIS UBL 2.1 invoice or credit note.

It states what was read under the canonical names of an invoice and nothing else: what EN 16931 asks for and the document
did not say (a buyer's country, a tax category) is left out, so the file is valid UBL and as complete as its document.
"""

from decimal import Decimal
from xml.etree import ElementTree as ET

from docflow.domain.comparing import number as decimal_of
from docflow.domain.json_types import JsonObject
from docflow.domain.stated_invoice import ONE, Row, StatedInvoice, stated_invoice, writable

_CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
_CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
_ROOT = "urn:oasis:names:specification:ubl:schema:xsd:{}-2"


def result_ubl(result: JsonObject) -> bytes:
    """UTF-8 XML. Raises UserError `export_incomplete` naming the fields that no invoice can be without."""
    return _Writer(stated_invoice(result)).document()


class _Writer:
    """Writes the elements in the order that the schema asks for."""

    def __init__(self, invoice: StatedInvoice) -> None:
        self._invoice = invoice
        self._values = invoice.values
        self._is_credit = invoice.is_credit
        self._kind = "CreditNote" if self._is_credit else "Invoice"

    def document(self) -> bytes:
        root = ET.Element(f"{{{_ROOT.format(self._kind)}}}{self._kind}")
        values = self._values
        _text(root, "ID", values["invoice_number"])
        _text(root, "IssueDate", values["issue_date"])
        if not self._is_credit:
            _text(root, "DueDate", values.get("due_date"))
        _text(root, f"{self._kind}TypeCode", values.get("type_code") or ("381" if self._is_credit else "380"))
        _text(root, "DocumentCurrencyCode", values["currency"])
        _text(root, "BuyerReference", values.get("buyer_reference"))
        if order := values.get("order_reference"):
            _text(_group(root, "OrderReference"), "ID", order)
        self._party(_group(root, "AccountingSupplierParty"), "seller")
        self._party(_group(root, "AccountingCustomerParty"), "buyer")
        self._payment(root)
        self._totals(root)
        for number, row in enumerate(self._invoice.lines or ({},), 1):
            self._line(root, number, row)
        ET.register_namespace("cac", _CAC)
        ET.register_namespace("cbc", _CBC)
        written: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True, default_namespace=None)
        return written

    def _party(self, parent: ET.Element, prefix: str) -> None:
        party = _group(parent, "Party")
        if address := self._values.get(f"{prefix}_address"):
            _text(_group(_group(party, "PostalAddress"), "AddressLine"), "Line", address)
        if vat_id := self._values.get(f"{prefix}_vat_id"):
            scheme = _group(party, "PartyTaxScheme")
            _text(scheme, "CompanyID", vat_id)
            _text(_group(scheme, "TaxScheme"), "ID", "VAT")
        _text(_group(party, "PartyLegalEntity"), "RegistrationName", self._values.get(f"{prefix}_name"))

    def _payment(self, root: ET.Element) -> None:
        iban, due = self._values.get("iban"), self._values.get("due_date")
        if not iban and not (self._is_credit and due):
            return
        means = _group(root, "PaymentMeans")
        _text(means, "PaymentMeansCode", self._values.get("payment_means_code") or ("58" if iban else "1"))
        if self._is_credit:
            _text(means, "PaymentDueDate", due)
        _text(means, "PaymentID", self._values.get("payment_reference"))
        if iban:
            _text(_group(means, "PayeeFinancialAccount"), "ID", "".join(iban.split()))

    def _totals(self, root: ET.Element) -> None:
        values = self._values
        if (tax := decimal_of(values.get("tax_total"))) is not None:
            self._amount(_group(root, "TaxTotal"), "TaxAmount", tax)
        sums = _group(root, "LegalMonetaryTotal")
        gross = decimal_of(values["grand_total"])
        self._amount(sums, "LineExtensionAmount", decimal_of(values.get("lines_total")))
        self._amount(sums, "TaxExclusiveAmount", decimal_of(values.get("net_total")))
        self._amount(sums, "TaxInclusiveAmount", gross)
        self._amount(sums, "AllowanceTotalAmount", decimal_of(values.get("allowances_total")))
        self._amount(sums, "ChargeTotalAmount", decimal_of(values.get("charges_total")))
        self._amount(sums, "PrepaidAmount", decimal_of(values.get("prepaid_total")))
        due = decimal_of(values.get("amount_due"))
        self._amount(sums, "PayableAmount", gross if due is None else due)

    def _line(self, root: ET.Element, number: int, cells: Row) -> None:
        """A document without lines gets one of its net total: the schema asks for at least one."""
        line = _group(root, f"{self._kind}Line")
        _text(line, "ID", str(number))
        if (quantity := decimal_of(cells.get("quantity"))) is not None:
            name = "CreditedQuantity" if self._is_credit else "InvoicedQuantity"
            _text(line, name, f"{quantity:f}", unitCode=str(cells.get("unit") or ONE))
        amount = decimal_of(cells.get("line_total")) if cells else decimal_of(self._values.get("net_total"))
        self._amount(line, "LineExtensionAmount", Decimal(0) if amount is None else amount)
        description = cells.get("description")
        _text(_group(line, "Item"), "Name", str(description or self._values["invoice_number"]))
        if (price := decimal_of(cells.get("unit_price"))) is not None:
            self._amount(_group(line, "Price"), "PriceAmount", price)

    def _amount(self, parent: ET.Element, name: str, amount: Decimal | None) -> None:
        if amount is not None:
            _text(parent, name, f"{amount:f}", currencyID=self._values["currency"])


def _group(parent: ET.Element, name: str) -> ET.Element:
    return ET.SubElement(parent, f"{{{_CAC}}}{name}")


def _text(parent: ET.Element, name: str, value: str | None, **attributes: str) -> None:
    if clean := writable(value):
        ET.SubElement(
            parent, f"{{{_CBC}}}{name}", {key: writable(one) for key, one in attributes.items()}
        ).text = clean

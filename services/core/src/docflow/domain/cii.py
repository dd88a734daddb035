"""A result as a UN/CEFACT Cross Industry Invoice in the EN 16931 profile (the XML of Factur-X, ZUGFeRD 2 and XRechnung).

It states what was read under the canonical names of an invoice. Where a document names no tax breakdown, its net and tax
totals are the only one, at the rate of its lines or the one that the totals give; the schema asks for at least one.
"""

from collections.abc import Iterator
from decimal import Decimal
from xml.etree import ElementTree as ET

from docflow.domain.comparing import number as decimal_of
from docflow.domain.json_types import JsonObject
from docflow.domain.stated_invoice import ONE, Row, StatedInvoice, stated_invoice, writable

_RSM = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
_RAM = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
_UDT = "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"
_PROFILE = "urn:cen.eu:en16931:2017"
#: Category of UNCL 5305 for tax at a rate, and for none.
_STANDARD, _ZERO = "S", "Z"


def result_cii(result: JsonObject) -> bytes:
    """UTF-8 XML. Raises UserError `export_incomplete` naming the fields that no invoice can be without."""
    return _Writer(stated_invoice(result)).document()


class _Writer:
    """Writes the elements in the order that the schema asks for."""

    def __init__(self, invoice: StatedInvoice) -> None:
        self._invoice = invoice
        self._values = invoice.values

    def document(self) -> bytes:
        for prefix, uri in (("rsm", _RSM), ("ram", _RAM), ("udt", _UDT)):
            ET.register_namespace(prefix, uri)
        root = ET.Element(f"{{{_RSM}}}CrossIndustryInvoice")
        context = _group(ET.SubElement(root, f"{{{_RSM}}}ExchangedDocumentContext"), _GUIDELINE)
        _text(context, "ID", _PROFILE)
        self._head(ET.SubElement(root, f"{{{_RSM}}}ExchangedDocument"))
        trade = ET.SubElement(root, f"{{{_RSM}}}SupplyChainTradeTransaction")
        for number, row in enumerate(self._invoice.lines or ({},), 1):
            self._line(_group(trade, "IncludedSupplyChainTradeLineItem"), number, row)
        self._agreement(_group(trade, "ApplicableHeaderTradeAgreement"))
        delivery = _group(trade, "ApplicableHeaderTradeDelivery")
        if day := self._values.get("delivery_date"):
            _day(_group(delivery, "ActualDeliverySupplyChainEvent"), "OccurrenceDateTime", day)
        self._settlement(_group(trade, "ApplicableHeaderTradeSettlement"))
        written: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
        return written

    def _head(self, head: ET.Element) -> None:
        values = self._values
        _text(head, "ID", values["invoice_number"])
        _text(head, "TypeCode", values.get("type_code") or "380")
        _day(head, "IssueDateTime", values["issue_date"])
        if note := values.get("note"):
            _text(_group(head, "IncludedNote"), "Content", note)

    def _line(self, line: ET.Element, number: int, row: Row) -> None:
        """A document without lines gets one of its net total, which is what the standard asks for."""
        whole = _plain(self._invoice.amount("net_total") or self._invoice.amount("grand_total") or Decimal(0))
        cells: Row = row or {"quantity": "1", "unit_price": whole, "line_total": whole}
        _text(_group(line, "AssociatedDocumentLineDocument"), "LineID", str(number))
        name = cells.get("description") or self._values["invoice_number"]
        _text(_group(line, "SpecifiedTradeProduct"), "Name", name)
        amount = decimal_of(cells.get("line_total"))
        agreement, each = _group(line, "SpecifiedLineTradeAgreement"), _price(cells, amount)
        if discount := decimal_of(cells.get("price_discount")):
            gross = _group(agreement, "GrossPriceProductTradePrice")
            _amount(gross, "ChargeAmount", each + discount)
            _adjustment(gross, "allowance", discount, element="AppliedTradeAllowanceCharge")
        price = _group(agreement, "NetPriceProductTradePrice")
        _amount(price, "ChargeAmount", each)
        if base := decimal_of(cells.get("base_quantity")):
            _text(price, "BasisQuantity", _plain(base), unitCode=cells.get("unit") or ONE)
        quantity = decimal_of(cells.get("quantity"))
        _text(
            _group(line, "SpecifiedLineTradeDelivery"),
            "BilledQuantity",
            _plain(Decimal(1) if quantity is None else quantity),
            unitCode=cells.get("unit") or ONE,
        )
        settlement = _group(line, "SpecifiedLineTradeSettlement")
        self._rate(_group(settlement, "ApplicableTradeTax"), cells)
        for kind in ("allowance", "charge"):
            if extra := decimal_of(cells.get(f"{kind}s")):
                _adjustment(settlement, kind, extra)
        sums = _group(settlement, "SpecifiedTradeSettlementLineMonetarySummation")
        _amount(sums, "LineTotalAmount", Decimal(0) if amount is None else amount)

    def _rate(self, tax: ET.Element, row: Row) -> None:
        rate = decimal_of(row.get("tax_rate"))
        if rate is None:
            rate = decimal_of(next(iter(self._taxes())).get("tax_rate"))
        _text(tax, "TypeCode", "VAT")
        _text(tax, "CategoryCode", row.get("tax_category") or (_STANDARD if rate else _ZERO))
        _text(tax, "RateApplicablePercent", None if rate is None else _plain(rate))

    def _agreement(self, agreement: ET.Element) -> None:
        _text(agreement, "BuyerReference", self._values.get("buyer_reference"))
        self._party(_group(agreement, "SellerTradeParty"), "seller")
        self._party(_group(agreement, "BuyerTradeParty"), "buyer")
        if order := self._values.get("order_reference"):
            _text(_group(agreement, "BuyerOrderReferencedDocument"), "IssuerAssignedID", order)

    def _party(self, party: ET.Element, prefix: str) -> None:
        values = self._values
        _text(party, "Name", values.get(f"{prefix}_name"))
        if legal := values.get(f"{prefix}_legal_id"):
            scheme, _, number = legal.rpartition(":")
            attributes = {"schemeID": scheme} if scheme else {}
            _text(_group(party, "SpecifiedLegalOrganization"), "ID", number, **attributes)
        if email := values.get(f"{prefix}_email"):
            contact = _group(_group(party, "DefinedTradeContact"), "EmailURIUniversalCommunication")
            _text(contact, "URIID", email)
        country, address = values.get(f"{prefix}_country"), values.get(f"{prefix}_address", "")
        if country or address:
            place = _group(party, "PostalTradeAddress")
            _text(place, "LineOne", address.removesuffix(country or "").rstrip(" ,"))
            _text(place, "CountryID", country)
        for name, register in (("tax_number", "FC"), ("vat_id", "VA")):
            if registered := values.get(f"{prefix}_{name}"):
                _text(_group(party, "SpecifiedTaxRegistration"), "ID", registered, schemeID=register)

    def _settlement(self, settlement: ET.Element) -> None:
        values = self._values
        _text(settlement, "PaymentReference", values.get("payment_reference"))
        _text(settlement, "InvoiceCurrencyCode", values["currency"])
        self._payment(settlement)
        for row in self._taxes():
            self._tax(_group(settlement, "ApplicableTradeTax"), row)
        for row in self._invoice.adjustments:
            _adjustment(settlement, row.get("kind", "allowance"), decimal_of(row.get("amount")), row)
        due, terms = values.get("due_date"), values.get("payment_terms")
        if due or terms:
            group = _group(settlement, "SpecifiedTradePaymentTerms")
            _text(group, "Description", terms)
            _day(group, "DueDateDateTime", due)
        self._sums(_group(settlement, "SpecifiedTradeSettlementHeaderMonetarySummation"))
        if earlier := values.get("preceding_invoice"):
            _text(_group(settlement, "InvoiceReferencedDocument"), "IssuerAssignedID", earlier)

    def _payment(self, settlement: ET.Element) -> None:
        values = self._values
        iban, code = values.get("iban"), values.get("payment_means_code")
        if not (iban or code):
            return
        means = _group(settlement, "SpecifiedTradeSettlementPaymentMeans")
        _text(means, "TypeCode", code or "58")
        if iban:
            _text(_group(means, "PayeePartyCreditorFinancialAccount"), "IBANID", "".join(iban.split()))
        if bic := values.get("bic"):
            _text(_group(means, "PayeeSpecifiedCreditorFinancialInstitution"), "BICID", bic)

    def _taxes(self) -> Iterator[Row]:
        if self._invoice.taxes:
            yield from self._invoice.taxes
            return
        net, tax = self._invoice.amount("net_total"), self._invoice.amount("tax_total") or Decimal(0)
        if net is None:
            net = (self._invoice.amount("grand_total") or Decimal(0)) - tax
        rates = {rate for row in self._invoice.lines if (rate := decimal_of(row.get("tax_rate"))) is not None}
        rate = rates.pop() if len(rates) == 1 else round(tax / net * 100, 2) if net else Decimal(0)
        yield {"taxable_amount": _plain(net), "tax_amount": _plain(tax), "tax_rate": _plain(rate)}

    def _tax(self, tax: ET.Element, row: Row) -> None:
        rate = decimal_of(row.get("tax_rate"))
        _amount(tax, "CalculatedAmount", decimal_of(row.get("tax_amount")))
        _text(tax, "TypeCode", "VAT")
        _text(tax, "ExemptionReason", row.get("exemption_reason"))
        _amount(tax, "BasisAmount", decimal_of(row.get("taxable_amount")))
        _text(tax, "CategoryCode", row.get("tax_category") or (_STANDARD if rate else _ZERO))
        _text(tax, "RateApplicablePercent", None if rate is None else _plain(rate))

    def _sums(self, sums: ET.Element) -> None:
        invoice = self._invoice
        gross, tax = invoice.amount("grand_total"), invoice.amount("tax_total")
        net = invoice.amount("net_total")
        if net is None and gross is not None:
            net = gross - (tax or 0)
        lines = invoice.amount("lines_total")
        _amount(sums, "LineTotalAmount", net if lines is None else lines)
        _amount(sums, "ChargeTotalAmount", invoice.amount("charges_total"))
        _amount(sums, "AllowanceTotalAmount", invoice.amount("allowances_total"))
        _amount(sums, "TaxBasisTotalAmount", net)
        _amount(sums, "TaxTotalAmount", tax, currencyID=self._values["currency"])
        _amount(sums, "RoundingAmount", invoice.amount("rounding"))
        _amount(sums, "GrandTotalAmount", gross)
        _amount(sums, "TotalPrepaidAmount", invoice.amount("prepaid_total"))
        due = invoice.amount("amount_due")
        _amount(sums, "DuePayableAmount", gross if due is None else due)


_GUIDELINE = "GuidelineSpecifiedDocumentContextParameter"


def _adjustment(
    parent: ET.Element,
    kind: str,
    amount: Decimal | None,
    row: Row | None = None,
    *,
    element: str = "SpecifiedTradeAllowanceCharge",
) -> None:
    if amount is None:
        return
    given = row or {}
    group = _group(parent, element)
    indicator = ET.SubElement(_group(group, "ChargeIndicator"), f"{{{_UDT}}}Indicator")
    indicator.text = "true" if kind == "charge" else "false"
    for name, term in (("CalculationPercent", "percent"), ("BasisAmount", "base_amount")):
        _amount(group, name, decimal_of(given.get(term)))
    _amount(group, "ActualAmount", amount)
    _text(group, "ReasonCode", given.get("reason_code"))
    _text(group, "Reason", given.get("reason"))
    rate = decimal_of(given.get("tax_rate"))
    if given.get("tax_category") or rate is not None:
        tax = _group(group, "CategoryTradeTax")
        _text(tax, "TypeCode", "VAT")
        _text(tax, "CategoryCode", given.get("tax_category") or (_STANDARD if rate else _ZERO))
        _text(tax, "RateApplicablePercent", None if rate is None else _plain(rate))


def _price(cells: Row, amount: Decimal | None) -> Decimal:
    """A line that names no price and one thing costs its amount."""
    price = decimal_of(cells.get("unit_price"))
    if price is not None:
        return price
    quantity = decimal_of(cells.get("quantity"))
    return round((amount or Decimal(0)) / (quantity or Decimal(1)), 4)


def _group(parent: ET.Element, name: str) -> ET.Element:
    return ET.SubElement(parent, f"{{{_RAM}}}{name}")


def _text(parent: ET.Element, name: str, value: str | None, **attributes: str) -> None:
    if clean := writable(value):
        ET.SubElement(
            parent, f"{{{_RAM}}}{name}", {key: writable(one) for key, one in attributes.items()}
        ).text = clean


def _amount(parent: ET.Element, name: str, amount: Decimal | None, **attributes: str) -> None:
    _text(parent, name, None if amount is None else _plain(amount), **attributes)


def _day(parent: ET.Element, name: str, day: str | None) -> None:
    """Format 102 of UNTDID 2379: the eight digits of an ISO day."""
    if day:
        moment = ET.SubElement(_group(parent, name), f"{{{_UDT}}}DateTimeString", format="102")
        moment.text = day.replace("-", "")


def _plain(number: Decimal) -> str:
    return f"{number:f}"

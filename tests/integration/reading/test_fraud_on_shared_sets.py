"""What the signals of fraud say of genuine documents: nothing that would hold one of them, but for what is told here.

All sets are read in one client, one after another, and each document becomes history before the next is read.
Prints the table of docs/fraud.md (`-s`).
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from docflow.adapters.llm.offline.provider import OfflineProvider
from docflow.adapters.ocr.rapidocr import read_image, read_lines
from docflow.db.database import Database
from docflow.domain import fraud
from docflow.domain.file_types import sniff
from docflow.domain.json_types import JsonObject
from docflow.domain.outcomes import Advance
from docflow.domain.repeat_signals import NEAR_BITS, bits_between
from docflow.domain.stages import Stage
from docflow.features.documents.repository import DocumentStore
from docflow.features.vendors.facts import counted_documents
from docflow.features.vendors.memory import DocumentMemory
from docflow.testing.blobs import MemoryBlobs
from docflow.testing.factories import Tenancy, add_document, add_process, add_tenancy
from docflow.testing.jobs import NullLedger, make_configuration, make_document, make_job, make_process
from docflow.testing.workbench import ThreadWorkbench
from docflow_ocr.pages.inspection import FileLimits
from docflow_ocr.pages.looks import picture_hashes
from docflow_ocr.stages import handlers
from sqlalchemy import text

from tests.integration.reading.test_stages import SomeTypes
from tests.unit.fraud.test_tampering import rescanned

DATA = Path(__file__).parents[3].parent / "shared" / "data"
LIMITS = FileLimits(pages=50, image_pixels=50_000_000, page_pixels=12_000_000)
SCANS = {"sroie", "forms-us", "identity-specimen"}
MONEY, ID, DATE = ({"type": ["string", "null"], "x-kind": kind} for kind in ("money", "id", "date"))
INVOICE = {
    "type": "object",
    "properties": {
        "invoice_number": ID, "type_code": ID, "issue_date": DATE, "currency": {"type": "string"},
        "seller_name": {"type": "string"}, "seller_vat_id": {"type": "string"}, "buyer_vat_id": {"type": "string"},
        "net_total": MONEY, "tax_total": MONEY, "grand_total": MONEY, "amount_due": MONEY, "iban": {"type": "string"},
        "taxes": {"type": "array", "items": {"type": "object", "properties": {
            "tax_rate": {"type": "string"}, "taxable_amount": MONEY, "tax_amount": MONEY}}},
        "payments": {"type": "array", "items": {"type": "object", "properties": {"iban": {"type": "string"}}}},
    },
}  # fmt: skip
RECEIPT = {
    "type": "object",
    "properties": {
        "company": {"type": "string"},
        "date": DATE,
        "total": MONEY,
        "address": {"type": "string"},
    },
}
SCHEMAS = {"sroie": RECEIPT, "payslips-receipts-de": RECEIPT}
#: A picture of a receipt whose text is in the set, too.
TOLD_TWICE = {"receipt-89928.page1.png"}

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(not DATA.is_dir(), reason="the shared documents are not beside the repository"),
]


@dataclass(frozen=True, slots=True)
class Found:
    name: str
    flags: tuple[JsonObject, ...]

    @property
    def risk(self) -> float:
        return fraud.score_of(self.flags)


def files_of(name: str) -> Iterator[Path]:
    folder = DATA / name / ("images" if name == "sroie" else "files")
    yield from sorted(folder.iterdir())


async def flags_of(
    database: Database, tenancy: Tenancy, blobs: MemoryBlobs, path: Path, schema: JsonObject
) -> Found:
    data = path.read_bytes()
    process_id = await add_process(database, tenancy)
    sha256 = hashlib.sha256(data).hexdigest()
    document_id = await add_document(database, tenancy.client_id, process_id, sha256=sha256)
    config = make_configuration(client_id=tenancy.client_id, output_schema=schema)
    document = make_document(
        document_id=document_id, file_name=path.name, sha256=sha256, mime_type=sniff(data, path.name)
    )
    await blobs.put(document.blob_key, data)
    workbench, store, ledger = ThreadWorkbench(), DocumentStore(database), NullLedger()
    stages = handlers(
        blobs=blobs, workbench=workbench, provider=OfflineProvider(workbench), read_image=read_image,
        read_lines=read_lines,        duplicates=store, pages=store, types=SomeTypes(), limits=LIMITS, memory=DocumentMemory(database),
    )  # fmt: skip
    job = make_job(
        Stage.INTELLIGENT_OCR,
        make_process(client_id=tenancy.client_id, process_id=process_id),
        config,
    )
    outcome = await stages[1].handle(replace(job, documents=(document,)), ledger)
    await blobs.delete(document.blob_key)
    assert isinstance(outcome, Advance), path.name
    await count(
        database, tenancy, process_id, counted_documents(schema, outcome.changes["extraction_result"])
    )
    return Found(path.name, tuple(ledger.checkpoints[-1][1]["fraud_flags"]))


async def count(
    database: Database, tenancy: Tenancy, process_id: object, found: tuple[JsonObject, ...]
) -> None:
    """As the transaction does that completes a process."""
    given = [{"client_id": str(tenancy.client_id), "process_id": str(process_id), **one} for one in found]
    async with database.nobody() as session:
        await session.execute(
            text("SELECT count_documents(CAST(:given AS jsonb))"), {"given": json.dumps(given)}
        )


async def measured(
    database: Database, owner: Database, slug: str, names: list[str], *, apart: bool = False
) -> dict[str, list[Found]]:
    """`apart`: each document as the first of its client."""
    tenancy, blobs = await add_tenancy(owner, slug), MemoryBlobs()
    found: dict[str, list[Found]] = {}
    for name in names:
        for number, path in enumerate(files_of(name)):
            if apart:
                tenancy = await add_tenancy(owner, f"{slug}-{name}-{number}")
            found.setdefault(name, []).append(
                await flags_of(database, tenancy, blobs, path, SCHEMAS.get(name, INVOICE))
            )
    return found


def tell(found: dict[str, list[Found]]) -> None:
    for name, documents in found.items():
        codes = Counter(str(flag["code"]) for one in documents for flag in one.flags)
        held = sum(one.risk >= fraud.REVIEW_RISK for one in documents)
        two = sum(one.risk >= fraud.TWO_PEOPLE_RISK for one in documents)
        listed = ", ".join(f"`{code}` {count}" for code, count in sorted(codes.items())) or "none"
        print(f"| {name} | {len(documents)} | {held} | {two} | {listed} |")
    print("held:", sorted(held_of(found)))


def held_of(found: dict[str, list[Found]]) -> set[str]:
    return {one.name for documents in found.values() for one in documents if one.risk >= fraud.REVIEW_RISK}


def coded(found: list[Found], code: str) -> set[str]:
    return {one.name for one in found if any(flag["code"] == code for flag in one.flags)}


async def test_no_genuine_document_with_text_is_held_for_itself(
    database: Database, owner_database: Database
) -> None:
    names = sorted(path.name for path in DATA.iterdir() if path.is_dir() and path.name not in SCANS)
    found = await measured(database, owner_database, "apart", names, apart=True)
    tell(found)
    assert len(found["e-invoices"]) == 61
    assert held_of(found) == set()


async def test_no_genuine_e_invoice_is_taken_for_changed(
    database: Database, owner_database: Database
) -> None:
    found = await measured(database, owner_database, "changed", ["e-invoices"], apart=True)
    assert coded(found["e-invoices"], "text_changed") == set()
    assert len(coded(found["e-invoices"], "revisions")) == 15


async def test_genuine_documents_one_after_another_are_held_for_what_they_repeat(
    database: Database, owner_database: Database
) -> None:
    """The e-invoices are a few invoices in many syntaxes, so most of them do repeat each other; the rest does not."""
    names = sorted(path.name for path in DATA.iterdir() if path.is_dir() and path.name not in SCANS)
    found = await measured(database, owner_database, "genuine", names)
    tell(found)
    del found["e-invoices"]
    assert held_of(found) == TOLD_TWICE


async def test_genuine_scans_are_not_held(database: Database, owner_database: Database) -> None:
    found = await measured(database, owner_database, "scanned", sorted(SCANS))
    tell(found)
    assert held_of(found) == set()


@pytest.mark.timeout(600)
def test_rescans_of_receipts_look_like_their_papers_and_other_receipts_do_not() -> None:
    papers = [path.read_bytes() for path in files_of("sroie")]
    kept = [picture_hashes(paper, "image/jpeg", LIMITS)[0] for paper in papers]
    scans = [picture_hashes(rescanned(paper), "image/jpeg", LIMITS) for paper in papers]
    near = [[min(bits_between(look, one) for look in looks) <= NEAR_BITS for one in kept] for looks in scans]
    found = sum(near[number][number] for number in range(len(papers)))
    print(f"{found} of {len(papers)} found, {sum(map(sum, near)) - found} others taken for them")
    assert found >= 0.9 * len(papers)
    # Candidates alone: the amount must be equal, too.
    assert sum(map(sum, near)) - found <= 0.001 * len(papers) ** 2

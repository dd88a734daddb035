"""Both stages on the real engine and database: what they decide is what the rows say."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from docflow.adapters.llm.offline.provider import OfflineProvider
from docflow.adapters.ocr.rapidocr import read_image
from docflow.db.database import Database
from docflow.domain.file_types import EML
from docflow.domain.ids import new_id
from docflow.domain.jobs import Job, Ledger
from docflow.domain.outcomes import Fail, StageOutcome
from docflow.domain.stages import Stage
from docflow.domain.transition import Decision
from docflow.features.classification.repository import TypeCatalog
from docflow.features.documents.repository import DocumentStore
from docflow.features.stage_runs import lifecycle, submission
from docflow.testing.blobs import MemoryBlobs
from docflow.testing.engine import Decide, open_worker, toy_pipeline
from docflow.testing.factories import (
    Tenancy,
    add_configuration,
    add_document,
    add_process,
    add_tenancy,
    add_type,
)
from docflow.testing.workbench import ThreadWorkbench
from docflow_ocr.pages.inspection import FileLimits
from docflow_ocr.stages import handlers
from sqlalchemy import text

from tests.integration.engine.submitting import rows, state, until_status
from tests.unit.reading.made_files import mail

DEMO = Path(__file__).parents[2] / "data" / "demo"
LIMITS = FileLimits(pages=50, image_pixels=50_000_000, page_pixels=12_000_000)


#: A process whose type is left to its documents.
OPEN = {"process_type_id": None, "config_version": None}


async def submit(
    database: Database,
    blobs: MemoryBlobs,
    tenancy: Tenancy,
    data: bytes,
    *,
    type_left_open: bool = False,
    **columns: object,
) -> UUID:
    untyped = OPEN if type_left_open else {}
    process_id = await add_process(database, tenancy, **untyped)
    document_id = await add_document(
        database, tenancy.client_id, process_id, sha256=hashlib.sha256(data).hexdigest(), **columns
    )
    await blobs.put(f"{tenancy.client_id}/2026-11/{process_id}/{document_id}", data)
    async with database.client(tenancy.client_id) as session:
        await submission.start(
            session, client_id=tenancy.client_id, process_id=process_id, at=datetime.now(UTC)
        )
    return process_id


async def run(
    database: Database, blobs: MemoryBlobs, tenancy: Tenancy, processes: list[UUID], **decide: Decide
) -> None:
    workbench, store = ThreadWorkbench(), DocumentStore(database)
    reading = handlers(
        blobs=blobs,
        workbench=workbench,
        provider=OfflineProvider(workbench),
        read_image=read_image,
        duplicates=store,
        pages=store,
        types=TypeCatalog(database),
        limits=LIMITS,
    )
    later = [
        stage for stage in toy_pipeline(**decide) if stage.stage not in (Stage.INGEST, Stage.INTELLIGENT_OCR)
    ]
    async with open_worker(database, (*reading, *later)):
        await until_status(database, tenancy, processes, "completed", "failed", "hitl_review")


async def test_an_e_invoice_comes_to_its_end_with_its_document_and_pages(
    database: Database, owner_database: Database
) -> None:
    tenancy, blobs = await add_tenancy(owner_database, "reads"), MemoryBlobs()
    process_id = await submit(database, blobs, tenancy, (DEMO / "facturx-lieferant-471102.pdf").read_bytes())
    await run(database, blobs, tenancy, [process_id])
    (document,) = await rows(
        database,
        tenancy,
        "SELECT status, text_source, page_count, (SELECT count(*) FROM pages p WHERE p.document_id = d.document_id)"
        " FROM documents d WHERE process_id = :p",
        p=process_id,
    )
    assert (await state(database, tenancy, process_id)).status == "completed"
    assert tuple(document) == ("completed", "xml", 2, 2)


async def test_of_two_equal_files_the_second_is_the_duplicate(
    database: Database, owner_database: Database
) -> None:
    tenancy, blobs = await add_tenancy(owner_database, "twice"), MemoryBlobs()
    data = (DEMO / "saas-calendly-3189846.pdf").read_bytes()
    first, second = [await submit(database, blobs, tenancy, data) for _ in range(2)]
    await run(database, blobs, tenancy, [first, second])
    found = [await state(database, tenancy, process_id) for process_id in (first, second)]
    assert [process.classification_result["fraud_detected"] for process in found] == [False, True]


async def test_a_damaged_file_fails_its_document_and_process_with_its_code(
    database: Database, owner_database: Database
) -> None:
    tenancy, blobs = await add_tenancy(owner_database, "damaged"), MemoryBlobs()
    process_id = await submit(database, blobs, tenancy, (DEMO / "damaged-invoice.pdf").read_bytes())
    await run(database, blobs, tenancy, [process_id])
    process = await state(database, tenancy, process_id)
    (document,) = await rows(
        database, tenancy, "SELECT status, error_code FROM documents WHERE process_id = :p", p=process_id
    )
    assert (process.status, process.error_code, *document) == (
        "failed",
        "file_corrupt",
        "failed",
        "file_corrupt",
    )


async def test_what_came_with_a_mail_is_read_as_documents_of_its_process_once(
    database: Database, owner_database: Database
) -> None:
    tenancy, blobs = await add_tenancy(owner_database, "mailed"), MemoryBlobs()
    message = mail()
    invoice = (DEMO / "facturx-lieferant-471102.pdf").read_bytes()
    message.add_attachment(invoice, maintype="application", subtype="pdf", filename="R-7.pdf")
    process_id = await submit(database, blobs, tenancy, message.as_bytes(), file_name="m.eml", mime_type=EML)
    await run(database, blobs, tenancy, [process_id])
    documents = "SELECT document_id, file_name, mime_type, text_source FROM documents WHERE process_id = :p ORDER BY position"
    first = await rows(database, tenancy, documents, p=process_id)
    assert [tuple(row)[1:] for row in first] == [
        ("m.eml", EML, "text_layer"),
        ("R-7.pdf", "application/pdf", "xml"),
    ]
    ended = await state(database, tenancy, process_id)
    assert ended.metadata["email"]["subject"] == "Invoice R-7"
    assert ended.extraction_result["data"] == ended.extraction_result["documents"][1]["data"]


async def test_a_repeat_of_the_first_stage_adds_no_document_twice(
    database: Database, owner_database: Database
) -> None:
    tenancy, blobs = await add_tenancy(owner_database, "mailed-twice"), MemoryBlobs()
    message = mail()
    message.add_attachment(b"%PDF-1.7 damaged", maintype="application", subtype="pdf", filename="R-7.pdf")
    message.replace_header("From", "x@y.test")
    process_id = await submit(database, blobs, tenancy, message.as_bytes(), file_name="m.eml", mime_type=EML)
    await run(database, blobs, tenancy, [process_id])
    ids = "SELECT document_id, status FROM documents WHERE process_id = :p ORDER BY position"
    first = await rows(database, tenancy, ids, p=process_id)
    async with database.client(tenancy.client_id) as session:
        await session.execute(
            text("UPDATE processes SET status = 'failed' WHERE process_id = :p"), {"p": process_id}
        )
        await lifecycle.retry(
            session,
            client_id=tenancy.client_id,
            process_id=process_id,
            by="user:x",
            at=datetime.now(UTC),
            from_stage=Stage.INGEST,
        )
    await run(database, blobs, tenancy, [process_id])
    assert await rows(database, tenancy, ids, p=process_id) == first
    assert [row.status for row in first] == ["completed", "failed"]


async def test_a_type_left_open_is_pinned_with_its_configuration_and_workflow(
    database: Database, owner_database: Database
) -> None:
    tenancy, blobs = await add_tenancy(owner_database, "open"), MemoryBlobs()
    short = {"steps": [{"name": "read", "stage": "INTELLIGENT_OCR"}, {"name": "send", "stage": "OUTPUT"}]}
    await add_configuration(database, tenancy.client_id, tenancy.process_type_id, version=2, workflow=short)
    process_id = await submit(
        database, blobs, tenancy, (DEMO / "facturx-lieferant-471102.pdf").read_bytes(), type_left_open=True
    )
    await run(database, blobs, tenancy, [process_id])
    process = await state(database, tenancy, process_id)
    assert (process.status, process.process_type_id, process.config_version) == (
        "completed",
        tenancy.process_type_id,
        2,
    )
    assert process.classification_result["source"] == "classified"
    steps = await rows(
        database,
        tenancy,
        "SELECT step FROM stage_runs WHERE process_id = :p ORDER BY created_at",
        p=process_id,
    )
    assert [step.step for step in steps] == ["ingest", "read", "send"]


async def test_what_a_person_said_once_is_known_the_next_time(
    database: Database, owner_database: Database
) -> None:
    tenancy, blobs = await add_tenancy(owner_database, "learns"), MemoryBlobs()
    twin = await add_type(database, "learns.services", client_id=tenancy.client_id, display_name="Invoice")
    await add_configuration(database, tenancy.client_id, twin)
    invoice = (DEMO / "saas-calendly-3189846.pdf").read_bytes()
    for _ in range(4):
        process_id = await submit(database, blobs, tenancy, invoice, type_left_open=True)
        await run(database, blobs, tenancy, [process_id])
        process = await state(database, tenancy, process_id)
        if process.status != "hitl_review":
            break
        assert [reason["code"] for reason in process.review_reasons] == ["type_uncertain"]
        async with database.client(tenancy.client_id) as session:
            await lifecycle.decide(
                session,
                client_id=tenancy.client_id,
                process_id=process_id,
                decision=Decision.APPROVE,
                by="user:1",
                at=datetime.now(UTC),
                process_type_id=twin,
            )
        await run(database, blobs, tenancy, [process_id])
        known = await state(database, tenancy, process_id)
        assert (known.status, known.process_type_id) == ("completed", twin)
        assert known.classification_result["source"] == "person"
    assert (process.process_type_id, process.classification_result["source"]) == (twin, "classified")


async def fail(_job: Job, _ledger: Ledger) -> StageOutcome:
    return Fail("rule_failed")


async def test_a_document_that_repeats_another_is_told_of_once_by_ids(
    database: Database, owner_database: Database
) -> None:
    tenancy, blobs = await add_tenancy(owner_database, "told-once"), MemoryBlobs()
    await rows(
        database,
        tenancy,
        "INSERT INTO webhook_endpoints (endpoint_id, client_id, kind, url, events, secret_sealed) VALUES"
        " (:e, :c, 'endpoint', 'https://hooks.example/in', '{document.duplicate}', '\\x00') RETURNING 1",
        e=new_id(),
        c=tenancy.client_id,
    )
    data = (DEMO / "saas-calendly-3189846.pdf").read_bytes()
    first, second = [await submit(database, blobs, tenancy, data) for _ in range(2)]
    await run(database, blobs, tenancy, [first, second], intelligent_process=fail)
    async with database.client(tenancy.client_id) as session:
        await lifecycle.retry(
            session,
            client_id=tenancy.client_id,
            process_id=second,
            by="user:1",
            at=datetime.now(UTC),
            from_stage=Stage.INGEST,
        )
    await run(database, blobs, tenancy, [second], intelligent_process=fail)

    documents = await rows(database, tenancy, "SELECT process_id, document_id FROM documents")
    ids = {row.process_id: str(row.document_id) for row in documents}
    told = {
        "document_id": ids[second],
        "duplicate_of": [{"process_id": str(first), "document_id": ids[first]}],
    }
    deliveries = await rows(database, tenancy, "SELECT event_type, process_id, body FROM webhook_deliveries")
    notices = await rows(
        database, tenancy, "SELECT process_id, message FROM notifications WHERE type = 'document_duplicate'"
    )
    events = await rows(database, tenancy, "SELECT payload FROM outbox WHERE topic = 'document.duplicate'")
    assert [(row.event_type, row.process_id) for row in deliveries] == [("document.duplicate", second)]
    assert json.loads(deliveries[0].body)["data"].items() >= told.items()
    assert [tuple(row) for row in notices] == [(second, f"Compare it with {first}.")]
    assert [row.payload["data"].items() >= told.items() for row in events] == [True]

"""Stacks on the real engine: what is cut, what waits for a person, and what becomes of parent and children."""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from docflow.adapters.llm.offline.provider import OfflineProvider
from docflow.db.database import Database
from docflow.domain.errors import Conflict, UserError
from docflow.domain.file_types import TIFF
from docflow.domain.ids import new_id
from docflow.domain.jobs import Job, Ledger
from docflow.domain.outcomes import Advance, Fail, StageOutcome
from docflow.domain.reading import ReadPicture, Word
from docflow.domain.stages import Stage
from docflow.features.classification.repository import TypeCatalog
from docflow.features.documents.repository import DocumentStore
from docflow.features.erasures.service import Erasing, erase
from docflow.features.stage_runs import lifecycle
from docflow.testing.blobs import MemoryBlobs
from docflow.testing.engine import open_worker, toy_pipeline
from docflow.testing.factories import Tenancy, add_configuration, add_document, add_tenancy
from docflow.testing.workbench import ThreadWorkbench
from docflow_ocr.stages import handlers
from docflow_processor.stages import stages as processor_stages
from sqlalchemy import text

from tests.integration.engine.submitting import rows, state, until_status
from tests.integration.reading.test_on_the_engine import LIMITS, submit
from tests.unit.reading.made_stacks import INVOICE, OTHER_INVOICE, SURE, doubtful_pdf, stack_pdf, stack_tiff

ENDS = ("completed", "failed", "cancelled", "hitl_review")
CHILDREN = (
    "SELECT p.process_id, p.status, p.process_type_id, p.external_id, p.metadata, d.document_id, d.file_name, d.page_count,"
    " d.fraud_flags, d.ocr_text, d.text_source FROM processes p JOIN documents d USING (process_id)"
    " WHERE p.parent_process_id = :p ORDER BY p.created_at"
)


@pytest.fixture
async def tenancy(owner_database: Database) -> Tenancy:
    return await add_tenancy(owner_database, f"splits-{new_id().hex}")


Work = Callable[..., Awaitable[None]]


def no_engine(_: bytes) -> ReadPicture:
    raise AssertionError("nothing here is a picture")


@pytest.fixture
def blobs() -> MemoryBlobs:
    return MemoryBlobs()


@pytest.fixture
def work(database: Database, blobs: MemoryBlobs, tenancy: Tenancy) -> Work:
    """Work until the process has come to one of these statuses. `output` decides the last stage."""

    async def until(
        process_id: UUID,
        *statuses: str,
        output: Callable[[Job, Ledger], Awaitable[StageOutcome]] | None = None,
        read: Callable[[bytes], ReadPicture] = no_engine,
    ) -> None:
        workbench, store = ThreadWorkbench(), DocumentStore(database)
        reading = handlers(
            blobs=blobs,
            workbench=workbench,
            provider=OfflineProvider(workbench),
            read_image=read,
            duplicates=store,
            pages=store,
            types=TypeCatalog(database),
            limits=LIMITS,
        )
        last = toy_pipeline(**({"output": output} if output else {}))[-1]
        async with open_worker(database, (*reading, *processor_stages(), last)):
            await until_status(database, tenancy, [process_id], *(statuses or ENDS))

    return until


async def children(database: Database, tenancy: Tenancy, process_id: UUID) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in await rows(database, tenancy, CHILDREN, p=process_id)]


async def open_runs(database: Database, tenancy: Tenancy, process_id: UUID) -> int:
    sql = "SELECT 1 FROM stage_runs WHERE process_id = :p AND status IN ('ready', 'claimed')"
    return len(await rows(database, tenancy, sql, p=process_id))


async def act(
    database: Database, tenancy: Tenancy, do: Callable[..., Awaitable[object]], **more: object
) -> None:
    async with database.client(tenancy.client_id) as session:
        await do(session, client_id=tenancy.client_id, by="user:x", at=datetime.now(UTC), **more)


async def test_a_stack_whose_cuts_are_sure_is_split_with_nobody_looking(
    database: Database, blobs: MemoryBlobs, tenancy: Tenancy, work: Work
) -> None:
    process_id = await submit(database, blobs, tenancy, stack_pdf(*SURE), file_name="post.pdf")
    await work(process_id)
    parent, found = await state(database, tenancy, process_id), await children(database, tenancy, process_id)
    assert parent.status == "completed"
    assert [(child["file_name"], child["page_count"], child["status"]) for child in found] == [
        ("post (page 1).pdf", 1, "completed"),
        ("post (pages 2-3).pdf", 2, "completed"),
    ]
    assert {child["process_type_id"] for child in found} == {tenancy.process_type_id}
    listed = parent.classification_result["split"]
    assert [one["process_id"] for one in listed["children"]] == [str(child["process_id"]) for child in found]
    assert listed["proposed"][0]["cuts"][0]["page"] == 2
    assert [one["status"] for one in parent.final_output["children"]] == ["completed", "completed"]


async def test_each_part_is_read_for_itself_and_none_is_its_stacks_duplicate(
    database: Database, blobs: MemoryBlobs, tenancy: Tenancy, work: Work
) -> None:
    process_id = await submit(database, blobs, tenancy, stack_pdf(*SURE))
    await work(process_id)
    found = await children(database, tenancy, process_id)
    numbers = await rows(
        database,
        tenancy,
        "SELECT extraction_result #>> '{fields,invoice_number,value}' AS number FROM processes"
        " WHERE parent_process_id = :p ORDER BY created_at",
        p=process_id,
    )
    assert [row.number for row in numbers] == ["NW-1001", "C-77412"]
    assert [child["fraud_flags"] for child in found] == [[], []]


async def test_parts_of_a_stack_of_open_type_find_their_own(
    database: Database, blobs: MemoryBlobs, tenancy: Tenancy, work: Work
) -> None:
    process_id = await submit(database, blobs, tenancy, stack_pdf(*SURE), type_left_open=True)
    await work(process_id)
    found = await children(database, tenancy, process_id)
    assert (await state(database, tenancy, process_id)).process_type_id is None
    assert [child["process_type_id"] for child in found] == [tenancy.process_type_id] * 2


async def test_a_configuration_may_ask_for_a_person(
    database: Database, blobs: MemoryBlobs, tenancy: Tenancy, work: Work
) -> None:
    asks = {"splitting": "review"}
    process_id = await submit(database, blobs, tenancy, stack_pdf(*SURE))
    await configure(database, tenancy, workflow=asks)
    await work(process_id)
    parent = await state(database, tenancy, process_id)
    assert parent.status == "hitl_review"
    assert "split_proposed" in {reason["code"] for reason in parent.review_reasons}
    assert not await children(database, tenancy, process_id)


async def test_doubtful_cuts_wait_and_a_reviewer_makes_them(
    database: Database, blobs: MemoryBlobs, tenancy: Tenancy, work: Work
) -> None:
    process_id = await submit(database, blobs, tenancy, doubtful_pdf())
    await work(process_id)
    held = await state(database, tenancy, process_id)
    assert held.status == "hitl_review"
    assert "split_proposed" in {reason["code"] for reason in held.review_reasons}
    (document,) = held.extraction_result["documents"]
    assert [cut["page"] for cut in document["cuts"]] == [2]
    await act(
        database, tenancy, lifecycle.split, process_id=process_id, cuts={UUID(document["document_id"]): (2,)}
    )
    await work(process_id)
    assert (await state(database, tenancy, process_id)).status == "completed"
    found = await children(database, tenancy, process_id)
    # The parent was read before it was cut; what stands in it too is no repetition.
    assert [(child["page_count"], child["fraud_flags"]) for child in found] == [(1, []), (1, [])]


async def test_where_one_file_is_cut_each_other_becomes_a_child_and_no_duplicate(
    database: Database, blobs: MemoryBlobs, tenancy: Tenancy, work: Work
) -> None:
    process_id = await submit(database, blobs, tenancy, stack_pdf(*SURE), file_name="stack.pdf")
    annex = stack_pdf(OTHER_INVOICE)
    document_id = await add_document(
        database,
        tenancy.client_id,
        process_id,
        position=1,
        file_name="annex.pdf",
        sha256=hashlib.sha256(annex).hexdigest(),
    )
    await blobs.put(f"{tenancy.client_id}/2026-11/{process_id}/{document_id}", annex)
    await work(process_id)
    # Of several files none is cut without a person.
    assert (await state(database, tenancy, process_id)).status == "hitl_review"
    stack = await rows(
        database,
        tenancy,
        "SELECT document_id FROM documents WHERE process_id = :p AND position = 0",
        p=process_id,
    )
    await act(database, tenancy, lifecycle.split, process_id=process_id, cuts={stack[0].document_id: (2,)})
    await work(process_id, "classifying", "completed")
    await work(process_id, "classifying", "completed")
    found = await children(database, tenancy, process_id)
    assert [child["file_name"] for child in found] == [
        "stack (page 1).pdf",
        "stack (pages 2-3).pdf",
        "annex.pdf",
    ]
    flags = [flag for child in found for flag in child["fraud_flags"]]
    assert "duplicate_exact" not in {flag["code"] for flag in flags}


async def test_a_file_that_is_one_document_goes_on_and_is_not_asked_about_again(
    database: Database, blobs: MemoryBlobs, tenancy: Tenancy, work: Work
) -> None:
    process_id = await submit(database, blobs, tenancy, doubtful_pdf())
    await configure(database, tenancy, confidence_threshold=0)
    await work(process_id)
    held = await state(database, tenancy, process_id)
    assert [reason["code"] for reason in held.review_reasons] == ["split_proposed"]
    await act(database, tenancy, lifecycle.split, process_id=process_id, cuts={})
    await work(process_id)
    assert (await state(database, tenancy, process_id)).status == "completed"
    assert not await children(database, tenancy, process_id)


async def test_words_that_were_read_are_not_read_again(
    database: Database, blobs: MemoryBlobs, tenancy: Tenancy, work: Work
) -> None:
    seen: list[str] = []

    def counting(_: bytes) -> ReadPicture:
        seen.append(f"Scan{len(seen)}")
        return ReadPicture(tuple(Word(text, (0.1, 0.1, 0.2, 0.12), 0.9) for text in ("A", seen[-1], "page")))

    stack = stack_tiff(INVOICE, OTHER_INVOICE)
    process_id = await submit(database, blobs, tenancy, stack, mime_type=TIFF, file_name="post.tif")
    await work(process_id, read=counting)
    await split_at_2(database, tenancy, process_id)
    await work(process_id, "classifying", read=counting)
    await until_children_are_held(database, tenancy, process_id, work, counting)
    found = await children(database, tenancy, process_id)
    assert [child["text_source"] for child in found] == ["ocr", "ocr"]
    assert sorted(seen) == ["Scan0", "Scan1"]
    assert {word for child in found for word in str(child["ocr_text"]).split() if word in seen} == set(seen)


async def test_a_parent_waits_with_no_run_until_the_last_child_has_ended(
    database: Database, blobs: MemoryBlobs, tenancy: Tenancy, work: Work
) -> None:
    process_id = await submit(database, blobs, tenancy, doubtful_pdf())
    await work(process_id)
    await split_at_2(database, tenancy, process_id)
    # Children of which one is held: the parent rests.
    await work(process_id, "classifying", output=failing_for(1))
    await until_children_rest(database, tenancy, process_id, work)
    parent = await state(database, tenancy, process_id)
    assert parent.status == "failed"
    assert parent.error_code == "child_failed"
    assert await open_runs(database, tenancy, process_id) == 0


async def test_a_parent_that_is_tried_again_tries_its_failed_children_again(
    database: Database, blobs: MemoryBlobs, tenancy: Tenancy, work: Work
) -> None:
    process_id = await submit(database, blobs, tenancy, stack_pdf(*SURE))
    await work(process_id, output=failing_for(1))
    assert (await state(database, tenancy, process_id)).status == "failed"
    before = [child["process_id"] for child in await children(database, tenancy, process_id)]
    with pytest.raises(Conflict):
        await act(database, tenancy, lifecycle.retry, process_id=process_id, from_stage=Stage.INTELLIGENT_OCR)
    await act(database, tenancy, lifecycle.retry, process_id=process_id)
    assert (await state(database, tenancy, process_id)).status == "classifying"
    await work(process_id)
    found = await children(database, tenancy, process_id)
    assert [child["process_id"] for child in found] == before
    assert (await state(database, tenancy, process_id)).status == "completed"


async def test_a_child_that_is_tried_again_has_its_parent_wait_again(
    database: Database, blobs: MemoryBlobs, tenancy: Tenancy, work: Work
) -> None:
    process_id = await submit(database, blobs, tenancy, stack_pdf(*SURE))
    await work(process_id, output=failing_for(1))
    failed = next(c for c in await children(database, tenancy, process_id) if c["status"] == "failed")
    await act(database, tenancy, lifecycle.retry, process_id=failed["process_id"])
    parent = await state(database, tenancy, process_id)
    assert (parent.status, await open_runs(database, tenancy, process_id)) == ("classifying", 0)
    await work(process_id)
    assert (await state(database, tenancy, process_id)).status == "completed"


async def test_cancelling_a_parent_ends_the_children_that_are_at_work(
    database: Database, blobs: MemoryBlobs, tenancy: Tenancy, work: Work
) -> None:
    process_id = await submit(database, blobs, tenancy, doubtful_pdf())
    await work(process_id)
    await split_at_2(database, tenancy, process_id)
    await work_until_split(database, tenancy, process_id, work)
    await act(database, tenancy, lifecycle.cancel, process_id=process_id)
    assert (await state(database, tenancy, process_id)).status == "cancelled"
    assert {child["status"] for child in await children(database, tenancy, process_id)} == {"cancelled"}
    assert await open_runs(database, tenancy, process_id) == 0
    await act(database, tenancy, lifecycle.retry, process_id=process_id)
    await work(process_id)
    assert (await state(database, tenancy, process_id)).status == "completed"


async def test_erasing_a_child_takes_its_file_and_leaves_the_stack(
    database: Database, blobs: MemoryBlobs, tenancy: Tenancy, work: Work
) -> None:
    process_id = await submit(database, blobs, tenancy, stack_pdf(*SURE))
    await work(process_id)
    first, _ = await children(database, tenancy, process_id)
    asked = Erasing(tenancy.client_id, "user:x", datetime.now(UTC))
    keys = await rows(
        database, tenancy, "SELECT blob_key FROM documents WHERE process_id = :p", p=first["process_id"]
    )
    async with database.client(tenancy.client_id) as session:
        await erase(session, asked, UUID(str(first["process_id"])))
    planned = await rows(database, tenancy, "SELECT prefix FROM file_removals")
    assert [row.prefix for row in planned] == [row.blob_key for row in keys]
    assert len(await children(database, tenancy, process_id)) == 1
    async with database.client(tenancy.client_id) as session:
        await erase(session, asked, process_id)
    assert not await rows(database, tenancy, "SELECT 1 FROM processes")


@pytest.mark.parametrize(
    ("cuts", "code"),
    [((1,), "page_unknown"), ((3,), "page_unknown"), ((2, 2), "cuts_not_ascending")],
)
async def test_cuts_that_cannot_be_made_are_refused(
    cuts: tuple[int, ...], code: str, database: Database, blobs: MemoryBlobs, tenancy: Tenancy, work: Work
) -> None:
    process_id = await submit(database, blobs, tenancy, doubtful_pdf())
    await work(process_id)
    with pytest.raises(UserError) as refused:
        await split_at(database, tenancy, process_id, cuts)
    assert refused.value.code == code


async def test_the_callback_is_the_parents_alone(
    database: Database, blobs: MemoryBlobs, tenancy: Tenancy, work: Work
) -> None:
    process_id = await submit(database, blobs, tenancy, stack_pdf(*SURE))
    async with database.client(tenancy.client_id) as session:
        await session.execute(
            text("UPDATE processes SET callback_url = 'https://x.test/?a=1', external_id = 'order-7'")
        )
    await work(process_id)
    urls = await rows(
        database,
        tenancy,
        "SELECT process_id, callback_url, external_id FROM processes WHERE parent_process_id IS NOT NULL ORDER BY created_at",
    )
    assert [(row.callback_url, row.external_id) for row in urls] == [(None, None)] * 2
    audit = await rows(
        database,
        tenancy,
        "SELECT payload #> '{data,payload}' AS told FROM outbox WHERE topic = 'audit.intelligent_ocr'"
        " AND payload ->> 'process_id' = :p ORDER BY created_at",
        p=str(process_id),
    )
    assert [row.told["outcome"] for row in audit] == ["split", "gathered"]
    assert [one["process_id"] for one in audit[0].told["children"]] == [str(row.process_id) for row in urls]


async def configure(database: Database, tenancy: Tenancy, **columns: object) -> None:
    """Another configuration, for all processes of the client."""
    await add_configuration(database, tenancy.client_id, tenancy.process_type_id, version=2, **columns)
    async with database.client(tenancy.client_id) as session:
        await session.execute(text("UPDATE processes SET config_version = 2"))


async def split_at(database: Database, tenancy: Tenancy, process_id: UUID, cuts: tuple[int, ...]) -> None:
    (document,) = await rows(
        database, tenancy, "SELECT document_id FROM documents WHERE process_id = :p", p=process_id
    )
    await act(database, tenancy, lifecycle.split, process_id=process_id, cuts={document.document_id: cuts})


async def split_at_2(database: Database, tenancy: Tenancy, process_id: UUID) -> None:
    await split_at(database, tenancy, process_id, (2,))


async def work_until_split(database: Database, tenancy: Tenancy, process_id: UUID, work: Work) -> None:
    """The parent waits, and neither child has come to an end."""

    async def never(_job: Job, _ledger: Ledger) -> StageOutcome:
        raise RuntimeError("not now")

    await work(process_id, "classifying", output=never)
    assert len(await children(database, tenancy, process_id)) == 2


async def until_children_are_held(
    database: Database,
    tenancy: Tenancy,
    process_id: UUID,
    work: Work,
    read: Callable[[bytes], ReadPicture],
) -> None:
    for child in await children(database, tenancy, process_id):
        await work(child["process_id"], "hitl_review", read=read)


async def until_children_rest(database: Database, tenancy: Tenancy, process_id: UUID, work: Work) -> None:
    await work(process_id, "completed", "failed", output=failing_for(1))


def failing_for(pages: int) -> Callable[[Job, Ledger], Awaitable[StageOutcome]]:
    """An output that fails for documents of so many pages, once each until it is made anew."""

    async def decide(job: Job, _ledger: Ledger) -> StageOutcome:
        return Fail("output_refused") if job.documents[0].page_count == pages else Advance()

    return decide

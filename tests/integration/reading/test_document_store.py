"""What reading asks and keeps of documents, on a real database and as one client among others."""

from uuid import UUID

from docflow.db.database import Database
from docflow.domain.reading import TextSource
from docflow.features.documents.models import PageRow
from docflow.features.documents.repository import DocumentStore
from docflow.testing.factories import Tenancy, add_document, add_process, add_tenancy
from docflow_ocr.ports import PageRecord
from sqlalchemy import select

SAME = "a" * 64


async def _tenancy(owner: Database, slug: str) -> Tenancy:
    return await add_tenancy(owner, slug)


async def _document(database: Database, tenancy: Tenancy, sha256: str = SAME) -> tuple[UUID, UUID]:
    process_id = await add_process(database, tenancy)
    return process_id, await add_document(database, tenancy.client_id, process_id, sha256=sha256)


def _page(number: int, words: int = 3) -> PageRecord:
    return PageRecord(number, 595, 842, 0, TextSource.OCR, words, 0.9, f"key/{number}")


async def test_the_earlier_document_with_the_same_content_is_found(
    database: Database, owner_database: Database
) -> None:
    tenancy = await _tenancy(owner_database, "earlier")
    first, second = await _document(database, tenancy), await _document(database, tenancy)
    assert await DocumentStore(database).earlier(tenancy.client_id, SAME, second[1]) == first


async def test_the_first_one_has_no_earlier(database: Database, owner_database: Database) -> None:
    tenancy = await _tenancy(owner_database, "first")
    first = await _document(database, tenancy)
    await _document(database, tenancy)
    assert await DocumentStore(database).earlier(tenancy.client_id, SAME, first[1]) is None


async def test_another_clients_document_is_no_duplicate(database: Database, owner_database: Database) -> None:
    theirs, ours = await _tenancy(owner_database, "theirs"), await _tenancy(owner_database, "ours")
    await _document(database, theirs)
    second = await _document(database, ours)
    assert await DocumentStore(database).earlier(ours.client_id, SAME, second[1]) is None


async def test_keeping_pages_again_replaces_them(database: Database, owner_database: Database) -> None:
    tenancy = await _tenancy(owner_database, "pages")
    _, document_id = await _document(database, tenancy)
    store = DocumentStore(database)
    await store.keep(tenancy.client_id, document_id, [_page(1), _page(2)])
    await store.keep(tenancy.client_id, document_id, [_page(1, words=7)])
    async with database.client(tenancy.client_id) as session:
        kept = (await session.scalars(select(PageRow).where(PageRow.document_id == document_id))).all()
    assert [(page.number, page.word_count) for page in kept] == [(1, 7)]

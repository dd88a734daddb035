from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, insert, select
from sqlalchemy.orm import aliased

from docflow.db.database import Database
from docflow.domain.reading import TextSource
from docflow.features.documents.models import Document, PageRow
from docflow.features.processes.models import Process


class PageFacts(Protocol):
    """What is kept of one page."""

    @property
    def number(self) -> int: ...
    @property
    def width(self) -> float: ...
    @property
    def height(self) -> float: ...
    @property
    def rotation(self) -> int: ...
    @property
    def source(self) -> TextSource: ...
    @property
    def word_count(self) -> int: ...
    @property
    def confidence(self) -> float | None: ...
    @property
    def words_key(self) -> str | None: ...


class DocumentStore:
    """What reading asks and keeps of documents, each in a short transaction inside the client's rows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def earlier(self, client_id: UUID, sha256: str, document_id: UUID) -> tuple[UUID, UUID] | None:
        """(process_id, document_id) of the client's oldest document with this content that came before this one.

        Ids sort by the time they were made, so of two at the same moment exactly one is the earlier.
        """
        same = (
            select(Document.process_id, Document.document_id)
            .where(
                Document.client_id == client_id,
                Document.sha256 == sha256,
                Document.document_id < document_id,
                _not_of_its_parent(client_id, document_id),
            )
            .order_by(Document.document_id)
            .limit(1)
        )
        async with self._database.client(client_id) as session:
            row = (await session.execute(same)).one_or_none()
        return (row.process_id, row.document_id) if row else None

    async def keep(self, client_id: UUID, document_id: UUID, pages: Sequence[PageFacts]) -> None:
        """Replaces what was known of the document's pages. Does nothing for a document that was erased meanwhile."""
        still_there = select(Document.document_id).where(
            Document.client_id == client_id, Document.document_id == document_id
        )
        async with self._database.client(client_id) as session:
            if await session.scalar(still_there.with_for_update(read=True, key_share=True)) is None:
                return
            await session.execute(
                delete(PageRow).where(PageRow.client_id == client_id, PageRow.document_id == document_id)
            )
            if pages:
                await session.execute(insert(PageRow), [_row(client_id, document_id, page) for page in pages])


def _not_of_its_parent(client_id: UUID, document_id: UUID) -> ColumnElement[bool]:
    """A part of a stack repeats what stands in the stack; that makes it no duplicate."""
    own = aliased(Document)
    parent = (
        select(Process.parent_process_id)
        .join(own, and_(own.client_id == Process.client_id, own.process_id == Process.process_id))
        .where(Process.client_id == client_id, own.document_id == document_id)
        .scalar_subquery()
    )
    return Document.process_id.is_distinct_from(parent)


def _row(client_id: UUID, document_id: UUID, page: PageFacts) -> dict[str, object]:
    return {
        "client_id": client_id,
        "document_id": document_id,
        "number": page.number,
        "width": page.width,
        "height": page.height,
        "rotation": page.rotation,
        "source": page.source.value,
        "word_count": page.word_count,
        "confidence": page.confidence,
        "words_key": page.words_key,
    }

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, delete, insert, select

from docflow.db.database import Database
from docflow.domain.reading import TextSource
from docflow.features.documents.models import Document, PageRow


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


#: How many documents of a client are looked through for the same invoice number.
LOOKED_BACK = 2000


@dataclass(frozen=True, slots=True)
class StatedInvoice:
    process_id: UUID
    document_id: UUID
    seller: str | None
    total: str | None


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
                Document.client_id == client_id, Document.sha256 == sha256, Document.document_id < document_id
            )
            .order_by(Document.document_id)
            .limit(1)
        )
        async with self._database.client(client_id) as session:
            row = (await session.execute(same)).one_or_none()
        return (row.process_id, row.document_id) if row else None

    async def same_number(
        self, client_id: UUID, number: str, other_than_sha256: str, before: UUID
    ) -> Sequence[StatedInvoice]:
        """What the client's documents before this one state under the same invoice number; newest first.

        The last LOOKED_BACK documents are looked at, so that the cost does not grow with the archive.
        """
        recent = (
            select(Document.process_id, Document.document_id, Document.sha256, Document.extracted_data)
            .where(Document.client_id == client_id, Document.document_id < before)
            .order_by(Document.document_id.desc())
            .limit(LOOKED_BACK)
            .subquery()
        )

        def stated(name: str) -> ColumnElement[str]:
            found: ColumnElement[str] = recent.c.extracted_data["fields"][name]["value"].astext
            return found

        same = (
            select(
                recent.c.process_id,
                recent.c.document_id,
                stated("seller_name").label("seller"),
                stated("grand_total").label("total"),
            )
            .where(stated("invoice_number") == number, recent.c.sha256 != other_than_sha256)
            .order_by(recent.c.document_id.desc())
            .limit(20)
        )
        async with self._database.client(client_id) as session:
            rows = (await session.execute(same)).all()
        return [StatedInvoice(row.process_id, row.document_id, row.seller, row.total) for row in rows]

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

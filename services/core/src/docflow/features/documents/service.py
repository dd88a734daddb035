"""Reading documents and their pages."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from docflow.domain.errors import NotFound
from docflow.features.documents.models import Document, PageRow


class Documents:
    """The documents of one client. Text and extracted data are loaded only where they are asked for."""

    def __init__(self, session: AsyncSession, client_id: UUID) -> None:
        self._session = session
        self._client_id = client_id

    def add(self, row: Document) -> None:
        self._session.add(row)

    async def get(self, document_id: UUID) -> Document:
        """Raises NotFound, also for another client's document."""
        found: Document | None = await self._session.scalar(
            select(Document)
            .options(defer(Document.ocr_text), defer(Document.extracted_data))
            .where(Document.client_id == self._client_id, Document.document_id == document_id)
        )
        if found is None:
            raise NotFound("no such document")
        return found

    async def of(self, process_ids: Sequence[UUID], *, text: bool = False) -> dict[UUID, list[Document]]:
        """The documents of each process, in the order they were sent; `text` loads what was read too."""
        query = (
            select(Document)
            .where(Document.client_id == self._client_id, Document.process_id.in_(process_ids))
            .order_by(Document.process_id, Document.position)
        )
        if not text:
            query = query.options(defer(Document.ocr_text), defer(Document.extracted_data))
        found: dict[UUID, list[Document]] = defaultdict(list)
        for row in await self._session.scalars(query):
            found[row.process_id].append(row)
        return found

    async def pages(self, document_ids: Sequence[UUID]) -> Sequence[PageRow]:
        rows = await self._session.scalars(
            select(PageRow)
            .where(PageRow.client_id == self._client_id, PageRow.document_id.in_(document_ids))
            .order_by(PageRow.document_id, PageRow.number)
        )
        return rows.all()

    async def earlier(self, sha256s: Sequence[str]) -> UUID | None:
        """The process that an exact copy of the first of these files was sent with, the newest first.

        Only a process that was sent exactly these files counts; what was found inside them does not.
        """
        rows = await self._session.execute(
            select(Document.process_id)
            .where(
                Document.client_id == self._client_id, Document.sha256 == sha256s[0], Document.position == 0
            )
            .order_by(Document.created_at.desc())
            .limit(20)
        )
        wanted = list(sha256s)
        candidates = [row.process_id for row in rows]
        documents = await self.of(candidates)
        return next((c for c in candidates if _sent(documents[c]) == wanted), None)


def _sent(documents: Sequence[Document]) -> list[str]:
    return [
        one.sha256 for one in documents if not any(inside in one.blob_key for inside in (".parts/", ".cuts/"))
    ]

"""Finding processes by the beginning of what people know them by: a file's name, an external id, the process's id."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, any_, func, literal, or_, select, true, union_all
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from docflow.features.documents.models import Document
from docflow.features.processes.models import Process

FEW = 20_000
"""Up to so many hits are looked up by their ids (about 2 µs each); more are met soon by walking down the list."""
_HIGHEST = "\U0010ffff"
_ID_BEGINNING = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{0,4}){0,3}(-[0-9a-f]{0,12})?|[0-9a-f]{4,7}")


@dataclass(frozen=True, slots=True)
class Search:
    """`text` in any case."""

    text: str
    few: int = FEW

    async def where(self, session: AsyncSession, client_id: UUID) -> ColumnElement[bool]:
        """The condition on processes that is quick for this text: few hits by their ids, many by a look at each row."""
        hits = self._hits(client_id)
        count = await session.scalar(select(func.count()).select_from(hits.subquery())) or 0
        if count > self.few:
            return or_(*self._by_row())
        # As an array it is worked out once, and the planner takes it for the short list that it is.
        return Process.process_id == any_(
            func.array(hits.scalar_subquery(), type_=ARRAY(PG_UUID(as_uuid=True)))
        )

    def _by_row(self) -> Sequence[ColumnElement[bool]]:
        named = (
            select(true())
            .where(
                Document.client_id == Process.client_id,
                Document.process_id == Process.process_id,
                *_begins(Document.name_key, self.text.lower()),
            )
            .limit(1)
            .correlate(Process)
            .scalar_subquery()
        )
        low, high = _begins(Process.external_key, self.text.lower())
        return [func.coalesce(named, False), low & high, *self._by_id()]

    def _by_id(self) -> Sequence[ColumnElement[bool]]:
        bounds = id_bounds(self.text)
        return [Process.process_id.between(*bounds)] if bounds else []

    def _hits(self, client_id: UUID) -> Select[UUID]:
        key = self.text.lower()
        processes = select(Process.process_id).where(Process.client_id == client_id)
        documents = select(Document.process_id).where(Document.client_id == client_id)
        parts = [
            processes.where(*_begins(Process.external_key, key)).limit(self.few + 1),
            documents.where(*_begins(Document.name_key, key)).limit(self.few + 1),
            *(processes.where(same).limit(self.few + 1) for same in self._by_id()),
        ]
        every = union_all(*(select(part.subquery().c.process_id) for part in parts)).subquery()
        return select(every.c.process_id).limit(self.few + 1)


def id_bounds(text: str) -> tuple[UUID, UUID] | None:
    """The first and last id that begins so, with the dashes where ids have them; None for what no id begins with."""
    text = text.lower()
    digits = text.replace("-", "")
    if not _ID_BEGINNING.fullmatch(text) or len(digits) > 32:
        return None
    first, last = UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))
    return (first, last) if str(first).startswith(text) else None


def _begins(
    column: InstrumentedAttribute[str | None], beginning: str
) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """In the order of bytes a prefix is a range. LIKE is not leak-proof, so no index would serve it here."""
    return (column >= literal(beginning), column < literal(beginning + _HIGHEST))

"""Finding processes by what people know them by: a part of a file's name or an external id, a value that was read, how an id begins."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, any_, cast, func, literal, or_, select, true, union_all
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from docflow.features.documents.models import Document
from docflow.features.processes.models import Process, ProcessField

FEW = 20_000
"""Up to so many hits are looked up by their ids (about 2 µs each); more are met soon by walking down the list."""
CARRIED = 1_000
"""Up to so many ids go along with the question, so that they are looked for once."""
LEAST_PART = 3
"""Characters that a part needs for its index; what is shorter is looked for at the beginning."""
NEWEST = 500
"""Of so many processes at the top a tenth must fit for a text to count as common."""
_HIGHEST = "\U0010ffff"
_COMMA_AMOUNT = re.compile(r"-?(\d{1,3}([. ]\d{3})+|\d+),\d{1,2}")
_POINT_AMOUNT = re.compile(r"-?\d{1,3}([, ]\d{3})+(\.\d{1,2})?")
_ID_BEGINNING = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{0,4}){0,3}(-[0-9a-f]{0,12})?|[0-9a-f]{4,7}")


@dataclass(frozen=True, slots=True)
class Search:
    """`text` in any case."""

    text: str
    few: int = FEW

    async def where(self, session: AsyncSession, client_id: UUID) -> ColumnElement[bool]:
        """The condition on processes that is quick for this text: few hits by their ids, many by a look at each row."""
        if self._key_is_part and await self._is_common(session, client_id):
            return or_(*self._by_row())
        hits = self._hits(client_id)
        found = hits.subquery()
        ids = func.array_agg(found.c.process_id, type_=ARRAY(PG_UUID(as_uuid=True)))
        count, known = (await session.execute(select(func.count(), ids[1:CARRIED]).select_from(found))).one()
        if count > self.few:
            return or_(*self._by_row())
        if count <= CARRIED:
            return Process.process_id.in_(known or ())
        # As an array it is worked out once, and the planner takes it for the short list that it is.
        return Process.process_id == any_(
            func.array(hits.scalar_subquery(), type_=ARRAY(PG_UUID(as_uuid=True)))
        )

    @property
    def _key(self) -> str:
        return self.text.lower()

    @property
    def _key_is_part(self) -> bool:
        return len(self._key) >= LEAST_PART

    async def _is_common(self, session: AsyncSession, client_id: UUID) -> bool:
        """A page of it is together soon by walking down the list, sooner than an index gives its many hits."""
        newest = (
            select(or_(*self._by_row()).label("fits"))
            .where(Process.client_id == client_id)
            .order_by(Process.created_at.desc(), Process.process_id.desc())
            .limit(NEWEST)
            .subquery()
        )
        fitting = await session.scalar(select(func.count()).select_from(newest).where(newest.c.fits))
        return (fitting or 0) * 10 >= NEWEST

    def _by_row(self) -> Sequence[ColumnElement[bool]]:
        named = (
            select(true())
            .where(
                Document.client_id == Process.client_id,
                Document.process_id == Process.process_id,
                self._fits(Document.name_key),
            )
            .limit(1)
            .correlate(Process)
            .scalar_subquery()
        )
        bearing = (
            select(true())
            .where(
                ProcessField.client_id == Process.client_id,
                ProcessField.process_id == Process.process_id,
                self._is_value(ProcessField.value),
            )
            .limit(1)
            .correlate(Process)
            .scalar_subquery()
        )
        read = [func.coalesce(bearing, False)] if self._key_is_part else []
        return [func.coalesce(named, False), self._fits(Process.external_key), *read, *self._by_id()]

    def _is_value(self, column: InstrumentedAttribute[str]) -> ColumnElement[bool]:
        """As `field.<name>` compares, with capitals added and amounts as people write them."""
        meant = dict.fromkeys((self.text, self.text.upper(), plain_amount(self.text)))
        # As subqueries they are worked out once, not at each row.
        once = [select(func.field_text(func.to_jsonb(cast(one, Text)))).scalar_subquery() for one in meant]
        return column == any_(array(once))

    def _fits(self, column: InstrumentedAttribute[str | None]) -> ColumnElement[bool]:
        return func.strpos(column, self._key) > 0 if self._key_is_part else _begins(column, self._key)

    def _by_id(self) -> Sequence[ColumnElement[bool]]:
        bounds = id_bounds(self.text)
        return [Process.process_id.between(*bounds)] if bounds else []

    def _hits(self, client_id: UUID) -> Select[UUID]:
        processes = select(Process.process_id).where(Process.client_id == client_id)
        parts = [
            *self._by_index(client_id),
            *(processes.where(same).limit(self.few + 1) for same in self._by_id()),
        ]
        every = union_all(*(select(part.subquery().c.process_id) for part in parts)).subquery()
        return select(every.c.process_id).limit(self.few + 1)

    def _by_index(self, client_id: UUID) -> Sequence[Select[UUID]]:
        if self._key_is_part:
            return [
                select(func.find_by_part(self._key, self.few + 1).column_valued("process_id")),
                self._bearing(client_id),
            ]
        processes = select(Process.process_id).where(Process.client_id == client_id)
        documents = select(Document.process_id).where(Document.client_id == client_id)
        return [
            processes.where(_begins(Process.external_key, self._key)).limit(self.few + 1),
            documents.where(_begins(Document.name_key, self._key)).limit(self.few + 1),
        ]

    def _bearing(self, client_id: UUID) -> Select[UUID]:
        """By the index of fields, whose keys begin with a name: each name there is gets one look."""
        names = (
            select(func.min(ProcessField.name).label("name"))
            .where(ProcessField.client_id == client_id)
            .cte("names", recursive=True)
        )
        after = aliased(ProcessField)
        behind = select(func.min(after.name)).where(after.client_id == client_id, after.name > names.c.name)
        names = names.union_all(select(behind.scalar_subquery()).where(names.c.name.is_not(None)))
        return (
            select(ProcessField.process_id)
            .join(names, names.c.name == ProcessField.name)
            .where(ProcessField.client_id == client_id, self._is_value(ProcessField.value))
            .limit(self.few + 1)
        )


def plain_amount(text: str) -> str:
    """`1.234,50`, `1 234,50` and `1,234.50` as 1234.50; anything else as it is."""
    if _COMMA_AMOUNT.fullmatch(text):
        return text.replace(".", "").replace(" ", "").replace(",", ".")
    return re.sub("[, ]", "", text) if _POINT_AMOUNT.fullmatch(text) else text


def id_bounds(text: str) -> tuple[UUID, UUID] | None:
    """The first and last id that begins so, with the dashes where ids have them; None for what no id begins with."""
    text = text.lower()
    digits = text.replace("-", "")
    if not _ID_BEGINNING.fullmatch(text) or len(digits) > 32:
        return None
    first, last = UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))
    return (first, last) if str(first).startswith(text) else None


def _begins(column: InstrumentedAttribute[str | None], beginning: str) -> ColumnElement[bool]:
    """In the order of bytes a prefix is a range. LIKE is not leak-proof, so no index would serve it here."""
    return (column >= literal(beginning)) & (column < literal(beginning + _HIGHEST))

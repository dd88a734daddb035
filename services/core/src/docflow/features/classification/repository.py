"""What is known of a client's process types, and what its approved documents add to it."""

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.db.database import Database
from docflow.domain.json_types import JsonObject
from docflow.domain.output_schema import shape_of
from docflow.features.classification.scoring import KnownType, LearnedWords
from docflow.features.classification.words import BUCKETS, buckets_of, folded

TTL_S = 10.0
"""A type that was switched on or off, or learned something, counts after so long at the latest."""
MAX_TYPES = 200
MOST_DOCUMENTS = 1000
"""From here on half of what was learned is forgotten, so that a type may change its looks and counts stay small."""
_REMEMBERED = 256

_KNOWN = text(
    "SELECT t.process_type_id, t.display_name, t.description, coalesce(own.output_schema, given.output_schema)"
    " AS output_schema, w.documents, w.counts"
    " FROM process_types t"
    " LEFT JOIN LATERAL (SELECT c.output_schema FROM configurations c WHERE c.client_id = :client_id"
    " AND c.process_type_id = t.process_type_id AND c.state = 'published' AND c.is_active"
    " ORDER BY c.version DESC LIMIT 1) own ON true"
    " LEFT JOIN LATERAL (SELECT c.output_schema FROM configurations c WHERE c.client_id IS NULL"
    " AND c.process_type_id = t.process_type_id AND c.version = t.default_version AND c.state = 'published'"
    " AND c.is_active) given ON true"
    " LEFT JOIN type_words w ON w.client_id = :client_id AND w.process_type_id = t.process_type_id"
    " WHERE t.is_active AND (t.client_id = :client_id OR t.client_id IS NULL)"
    " ORDER BY t.client_id NULLS LAST, t.process_type_id LIMIT :most"
)

_LEARN = text(
    "INSERT INTO type_words AS w (client_id, process_type_id, documents, counts)"
    " VALUES (:client_id, :process_type_id, 1, CAST(:counts AS smallint[]))"
    " ON CONFLICT (client_id, process_type_id) DO UPDATE SET"
    " documents = CASE WHEN w.documents >= :most THEN w.documents / 2 ELSE w.documents END + 1,"
    " counts = (SELECT array_agg((CASE WHEN w.documents >= :most THEN u.had / 2 ELSE u.had END + u.new)::smallint"
    " ORDER BY u.place) FROM unnest(w.counts, excluded.counts) WITH ORDINALITY AS u (had, new, place))"
)


class TypeCatalog:
    """The active process types of each client, kept for some seconds."""

    def __init__(self, database: Database, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock_s = clock_s
        self._kept: OrderedDict[UUID, tuple[float, tuple[KnownType, ...]]] = OrderedDict()

    async def of(self, client_id: UUID) -> tuple[KnownType, ...]:
        kept = self._kept.get(client_id)
        if kept is not None and self._clock_s() - kept[0] < TTL_S:
            return kept[1]
        async with self._database.client(client_id) as session:
            rows = (await session.execute(_KNOWN, {"client_id": client_id, "most": MAX_TYPES})).all()
        found = tuple(_known(row) for row in rows)
        self._kept[client_id] = (self._clock_s(), found)
        self._kept.move_to_end(client_id)
        if len(self._kept) > _REMEMBERED:
            self._kept.popitem(last=False)
        return found


async def learn(session: AsyncSession, client_id: UUID, process_type_id: str, document: str) -> None:
    """Remember the words of a document that a person said is of this type. Nothing of it can be read back."""
    buckets = buckets_of(document)
    if not buckets:
        return
    counts = [int(bucket in buckets) for bucket in range(BUCKETS)]
    values = {"client_id": client_id, "process_type_id": process_type_id, "counts": counts}
    await session.execute(_LEARN, {**values, "most": MOST_DOCUMENTS})


async def learn_from_process(
    session: AsyncSession, client_id: UUID, process_id: UUID, process_type_id: str
) -> None:
    """From the first document that was read; a process's others may be enclosures of another kind."""
    rows = await session.execute(
        text(
            "SELECT left(ocr_text, 20000) FROM documents WHERE client_id = :client_id AND process_id = :process_id"
            " AND ocr_text IS NOT NULL ORDER BY position LIMIT 1"
        ),
        {"client_id": client_id, "process_id": process_id},
    )
    read = rows.scalar_one_or_none()
    if read:
        await learn(session, client_id, process_type_id, read)


def _known(row: Row[Any]) -> KnownType:
    return KnownType(
        process_type_id=row.process_type_id,
        name=row.display_name,
        description=row.description or "",
        labels=labels_of(row.output_schema or {}),
        learned=LearnedWords(row.documents, row.counts) if row.documents else None,
    )


def labels_of(schema: JsonObject) -> frozenset[str]:
    """The labels that a schema's fields and columns carry on the page, folded."""
    shape = shape_of(schema)
    specs: Sequence[Any] = (*shape.fields, *(column for table in shape.tables for column in table.columns))
    return frozenset(word for spec in specs for label in spec.labels if (word := folded(label)))

"""The remembered documents of a client and type, kept in memory and looked through whole.

A scan of 10,000 vectors takes a few milliseconds, so nothing is approximate. What was learnt since is added at each
look-up; what was erased is found out when its details are asked for, and leaves the memory when the set is read anew.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Row

from docflow.db.database import Database
from docflow.features.vendor_memory.knowledge import Recalled
from docflow.features.vendor_memory.repository import MOST, VendorMemories
from docflow.features.vendor_memory.vectors import ALIKE, PLACES, Vector, unpacked

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: A look-up asks for the details of so many.
NEIGHBOURS = 12
#: Vectors kept in memory, over all clients: 2 KB each.
KEPT_VECTORS = 30_000
ANEW_AFTER_S = 600.0
#: A row carries the time its transaction began; one that was written meanwhile may be older than the newest seen.
OVERLAP = timedelta(seconds=60)
#: More are scanned beside the event loop.
LARGE = 1_000
_EVER = datetime(1970, 1, 1, tzinfo=UTC)

_Key = tuple[UUID, str]


@dataclass(slots=True)
class _Set:
    read_at_s: float
    newest: datetime
    documents: list[UUID]
    vendors: dict[UUID, str]
    learnt: dict[UUID, datetime]
    vectors: "NDArray[np.float32]"


class VendorIndex:
    """Finds remembered documents that look like one at hand."""

    def __init__(self, database: Database, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock_s = clock_s
        self._sets: OrderedDict[_Key, _Set] = OrderedDict()

    async def any_of(self, client_id: UUID, process_type_id: str) -> bool:
        """Whether anything was learnt of this type; brings the set up to date."""
        return len((await self._current((client_id, process_type_id))).documents) > 0

    async def recalled(
        self,
        client_id: UUID,
        process_type_id: str,
        vector: Vector,
        *,
        other_than: UUID | None = None,
        vendor_key: str | None = None,
    ) -> Recalled:
        """What is known of documents that look like this one: those at ALIKE or more, the likest first.

        `vendor_key` names a vendor whose templates are wanted in any case.
        """
        kept = self._sets.get((client_id, process_type_id))
        alike = await _nearest(kept, vector, other_than) if kept else {}
        keys = {kept.vendors[document_id] for document_id in alike} if kept else set()
        keys |= {vendor_key} if vendor_key else set()
        if not keys:
            return Recalled()
        async with self._database.client(client_id) as session:
            known = VendorMemories(session, client_id)
            return Recalled(await known.memories(alike), await known.templates(process_type_id, sorted(keys)))

    async def _current(self, key: _Key) -> _Set:
        kept = self._sets.get(key)
        if kept is not None and self._clock_s() - kept.read_at_s > ANEW_AFTER_S:
            kept = None
        client_id, process_type_id = key
        since = kept.newest - OVERLAP if kept else _EVER
        async with self._database.client(client_id) as session:
            rows = await VendorMemories(session, client_id).since(process_type_id, since)
        news = [row for row in rows if kept is None or kept.learnt.get(row.document_id) != row.updated_at]
        if kept is None or news:
            kept = _with(kept, news, self._clock_s())
        self._sets[key] = kept
        self._sets.move_to_end(key)
        while len(self._sets) > 1 and sum(len(one.documents) for one in self._sets.values()) > KEPT_VECTORS:
            self._sets.popitem(last=False)
        return kept


def _with(kept: _Set | None, rows: Sequence[Row[Any]], read_at_s: float) -> _Set:
    """The newest MOST of both; a new set, since a scan may run over the old one."""
    import numpy as np

    fresh = {row.document_id: row for row in rows}
    documents = [row.document_id for row in rows]
    vendors = {row.document_id: row.vendor_key for row in rows}
    learnt = {row.document_id: row.updated_at for row in rows}
    vectors = unpacked([row.vector for row in rows]) if rows else np.zeros((0, PLACES), dtype=np.float32)
    if kept is not None:
        old = [at for at, one in enumerate(kept.documents) if one not in fresh]
        documents += [kept.documents[at] for at in old]
        vectors = np.concatenate([vectors, kept.vectors[old]])
        vendors, learnt = {**kept.vendors, **vendors}, {**kept.learnt, **learnt}
    newest = max((row.updated_at for row in rows), default=_EVER)
    return _Set(
        read_at_s if kept is None else kept.read_at_s,
        newest if kept is None else max(newest, kept.newest),
        documents[:MOST],
        {one: vendors[one] for one in documents[:MOST]},
        {one: learnt[one] for one in documents[:MOST]},
        np.ascontiguousarray(vectors[:MOST]),
    )


async def _nearest(kept: _Set, vector: Vector, other_than: UUID | None) -> Mapping[UUID, float]:
    if len(kept.documents) > LARGE:
        return await asyncio.to_thread(_scan, kept, vector, other_than)
    return _scan(kept, vector, other_than)


def _scan(kept: _Set, vector: Vector, other_than: UUID | None) -> dict[UUID, float]:
    import numpy as np

    documents, vectors = kept.documents, kept.vectors
    if not documents:
        return {}
    # Not `@`: BLAS would start threads of its own, which get in the way of the worker's processes.
    cosines = np.einsum("ij,j->i", vectors, vector)
    first = min(NEIGHBOURS + 1, len(documents))
    nearest = np.argpartition(-cosines, first - 1)[:first]
    ranked = sorted(((float(cosines[at]), documents[at]) for at in nearest), reverse=True)
    return {one: cosine for cosine, one in ranked if cosine >= ALIKE and one != other_than}

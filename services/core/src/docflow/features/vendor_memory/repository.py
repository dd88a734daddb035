"""The remembered documents and learnt templates of one client."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.db.lists import page_of_rows
from docflow.domain.errors import NotFound
from docflow.domain.ids import new_id
from docflow.domain.json_types import JsonValue
from docflow.domain.paging import PageOf, PageRequest
from docflow.domain.transition import storable
from docflow.features.vendor_memory.knowledge import Knowledge, Memory, Template
from docflow.features.vendor_memory.lessons import Lesson
from docflow.features.vendor_memory.models import VendorTemplate
from docflow.features.vendor_memory.places import Place

#: The newest so many of a client and type are looked through; older ones of the same vendor would tell nothing new.
MOST = 10_000

_SINCE = text(
    "SELECT document_id, vendor_key, vector, updated_at FROM vendor_memories WHERE client_id = :client_id"
    " AND process_type_id = :process_type_id AND updated_at >= :since ORDER BY updated_at DESC LIMIT :most"
)
_DETAILS = text(
    "SELECT document_id, vendor_key, vendor_name, knowledge FROM vendor_memories WHERE client_id = :client_id"
    " AND document_id = ANY(:documents)"
)
_TEMPLATES = text(
    "SELECT template_id, vendor_key, field, place, hits, misses FROM vendor_templates WHERE client_id = :client_id"
    " AND process_type_id = :process_type_id AND vendor_key = ANY(:keys) ORDER BY vendor_key, field"
)
_REMEMBER = text(
    "INSERT INTO vendor_memories AS m (document_id, client_id, process_id, process_type_id, config_version, vendor_key,"
    " vendor_name, vector, knowledge, is_corrected, by_reviewer)"
    " SELECT d.document_id, :client_id, :process_id, :process_type_id, :config_version, :vendor_key, :vendor_name, :vector,"
    " CAST(:knowledge AS jsonb), :is_corrected, :by_reviewer FROM documents d WHERE d.client_id = :client_id"
    " AND d.process_id = :process_id AND d.document_id = :document_id"
    " ON CONFLICT (document_id) DO UPDATE SET process_type_id = excluded.process_type_id,"
    " config_version = excluded.config_version, vendor_key = excluded.vendor_key, vendor_name = excluded.vendor_name,"
    " vector = excluded.vector, knowledge = excluded.knowledge, by_reviewer = excluded.by_reviewer,"
    " is_corrected = m.is_corrected OR excluded.is_corrected"
)
_JUDGE = text(
    "UPDATE vendor_templates t SET hits = t.hits + v.hit, misses = t.misses + 1 - v.hit"
    " FROM unnest(CAST(:ids AS uuid[]), CAST(:hits AS integer[])) AS v (template_id, hit)"
    " WHERE t.client_id = :client_id AND t.template_id = v.template_id"
)
# A place that was shown to be wrong is replaced; how often the vendor's field was wrong is not forgotten.
_LEARN = text(
    "INSERT INTO vendor_templates AS t (template_id, client_id, process_id, process_type_id, vendor_key, vendor_name,"
    " field, place, learned_by) VALUES (:template_id, :client_id, :process_id, :process_type_id, :vendor_key, :vendor_name,"
    " :field, CAST(:place AS jsonb), :by) ON CONFLICT (client_id, process_type_id, vendor_key, field) DO UPDATE SET"
    " place = excluded.place, process_id = excluded.process_id, vendor_name = excluded.vendor_name,"
    " learned_by = excluded.learned_by, hits = 0"
)


@dataclass(frozen=True, slots=True)
class Taught:
    """Whose approval of which document a lesson is."""

    client_id: UUID
    process_id: UUID
    document_id: UUID
    process_type_id: str
    config_version: int
    by: str
    is_person: bool


class VendorMemories:
    def __init__(self, session: AsyncSession, client_id: UUID) -> None:
        self._session = session
        self._client_id = client_id

    async def since(self, process_type_id: str, since: datetime) -> Sequence[Row[Any]]:
        """(document_id, vendor_key, vector, updated_at) of what was learnt from then on, the newest first."""
        given = {"client_id": self._client_id, "process_type_id": process_type_id}
        return (await self._session.execute(_SINCE, {**given, "since": since, "most": MOST})).all()

    async def memories(self, alike: Mapping[UUID, float]) -> tuple[Memory, ...]:
        """Those that still stand, the likest first."""
        given = {"client_id": self._client_id, "documents": list(alike)}
        rows = (await self._session.execute(_DETAILS, given)).all() if alike else []
        found = [
            Memory(
                row.document_id,
                row.vendor_key,
                row.vendor_name,
                alike[row.document_id],
                Knowledge.from_json(row.knowledge),
            )
            for row in rows
        ]
        return tuple(sorted(found, key=lambda memory: memory.alike, reverse=True))

    async def templates(self, process_type_id: str, vendor_keys: Sequence[str]) -> tuple[Template, ...]:
        given = {"client_id": self._client_id, "process_type_id": process_type_id, "keys": list(vendor_keys)}
        rows = (await self._session.execute(_TEMPLATES, given)).all() if vendor_keys else []
        return tuple(
            Template(
                row.template_id,
                row.vendor_key,
                row.field,
                Place.from_json(row.place),
                row.hits,
                row.misses,
            )
            for row in rows
        )

    async def page(self, request: PageRequest, process_type_id: str | None = None) -> PageOf[VendorTemplate]:
        """The learnt templates, newest first."""
        query = select(VendorTemplate).where(VendorTemplate.client_id == self._client_id)
        if process_type_id is not None:
            query = query.where(VendorTemplate.process_type_id == process_type_id)
        return await page_of_rows(
            self._session, query, request, VendorTemplate.created_at, VendorTemplate.template_id
        )

    async def remove(self, template_id: UUID) -> VendorTemplate:
        """Take a template out for good, and hand it back as it was. Raises NotFound."""
        row = (
            await self._session.scalars(
                delete(VendorTemplate)
                .where(VendorTemplate.client_id == self._client_id, VendorTemplate.template_id == template_id)
                .returning(VendorTemplate)
            )
        ).one_or_none()
        if row is None:
            raise NotFound("no such template")
        return row


async def remember(session: AsyncSession, taught: Taught, lesson: Lesson) -> None:
    """Keep what an approved document teaches, in the transaction of its approval. A repeat replaces it."""
    given = {
        "client_id": taught.client_id,
        "process_id": taught.process_id,
        "process_type_id": taught.process_type_id,
        "vendor_key": lesson.vendor_key or f"document:{taught.document_id}",
        "vendor_name": storable(lesson.vendor_name),
    }
    await session.execute(
        _REMEMBER,
        {
            **given,
            "document_id": taught.document_id,
            "config_version": taught.config_version,
            "vector": lesson.vector,
            "knowledge": _dumped(lesson.knowledge.as_json()),
            "is_corrected": bool(lesson.knowledge.corrected),
            "by_reviewer": taught.is_person,
        },
    )
    if lesson.verdicts:
        judged = sorted(lesson.verdicts.items())
        verdicts = {"ids": [one for one, _ in judged], "hits": [int(hit) for _, hit in judged]}
        await session.execute(_JUDGE, {"client_id": taught.client_id, **verdicts})
    learnt = [
        {**given, "template_id": new_id(), "field": path, "place": _dumped(place.as_json()), "by": taught.by}
        for path, place in sorted(lesson.templates.items())
    ]
    if learnt:
        await session.execute(_LEARN, learnt)


def _dumped(value: JsonValue) -> str:
    return json.dumps(storable(value))

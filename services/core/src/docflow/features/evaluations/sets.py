"""Frozen sets of approved documents with the values that were approved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.db.lists import page_of_rows
from docflow.domain.errors import Conflict, NotFound
from docflow.domain.ids import new_id
from docflow.domain.json_types import JsonObject
from docflow.domain.paging import PageOf, PageRequest
from docflow.features.audit.messages import act_audit
from docflow.features.evaluations.models import EvaluationItem, EvaluationSet

MAX_DOCUMENTS = 1000

# What was approved stands in the process's result, a person's corrections among it. Of several documents it would not
# say which one a value is of, so only processes of a single document are taken.
_FILL = text(
    """
    INSERT INTO evaluation_items (client_id, set_id, document_id, expected)
    SELECT chosen.client_id, :set_id, chosen.document_id, chosen.expected
    FROM (
        SELECT p.client_id, d.document_id,
            (SELECT jsonb_object_agg(read.name, read.field -> 'value')
             FROM jsonb_each(p.extraction_result -> 'fields') AS read (name, field)) AS expected
        FROM processes p JOIN documents d ON d.client_id = p.client_id AND d.process_id = p.process_id
        WHERE p.client_id = :client_id AND p.process_type_id = :process_type_id AND p.status = 'completed'
            AND d.status = 'completed' AND d.extracted_data IS NOT NULL
            AND jsonb_typeof(p.extraction_result -> 'fields') = 'object' AND p.extraction_result -> 'fields' <> '{}'
            AND (:with_unreviewed OR EXISTS (
                SELECT 1 FROM reviews r
                WHERE r.client_id = p.client_id AND r.process_id = p.process_id AND r.decision = 'approve'
            ))
            AND (CAST(:config_version AS integer) IS NULL OR p.config_version = :config_version)
            AND (CAST(:after AS timestamptz) IS NULL OR p.created_at > :after)
            AND (CAST(:before AS timestamptz) IS NULL OR p.created_at < :before)
            AND NOT EXISTS (
                SELECT 1 FROM documents o
                WHERE o.client_id = d.client_id AND o.process_id = d.process_id AND o.document_id <> d.document_id
            )
        ORDER BY p.created_at DESC, p.process_id DESC
        LIMIT :limit
    ) chosen
    """
)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which completed documents: the newest `limit` that fit. Bounds are exclusive, of when a process was accepted.

    Without `with_unreviewed` a person has approved each; what went straight through would be measured by itself.
    """

    process_type_id: str
    config_version: int | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None
    with_unreviewed: bool = False
    limit: int = 200


@dataclass(frozen=True, slots=True)
class FieldCount:
    """Of one field: documents that have a value, and documents that have none."""

    labelled: int
    empty: int


@dataclass(frozen=True, slots=True)
class Item:
    document_id: UUID
    expected: JsonObject


class EvaluationSets:
    def __init__(self, session: AsyncSession, client_id: UUID) -> None:
        self._session = session
        self._client_id = client_id

    async def add(self, name: str, choice: Choice, *, by: str, at: datetime) -> tuple[EvaluationSet, int]:
        """The set and its count of documents. Raises Conflict `evaluation_set_empty` where none fits."""
        row = EvaluationSet(
            set_id=new_id(),
            client_id=self._client_id,
            process_type_id=choice.process_type_id,
            config_version=choice.config_version,
            name=name,
            created_by=by,
        )
        self._session.add(row)
        await self._session.flush()
        await self._session.execute(
            _FILL,
            {
                "client_id": self._client_id,
                "set_id": row.set_id,
                "process_type_id": choice.process_type_id,
                "config_version": choice.config_version,
                "after": choice.created_after,
                "before": choice.created_before,
                "with_unreviewed": choice.with_unreviewed,
                "limit": min(choice.limit, MAX_DOCUMENTS),
            },
        )
        documents = (await self.documents([row.set_id]))[row.set_id]
        if not documents:
            raise Conflict("no approved document fits", code="evaluation_set_empty")
        self._note(row, "evaluation_set_created", documents, by=by, at=at)
        return row, documents

    async def get(self, set_id: UUID) -> EvaluationSet:
        """Raises NotFound, also for another client's set."""
        found: EvaluationSet | None = await self._session.scalar(
            select(EvaluationSet).where(
                EvaluationSet.client_id == self._client_id, EvaluationSet.set_id == set_id
            )
        )
        if found is None:
            raise NotFound("no such evaluation set")
        return found

    async def page(self, request: PageRequest, process_type_id: str | None) -> PageOf[EvaluationSet]:
        """Newest first."""
        query = select(EvaluationSet).where(EvaluationSet.client_id == self._client_id)
        if process_type_id is not None:
            query = query.where(EvaluationSet.process_type_id == process_type_id)
        return await page_of_rows(
            self._session, query, request, EvaluationSet.created_at, EvaluationSet.set_id
        )

    async def documents(self, set_ids: Sequence[UUID]) -> dict[UUID, int]:
        """How many each still has."""
        rows = await self._session.execute(
            select(EvaluationItem.set_id, func.count())
            .where(EvaluationItem.client_id == self._client_id, EvaluationItem.set_id.in_(set_ids))
            .group_by(EvaluationItem.set_id)
        )
        counted = {row[0]: int(row[1]) for row in rows}
        return {set_id: counted.get(set_id, 0) for set_id in set_ids}

    async def fields(self, set_id: UUID) -> dict[str, FieldCount]:
        rows = await self._session.execute(
            text(
                "SELECT read.name, count(*) FILTER (WHERE read.value <> 'null') AS labelled,"
                " count(*) FILTER (WHERE read.value = 'null') AS empty FROM evaluation_items i"
                " CROSS JOIN LATERAL jsonb_each(i.expected) AS read (name, value)"
                " WHERE i.client_id = :client_id AND i.set_id = :set_id GROUP BY read.name ORDER BY read.name"
            ),
            {"client_id": self._client_id, "set_id": set_id},
        )
        return {row.name: FieldCount(row.labelled, row.empty) for row in rows}

    async def remove(self, set_id: UUID, *, by: str, at: datetime) -> None:
        """With its evaluations. Raises NotFound, also when done before."""
        row = await self.get(set_id)
        documents = (await self.documents([set_id]))[set_id]
        self._note(row, "evaluation_set_deleted", documents, by=by, at=at)
        await self._session.execute(
            delete(EvaluationSet).where(
                EvaluationSet.client_id == self._client_id, EvaluationSet.set_id == set_id
            )
        )

    def _note(self, row: EvaluationSet, action: str, documents: int, *, by: str, at: datetime) -> None:
        what: JsonObject = {
            "set_id": str(row.set_id),
            "process_type_id": row.process_type_id,
            "documents": documents,
        }
        self._session.add(act_audit(client_id=self._client_id, at=at, action=action, by=by, payload=what))

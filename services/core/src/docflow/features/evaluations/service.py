"""Evaluations as people ask for them: begun, looked at, taken away."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.db.counted import has_room
from docflow.db.lists import page_of_rows
from docflow.domain.errors import Conflict, NotFound
from docflow.domain.ids import new_id
from docflow.domain.json_types import JsonObject
from docflow.domain.paging import PageOf, PageRequest
from docflow.features.audit.messages import act_audit
from docflow.features.evaluations.models import Evaluation, EvaluationReading
from docflow.features.evaluations.sets import EvaluationSets
from docflow.features.evaluations.states import EvaluationStatus, Side
from docflow.features.evaluations.versions import Versions

MAX_OPEN = 10
"""Of one client at a time: each may cost as much as reading its whole set."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A version to read with: the configuration in force where none is named, its own prompt where none is."""

    config_id: UUID | None = None
    prompt_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class EvaluationFilter:
    set_id: UUID | None = None
    process_type_id: str | None = None
    status: EvaluationStatus | None = None


class Evaluations:
    def __init__(self, session: AsyncSession, client_id: UUID) -> None:
        self._session = session
        self._client_id = client_id

    async def begin(
        self, set_id: UUID, candidate: Wanted | None, baseline: Wanted | None, *, by: str, at: datetime
    ) -> Evaluation:
        """To be read by a worker. Without a baseline the candidate is compared with what is in force.

        Without a candidate, or where the two would be the same, one version is measured alone. Raises NotFound,
        UserError, PermanentError `configuration_missing` and Conflict `too_many_evaluations`.
        """
        sets, versions = (
            EvaluationSets(self._session, self._client_id),
            Versions(self._session, self._client_id),
        )
        chosen = await sets.get(set_id)
        await self._refuse_too_many()
        type_id = chosen.process_type_id
        ours = candidate or baseline or Wanted()
        first = await versions.named(type_id, ours.config_id, ours.prompt_id)
        other = None
        if candidate is not None and (baseline is not None or await versions.in_force(type_id)):
            against = baseline or Wanted()
            other = await versions.named(type_id, against.config_id, against.prompt_id)
        if other == first:
            other = None
        row = Evaluation(
            evaluation_id=new_id(),
            client_id=self._client_id,
            set_id=set_id,
            process_type_id=type_id,
            candidate=first.as_json(),
            baseline=None if other is None else other.as_json(),
            documents=(await sets.documents([set_id]))[set_id],
            created_by=by,
        )
        self._session.add(row)
        await self._session.flush()
        await self._session.refresh(row)
        self._note(row, "evaluation_begun", by=by, at=at)
        return row

    async def get(self, evaluation_id: UUID) -> Evaluation:
        """Raises NotFound, also for another client's evaluation."""
        found: Evaluation | None = await self._session.scalar(
            select(Evaluation).where(
                Evaluation.client_id == self._client_id, Evaluation.evaluation_id == evaluation_id
            )
        )
        if found is None:
            raise NotFound("no such evaluation")
        return found

    async def page(self, chosen: EvaluationFilter, request: PageRequest) -> PageOf[Evaluation]:
        """Newest first."""
        query = select(Evaluation).where(Evaluation.client_id == self._client_id)
        for name in ("set_id", "process_type_id", "status"):
            wanted = getattr(chosen, name)
            if wanted is not None:
                query = query.where(getattr(Evaluation, name) == wanted)
        return await page_of_rows(
            self._session, query, request, Evaluation.created_at, Evaluation.evaluation_id
        )

    async def done(self, evaluation_ids: list[UUID]) -> dict[UUID, int]:
        """How many documents the candidate of each has read."""
        rows = await self._session.execute(
            select(EvaluationReading.evaluation_id, func.count())
            .where(
                EvaluationReading.client_id == self._client_id,
                EvaluationReading.evaluation_id.in_(evaluation_ids),
                EvaluationReading.side == Side.CANDIDATE,
            )
            .group_by(EvaluationReading.evaluation_id)
        )
        counted = {row[0]: int(row[1]) for row in rows}
        return {one: counted.get(one, 0) for one in evaluation_ids}

    async def remove(self, evaluation_id: UUID, *, by: str, at: datetime) -> None:
        """Also while it runs: the worker then finds it gone. Raises NotFound, also when done before."""
        self._note(await self.get(evaluation_id), "evaluation_deleted", by=by, at=at)
        await self._session.execute(
            delete(Evaluation).where(
                Evaluation.client_id == self._client_id, Evaluation.evaluation_id == evaluation_id
            )
        )

    async def _refuse_too_many(self) -> None:
        is_open = Evaluation.status.in_([EvaluationStatus.PENDING.value, EvaluationStatus.RUNNING.value])
        own = Evaluation.client_id == self._client_id, is_open
        if not await has_room(self._session, Evaluation, MAX_OPEN, *own, client_id=self._client_id):
            raise Conflict(
                f"{MAX_OPEN} evaluations are waiting or running already", code="too_many_evaluations"
            )

    def _note(self, row: Evaluation, action: str, *, by: str, at: datetime) -> None:
        what: JsonObject = {
            "evaluation_id": str(row.evaluation_id),
            "set_id": str(row.set_id),
            "process_type_id": row.process_type_id,
        }
        self._session.add(act_audit(client_id=self._client_id, at=at, action=action, by=by, payload=what))

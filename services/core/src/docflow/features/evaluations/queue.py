"""Evaluations as a worker carries them on: taken for a while, a few documents at a time, given back.

What was read is kept at once, so a repeat reads only what is missing. All writes hold the evaluation's row and ask for
the attempt: a worker whose hold ran out writes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.json_types import JsonObject
from docflow.features.audit.messages import act_audit
from docflow.features.evaluations.figures import Reading, outcomes_as_json, outcomes_from
from docflow.features.evaluations.models import Evaluation, EvaluationReading
from docflow.features.evaluations.sets import Item
from docflow.features.evaluations.states import EvaluationStatus, Side, Verdict


@dataclass(frozen=True, slots=True)
class Taken:
    """One evaluation in hand. `attempt` is the fence."""

    evaluation_id: UUID
    client_id: UUID
    attempt: int
    failures: int


class Lost(Exception):
    """The evaluation is gone, or another worker has it."""


async def take(session: AsyncSession, limit: int, *, hold_s: float) -> list[Taken]:
    """Due ones over all clients, the longest waiting first; who does not give them back in time loses them."""
    rows = await session.execute(
        text("SELECT * FROM take_evaluations(:limit, :hold_s)"), {"limit": limit, "hold_s": hold_s}
    )
    return [Taken(row.evaluation_id, row.client_id, row.attempt, row.failures) for row in rows]


class EvaluationWork:
    """Works through a session that is bound to the evaluation's client."""

    def __init__(self, session: AsyncSession, taken: Taken) -> None:
        self._session = session
        self._taken = taken

    async def row(self) -> Evaluation:
        """Locked. Raises Lost."""
        found: Evaluation | None = await self._session.scalar(
            select(Evaluation)
            .where(
                Evaluation.client_id == self._taken.client_id,
                Evaluation.evaluation_id == self._taken.evaluation_id,
                Evaluation.attempt == self._taken.attempt,
                Evaluation.status == EvaluationStatus.RUNNING,
            )
            .with_for_update()
        )
        if found is None:
            raise Lost
        return found

    async def unread(self, sides: Sequence[Side], limit: int) -> list[Item]:
        """Documents that not all of these sides have read, in the order of their ids."""
        rows = await self._session.execute(
            text(
                "SELECT i.document_id, i.expected FROM evaluations e JOIN evaluation_items i"
                " ON i.client_id = e.client_id AND i.set_id = e.set_id"
                " WHERE e.client_id = :client_id AND e.evaluation_id = :evaluation_id AND :sides > ("
                " SELECT count(*) FROM evaluation_readings r WHERE r.client_id = e.client_id"
                " AND r.evaluation_id = e.evaluation_id AND r.document_id = i.document_id)"
                " ORDER BY i.document_id LIMIT :limit"
            ),
            {**self._key, "sides": len(sides), "limit": limit},
        )
        return [Item(row.document_id, row.expected) for row in rows]

    async def hold(self, hold_s: float) -> None:
        """From now on for so long. Nothing happens where it has ended or another worker has it."""
        await self._set({}, due_in_s=hold_s)

    async def keep(self, readings: Sequence[tuple[Side, Reading]]) -> None:
        """A document that was erased meanwhile is left out. Raises Lost."""
        row = await self.row()
        # Locked so that none goes between this look and the insert.
        still = set(
            await self._session.scalars(
                text(
                    "SELECT document_id FROM documents WHERE client_id = :client_id AND document_id = ANY (:ids)"
                    " FOR KEY SHARE"
                ),
                {"client_id": self._taken.client_id, "ids": [one.document_id for _, one in readings]},
            )
        )
        rows = [self._as_row(side, one) for side, one in readings if one.document_id in still]
        if rows:
            await self._session.execute(insert(EvaluationReading).values(rows).on_conflict_do_nothing())
        row.failures = 0

    async def give_back(self, *, due_in_s: float, failed: bool) -> None:
        """For any worker, from then on. Raises Lost."""
        await self.row()
        await self._set({"failures": self._taken.failures + int(failed)}, due_in_s=due_in_s)

    async def readings(self, side: Side) -> list[Reading]:
        rows = await self._session.scalars(
            select(EvaluationReading)
            .where(
                EvaluationReading.client_id == self._taken.client_id,
                EvaluationReading.evaluation_id == self._taken.evaluation_id,
                EvaluationReading.side == side,
            )
            .order_by(EvaluationReading.document_id)
        )
        return [_reading(row) for row in rows]

    async def complete(self, figures: JsonObject, verdict: Verdict | None, *, at: datetime) -> None:
        """Raises Lost."""
        row = await self.row()
        row.status, row.figures, row.completed_at = EvaluationStatus.COMPLETED.value, dict(figures), at
        row.verdict = None if verdict is None else verdict.value
        self._note(row, "evaluation_completed", at, {"verdict": row.verdict})

    async def fail(self, code: str, *, at: datetime) -> None:
        """What was read stays. Raises Lost."""
        row = await self.row()
        row.status, row.error_code, row.completed_at = EvaluationStatus.FAILED.value, code, at
        self._note(row, "evaluation_failed", at, {"code": code})

    async def _set(self, values: JsonObject, *, due_in_s: float) -> None:
        await self._session.execute(
            update(Evaluation)
            .where(
                Evaluation.client_id == self._taken.client_id,
                Evaluation.evaluation_id == self._taken.evaluation_id,
                Evaluation.attempt == self._taken.attempt,
                Evaluation.status == EvaluationStatus.RUNNING,
            )
            .values(
                **values,
                available_at=text("clock_timestamp() + make_interval(secs => :due_in_s)").bindparams(
                    due_in_s=due_in_s
                ),
            )
        )

    def _as_row(self, side: Side, one: Reading) -> JsonObject:
        return {
            "client_id": self._taken.client_id,
            "evaluation_id": self._taken.evaluation_id,
            "document_id": one.document_id,
            "side": side.value,
            "outcomes": outcomes_as_json(one.outcomes),
            "needs_review": one.needs_review,
            "pages": one.pages,
            "duration_ms": one.duration_ms,
            "provider": one.provider,
            "model": one.model,
            "tokens_input": one.tokens_input,
            "tokens_output": one.tokens_output,
            "cost_micros": one.cost_micros,
            "error_code": one.error_code,
        }

    def _note(self, row: Evaluation, action: str, at: datetime, more: JsonObject) -> None:
        what: JsonObject = {"evaluation_id": str(row.evaluation_id), "set_id": str(row.set_id), **more}
        self._session.add(act_audit(client_id=row.client_id, at=at, action=action, payload=what))

    @property
    def _key(self) -> dict[str, UUID]:
        return {"client_id": self._taken.client_id, "evaluation_id": self._taken.evaluation_id}


def _reading(row: EvaluationReading) -> Reading:
    return Reading(
        document_id=row.document_id,
        outcomes=outcomes_from(row.outcomes),
        needs_review=row.needs_review,
        pages=row.pages,
        duration_ms=row.duration_ms,
        provider=row.provider,
        model=row.model,
        tokens_input=row.tokens_input,
        tokens_output=row.tokens_output,
        cost_micros=row.cost_micros,
        error_code=row.error_code,
    )

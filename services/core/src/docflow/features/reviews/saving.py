"""What a reviewer put right becomes the process's, and is kept: before, after, where it stands, why it was wrong, who."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.announcing import Announcer, Subject
from docflow.domain.correcting import Change
from docflow.domain.errors import PreconditionFailed
from docflow.domain.ids import new_id
from docflow.domain.jobs import ProcessState
from docflow.domain.judging import Judged
from docflow.domain.stages import ProcessStatus
from docflow.domain.transition import ProcessChange, Transition, storable
from docflow.features.reviews.claims import Acting, OpenReview, tell
from docflow.features.reviews.held import held
from docflow.features.stage_runs import repository


@dataclass(frozen=True, slots=True)
class Correction:
    """Worked out from the process at `version`; of another it says nothing.

    `names` are the fields and tables that a person vouches for, `changes` those values that became others. `judged` tells
    what the rules say of the values as they are now. `document_id` None = the primary document's.
    """

    version: int
    names: tuple[str, ...]
    changes: tuple[Change, ...]
    judged: Judged
    overall_confidence: float
    document_id: UUID | None = None


async def correct(
    session: AsyncSession,
    *,
    client_id: UUID,
    process_id: UUID,
    correction: Correction,
    by: str,
    holder: UUID | None,
    at: datetime,
    expected_version: int | None = None,
) -> int:
    """Before anything is decided: the process's version afterwards; it stays held.

    Raises as `held` does, and PreconditionFailed as `save` does. Committing is the caller's.
    """
    process, review = await held(
        session, client_id, process_id, holder, at, expected_version=expected_version
    )
    return await save(session, process, review, correction, by=by, at=at)


async def save(
    session: AsyncSession,
    process: ProcessState,
    review: OpenReview,
    correction: Correction,
    *,
    by: str,
    at: datetime,
) -> int:
    """The process's version afterwards. It stays held; approvals that were given of other values are void.

    The caller holds the process locked. Raises PreconditionFailed where it changed since the correction was worked out.
    """
    if process.version != correction.version:
        raise PreconditionFailed("the process has changed since it was read")
    await keep_changes(session, review, correction.changes, by, correction.document_id)
    reasons = [reason.as_json() for reason in correction.judged.reasons]
    await session.execute(
        text(
            "UPDATE reviews SET reasons = CAST(:reasons AS jsonb), approved_by = '[]', version = version + 1"
            " WHERE client_id = :client_id AND review_id = :review_id"
        ),
        {
            "reasons": json.dumps(storable(reasons)),
            "client_id": review.client_id,
            "review_id": review.review_id,
        },
    )
    return await repository.write(session, _transition(process, review, correction, by, at))


async def keep_changes(
    session: AsyncSession,
    review: OpenReview,
    changes: Sequence[Change],
    by: str,
    document_id: UUID | None = None,
) -> None:
    """One statement for all of them. Without a `document_id` they are the primary document's."""
    if not changes:
        return
    rows = [_row(change) for change in changes]
    await session.execute(
        text(
            "INSERT INTO field_corrections (correction_id, client_id, process_id, document_id, review_id, field, before,"
            " after, page, box, cause, corrected_by)"
            " SELECT c.correction_id, :client_id, :process_id, coalesce(CAST(:document_id AS uuid), ("
            "SELECT d.document_id FROM documents d JOIN processes p ON p.client_id = d.client_id"
            " AND p.process_id = d.process_id WHERE d.client_id = :client_id AND d.process_id = :process_id"
            " ORDER BY d.document_id::text = p.extraction_result ->> 'document_id' DESC NULLS LAST, d.position LIMIT 1)),"
            " :review_id, c.field, c.before, c.after, c.page, c.box, c.cause, :by"
            " FROM jsonb_to_recordset(CAST(:changes AS jsonb)) AS c (correction_id uuid, field text, before jsonb,"
            " after jsonb, page integer, box jsonb, cause text)"
        ),
        {
            "client_id": review.client_id,
            "process_id": review.process_id,
            "document_id": document_id,
            "review_id": review.review_id,
            "changes": json.dumps(storable(rows), allow_nan=False),
            "by": by,
        },
    )


def _row(change: Change) -> dict[str, object]:
    page, box = change.place
    return {
        "correction_id": str(new_id()),
        "field": change.path,
        "before": change.before,
        "after": change.after,
        "page": page,
        "box": list(box) if box else None,
        "cause": change.cause.value,
    }


def _transition(
    process: ProcessState, review: OpenReview, correction: Correction, by: str, at: datetime
) -> Transition:
    payload: dict[str, object] = {
        "fields": list(correction.names),
        "changed": [change.path for change in correction.changes],
        "reasons": sorted({reason.code for reason in correction.judged.reasons}),
    }
    if review.approvals.given:
        payload["void_approvals"] = len(review.approvals.given)
    subject = Subject(process.client_id, process.process_id, process.external_id, process.process_type_id)
    audit = Announcer(at, new_id).act_audit(subject, action="fields_corrected", by=by, payload=payload)
    results = {**correction.judged.changes, "overall_confidence": correction.overall_confidence}
    change = ProcessChange(
        ProcessStatus.HITL_REVIEW,
        process.current_stage,
        review_reasons=correction.judged.reasons,
        results=results,
    )
    return Transition(process.client_id, process.process_id, process=change, messages=(audit,))


async def decide_sample(
    session: AsyncSession, review: OpenReview, changes: Sequence[Change], who: Acting, reason: str
) -> None:
    """What a person saw who did not know how sure the reading was. The completed process stays as it is."""
    await keep_changes(session, review, changes, who.name)
    await session.execute(
        text(
            "UPDATE reviews SET status = 'decided', decision = 'approve', decision_reason = :reason, decided_by = :by,"
            " decided_at = :at, claimed_by = NULL, lease_until = NULL, version = version + 1"
            " WHERE client_id = :client_id AND review_id = :review_id"
        ),
        {
            "reason": reason,
            "by": who.name,
            "at": who.at,
            "client_id": review.client_id,
            "review_id": review.review_id,
        },
    )
    tell(session, review, who, "sample_reviewed", {"changed": [change.path for change in changes]})

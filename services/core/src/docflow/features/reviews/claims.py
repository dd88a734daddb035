"""Who works on a review: claimed for a quarter of an hour, renewed by claiming again, released, or taken over by an admin.

Each act takes a session bound to the client and locks the process first, then its review, as whoever decides does.
Committing, and telling those who follow along, is the caller's.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain import leases
from docflow.domain.approving import Approvals
from docflow.domain.errors import Conflict, NotFound
from docflow.domain.json_types import JsonObject
from docflow.domain.leases import Lease, LeaseHeld
from docflow.features.audit.messages import act_audit
from docflow.features.reviews.people import names_of


@dataclass(frozen=True, slots=True)
class Acting:
    """Who acts: `holder` is the id of the person or of the key, `name` what rows keep (`user:<id>`, `key:<id>`)."""

    holder: UUID
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OpenReview:
    """A review that waits, locked with its process."""

    review_id: UUID
    client_id: UUID
    process_id: UUID
    lease: Lease
    is_blind_sample: bool
    assignee: UUID | None
    approvals: Approvals

    def without_approvals(self) -> "OpenReview":
        """As it stands once values have changed: who approved others has not approved these."""
        return replace(self, approvals=replace(self.approvals, given=()))


_PROCESS = text(
    "SELECT status FROM processes WHERE client_id = :client_id AND process_id = :process_id FOR NO KEY UPDATE"
)
_REVIEW = text(
    "SELECT review_id, claimed_by, lease_until, is_blind_sample, assignee, approvals_required, approved_by"
    " FROM reviews WHERE client_id = :client_id AND process_id = :process_id AND status = 'open'"
    " ORDER BY is_blind_sample LIMIT 1 FOR NO KEY UPDATE"
)
# Whatever is written makes the row one that has changed, for those who follow changes; its version stays, for it is the same.
_SHOW = text(
    "UPDATE processes SET version = version WHERE client_id = :client_id AND process_id = :process_id"
    " AND status = 'hitl_review'"
)


async def open_review(session: AsyncSession, client_id: UUID, process_id: UUID) -> OpenReview:
    """Raises NotFound for what is not the client's, Conflict where nothing waits for a person."""
    ids = {"client_id": client_id, "process_id": process_id}
    process = (await session.execute(_PROCESS, ids)).one_or_none()
    if process is None:
        raise NotFound("no such process")
    row = (await session.execute(_REVIEW, ids)).one_or_none()
    if row is None:
        raise Conflict(f"a process that is {process.status} waits for no decision")
    return OpenReview(
        review_id=row.review_id,
        client_id=client_id,
        process_id=process_id,
        lease=Lease(row.claimed_by, row.lease_until),
        is_blind_sample=row.is_blind_sample,
        assignee=row.assignee,
        approvals=Approvals(row.approvals_required, tuple(row.approved_by)),
    )


async def claim(session: AsyncSession, review: OpenReview, who: Acting, *, take_over: bool = False) -> bool:
    """Whether somebody else holds it now than before. Raises LeaseHeld while another does, unless it is taken over."""
    if not take_over:
        await refuse_other(session, review, who.holder, who.at)
    lease = leases.claimed(review.lease, who.holder, who.at, take_over=take_over)
    await _write(session, review, lease)
    before = review.lease.holder_at(who.at)
    if before == who.holder:
        return False
    taken = {"taken_from": str(before)} if before is not None else {}
    await _told(session, review, who, "review_claimed", taken)
    return True


async def release(session: AsyncSession, review: OpenReview, who: Acting, *, anybodys: bool = False) -> bool:
    """Whether it was held. Raises LeaseHeld while another holds it, unless `anybodys` may be released."""
    if not anybodys:
        await refuse_other(session, review, who.holder, who.at)
    if review.lease.holder is None:
        return False
    await _write(session, review, leases.released(review.lease, who.holder, who.at, anybodys=anybodys))
    await _told(session, review, who, "review_released", {})
    return True


async def refuse_other(session: AsyncSession, review: OpenReview, by: UUID | None, at: datetime) -> None:
    """Raises LeaseHeld, which names the one who works on it."""
    try:
        leases.refuse_other(review.lease, by, at)
    except LeaseHeld as held:
        names = await names_of(session, review.client_id, [held.holder])
        raise LeaseHeld(held.holder, held.until, names.get(held.holder)) from held


async def show(session: AsyncSession, review: OpenReview) -> None:
    """Have a change of the review reach those who follow the client's processes. A completed process stays untouched."""
    await session.execute(_SHOW, {"client_id": review.client_id, "process_id": review.process_id})


async def _write(session: AsyncSession, review: OpenReview, lease: Lease) -> None:
    await session.execute(
        text(
            "UPDATE reviews SET claimed_by = :holder, lease_until = :until, version = version + 1"
            " WHERE client_id = :client_id AND review_id = :review_id"
        ),
        {
            "holder": lease.holder,
            "until": lease.until,
            "client_id": review.client_id,
            "review_id": review.review_id,
        },
    )


async def _told(
    session: AsyncSession, review: OpenReview, who: Acting, action: str, payload: dict[str, str]
) -> None:
    tell(session, review, who, action, payload)
    await show(session, review)


def tell(session: AsyncSession, review: OpenReview, who: Acting, action: str, payload: JsonObject) -> None:
    """In the client's audit."""
    session.add(
        act_audit(
            client_id=review.client_id,
            process_id=review.process_id,
            at=who.at,
            action=action,
            by=who.name,
            payload=payload,
        )
    )

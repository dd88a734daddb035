"""What reviewers tell each other about a process, and whom it was given to."""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.errors import Conflict, Problem, UserError
from docflow.domain.ids import new_id
from docflow.domain.json_types import JsonObject
from docflow.domain.transition import storable
from docflow.features.notifications.models import Notification
from docflow.features.reviews.claims import Acting, OpenReview, show, tell
from docflow.features.reviews.people import reviewer

MOST_NOTES = 200


@dataclass(frozen=True, slots=True)
class Note:
    note_id: UUID
    text: str
    by: str
    at: datetime

    def as_json(self) -> JsonObject:
        return {
            "note_id": str(self.note_id),
            "text": self.text,
            "by": self.by,
            "at": self.at.isoformat(),
        }


async def add_note(session: AsyncSession, review: OpenReview, who: Acting, said: str) -> Note:
    """Anybody who reviews may add one, also while another works on it. Raises Conflict beyond MOST_NOTES."""
    note = Note(new_id(), said, who.name, who.at)
    rows = await session.execute(
        text(
            "UPDATE reviews SET notes = notes || CAST(:note AS jsonb), version = version + 1"
            " WHERE client_id = :client_id AND review_id = :review_id AND jsonb_array_length(notes) < :most"
            " RETURNING 1"
        ),
        {
            "note": json.dumps([storable(note.as_json())]),
            "client_id": review.client_id,
            "review_id": review.review_id,
            "most": MOST_NOTES,
        },
    )
    if rows.one_or_none() is None:
        raise Conflict(f"a review holds up to {MOST_NOTES} notes")
    tell(session, review, who, "review_noted", {"note_id": str(note.note_id)})
    await show(session, review)
    return note


async def assign(session: AsyncSession, review: OpenReview, who: Acting, user_id: UUID | None) -> None:
    """Give it to a person, who is told, or to nobody. Who works on it now goes on.

    Raises UserError for somebody who is no active operator or admin of the client.
    """
    if user_id is not None and await reviewer(session, review.client_id, user_id) is None:
        told = "is no active operator or admin of this client"
        raise UserError(
            "this person cannot review", code="assignee_unknown", problems=[Problem("/user_id", told)]
        )
    if user_id == review.assignee:
        return
    await session.execute(
        text(
            "UPDATE reviews SET assignee = :user_id, version = version + 1"
            " WHERE client_id = :client_id AND review_id = :review_id"
        ),
        {"user_id": user_id, "client_id": review.client_id, "review_id": review.review_id},
    )
    tell(session, review, who, "review_assigned", {"assignee": str(user_id) if user_id else None})
    if user_id is not None and user_id != who.holder:
        session.add(
            Notification(
                client_id=review.client_id,
                process_id=review.process_id,
                user_id=user_id,
                type="hitl_required",
                severity="info",
                title="A review was given to you",
                message="",
            )
        )
    await show(session, review)

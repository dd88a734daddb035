"""What waits for a person: the queue, its numbers, and one review with all that its screen shows."""

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from docflow.domain.access import Caller, Scope
from docflow.domain.errors import Problem, UserError
from docflow.features.reviews.people import reviewers
from docflow.features.reviews.repository import NOBODY, ReviewFilter, ReviewRepository
from docflow.features.reviews.summary import summary_of
from fastapi import APIRouter, Query, Request, Response

from docflow_api.deps import Session, TheCaller, TheGateway, needs
from docflow_api.etags import etag
from docflow_api.review_details import detail_of
from docflow_api.reviewing import shown
from docflow_api.schemas.page import Page, page_of
from docflow_api.schemas.problem import problems
from docflow_api.schemas.review_details import ReviewDetailOut
from docflow_api.schemas.reviews import (
    ReviewersOut,
    ReviewOut,
    ReviewSummaryOut,
    reviewer_out,
    summary_out,
)

router = APIRouter(prefix="/v1/reviews", tags=["reviews"], dependencies=[needs(Scope.REVIEWS_WRITE)])
_TAG: dict[int | str, dict[str, Any]] = {
    200: {"headers": {"ETag": {"schema": {"type": "string"}, "description": "The process's version"}}}
}


@router.get("", operation_id="list_reviews", responses=problems(422))
async def list_reviews(
    *,
    request: Request,
    response: Response,
    caller: TheCaller,
    session: Session,
    gateway: TheGateway,
    reason: Annotated[
        list[str] | None, Query(max_length=20, description="Codes, one of which is among its reasons")
    ] = None,
    process_type_id: Annotated[str | None, Query(max_length=100)] = None,
    assignee: Annotated[str | None, Query(max_length=40, description="A user's id, `me` or `none`")] = None,
    claimed: Annotated[bool | None, Query(description="Whether somebody works on it now")] = None,
    older_than_s: Annotated[int | None, Query(ge=0, le=315_360_000)] = None,
    q: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=255,
            description="A part of a file's name or of an external id, or the beginning of a process's id",
        ),
    ] = None,
    sample: Annotated[bool, Query(description="Blind samples instead of what waits for a decision")] = False,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Page[ReviewOut]:
    """What waits for a person: the most urgent first, among those the oldest."""
    chosen = ReviewFilter(
        reasons=reason or (),
        process_type_id=process_type_id,
        assignee=_assignee(assignee, caller),
        claimed=claimed,
        older_than=None if older_than_s is None else timedelta(seconds=older_than_s),
        search=q,
        sampled=sample,
    )
    rows, after = await ReviewRepository(session, caller.client).queue(
        chosen, gateway.now(), limit=limit, after=cursor
    )
    items = await shown(session, caller.client, rows, gateway)
    return page_of(items, after, request, response, gateway.public_url)


def _assignee(asked: str | None, caller: Caller) -> UUID | str | None:
    if asked is None or asked == NOBODY:
        return asked
    if asked == "me":
        return caller.person
    try:
        return UUID(asked)
    except ValueError as error:
        told = [Problem("/query/assignee", "is a user's id, me or none")]
        raise UserError("some values are not valid", problems=told) from error


@router.get("/summary", operation_id="get_review_summary", responses=problems())
async def get_review_summary(caller: TheCaller, session: Session, gateway: TheGateway) -> ReviewSummaryOut:
    """How many wait, by reason; made for badges: one pass over the open reviews."""
    now = gateway.now()
    return summary_out(await summary_of(session, caller.client, caller.user_id, now), now)


@router.get("/assignees", operation_id="list_assignees", responses=problems())
async def list_assignees(caller: TheCaller, session: Session) -> ReviewersOut:
    """Who reviews can be given to: the client's active operators and admins."""
    return ReviewersOut(data=[reviewer_out(one) for one in await reviewers(session, caller.client)])


@router.get("/{process_id}", operation_id="get_review", responses={**_TAG, **problems(404)})
async def get_review(
    process_id: UUID, response: Response, caller: TheCaller, session: Session, gateway: TheGateway
) -> ReviewDetailOut:
    """One review with all that its screen shows: the open one, else the last of the process.

    A blind sample shows values without how sure they are. 404 for a process that no person had to look at.
    """
    found = await detail_of(session, caller, process_id, gateway)
    response.headers.update(etag(found.process.version))
    return found

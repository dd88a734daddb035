"""Who works on a review, whom it was given to, and what reviewers tell each other."""

from typing import Annotated, Any
from uuid import UUID

from docflow.domain.access import Scope
from docflow.domain.errors import Forbidden
from docflow.features.idempotency.service import StoredAnswer
from docflow.features.reviews import claims, notes
from docflow.features.reviews.people import names_of
from docflow.features.reviews.repository import ReviewRepository
from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from docflow_api.deps import Gateway, TheCaller, TheGateway, body_of, body_spec, needs
from docflow_api.etags import etag
from docflow_api.repeats import MADE_HEADERS, TheKey, keyed_request, once
from docflow_api.reviewing import OwnProcess, acting, shown, tell_followers
from docflow_api.schemas.problem import problems
from docflow_api.schemas.review_details import AssigneeIn, NoteIn, NoteOut
from docflow_api.schemas.reviews import ReviewOut

router = APIRouter(prefix="/v1/reviews", tags=["reviews"], dependencies=[needs(Scope.REVIEWS_WRITE)])
_MADE: dict[int | str, dict[str, Any]] = {201: {"headers": MADE_HEADERS}}


@router.post("/{process_id}/claim", operation_id="claim_review", responses=problems(404, 409, 422))
async def claim_review(
    process_id: OwnProcess,
    response: Response,
    caller: TheCaller,
    gateway: TheGateway,
    take_over: Annotated[
        bool, Query(description="An admin takes it from whoever works on it; 403 for others")
    ] = False,
) -> ReviewOut:
    """Work on it for 15 minutes; claiming again renews that. 409 tells who works on it and until when.

    The process's version stays, so that an `If-Match` read before goes on to hold.
    """
    if take_over:
        _admin_only(caller.scopes)
    async with gateway.bound(caller) as session:
        review = await claims.open_review(session, caller.client, process_id)
        changed = await claims.claim(session, review, acting(caller, gateway), take_over=take_over)
        answer = await _review(session, caller.client, process_id, gateway)
    if changed:
        await tell_followers(gateway, caller.client, process_id)
    response.headers.update(etag(answer.process.version))
    return answer


@router.post(
    "/{process_id}/release", operation_id="release_review", status_code=204, responses=problems(404, 409)
)
async def release_review(process_id: OwnProcess, caller: TheCaller, gateway: TheGateway) -> None:
    """Leave it to others; an admin may do so for anybody. Nothing happens where nobody works on it."""
    async with gateway.bound(caller) as session:
        review = await claims.open_review(session, caller.client, process_id)
        changed = await claims.release(
            session, review, acting(caller, gateway), anybodys=Scope.ADMIN in caller.scopes
        )
    if changed:
        await tell_followers(gateway, caller.client, process_id)


@router.put(
    "/{process_id}/assignee",
    operation_id="assign_review",
    responses=problems(400, 404, 409, 415, 422),
    openapi_extra=body_spec(AssigneeIn),
)
async def assign_review(
    process_id: OwnProcess,
    body: Annotated[AssigneeIn, Depends(body_of(AssigneeIn))],
    caller: TheCaller,
    gateway: TheGateway,
) -> ReviewOut:
    """Give it to an operator or admin of the client, who is told, or to nobody. Others may still work on it."""
    async with gateway.bound(caller) as session:
        review = await claims.open_review(session, caller.client, process_id)
        await notes.assign(session, review, acting(caller, gateway), body.user_id)
        answer = await _review(session, caller.client, process_id, gateway)
    await tell_followers(gateway, caller.client, process_id)
    return answer


@router.post(
    "/{process_id}/notes",
    operation_id="add_review_note",
    status_code=201,
    response_model=NoteOut,
    responses={**_MADE, **problems(400, 404, 409, 415, 422)},
    openapi_extra=body_spec(NoteIn),
)
async def add_review_note(
    *,
    request: Request,
    process_id: OwnProcess,
    body: Annotated[NoteIn, Depends(body_of(NoteIn))],
    caller: TheCaller,
    gateway: TheGateway,
    idempotency_key: TheKey = None,
) -> Response:
    """Tell other reviewers something; it stays with the review and goes to nobody else."""

    async def make() -> StoredAnswer:
        review = await claims.open_review(session, caller.client, process_id)
        who = acting(caller, gateway)
        note = await notes.add_note(session, review, who, body.text)
        names = await names_of(session, caller.client, [who.holder])
        made = NoteOut(
            note_id=note.note_id, text=note.text, by=note.by, by_name=names.get(who.holder), at=note.at
        )
        return StoredAnswer(201, {"Location": f"/v1/reviews/{process_id}"}, made.model_dump(mode="json"))

    keyed = keyed_request(gateway, request, caller.client_id, body, idempotency_key)
    async with gateway.bound(caller) as session:
        answer = await once(gateway, session, keyed, make)
    await tell_followers(gateway, caller.client, process_id)
    return answer


def _admin_only(scopes: frozenset[Scope]) -> None:
    if Scope.ADMIN not in scopes:
        raise Forbidden("taking over a review needs an admin")


async def _review(session: AsyncSession, client_id: UUID, process_id: UUID, gateway: Gateway) -> ReviewOut:
    # The change was written by SQL of its own; what this session holds of the row is older.
    session.expire_all()
    row = await ReviewRepository(session, client_id).of_process(process_id)
    return (await shown(session, client_id, [row], gateway))[0]

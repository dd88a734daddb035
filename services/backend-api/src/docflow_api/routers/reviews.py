import hashlib
from typing import Annotated
from uuid import UUID

from docflow.db.json_text import json_bytes
from docflow.domain.access import Scope
from docflow.domain.stages import ProcessStatus
from docflow.domain.transition import Decision
from docflow.features.documents.service import Documents
from docflow.features.idempotency import service as idempotency
from docflow.features.idempotency.service import KeyedRequest, StoredAnswer
from docflow.features.processes.repository import ProcessRepository
from docflow.features.reviews.repository import ReviewRepository
from docflow.features.stage_runs import lifecycle
from docflow.features.stage_runs.changed import Changed
from fastapi import APIRouter, Depends, Header, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from docflow_api.answers import json_answer
from docflow_api.deps import Session, TheCaller, TheGateway, body_of, body_spec, needs
from docflow_api.etags import Seen
from docflow_api.schemas.page import Page, page_of
from docflow_api.schemas.problem import problems
from docflow_api.schemas.processes import ProcessOut, process_out
from docflow_api.schemas.reviews import DecisionWord, ReviewDecision, ReviewOut, review_out

router = APIRouter(prefix="/v1/reviews", tags=["reviews"], dependencies=[needs(Scope.REVIEWS_WRITE)])


@router.get("", operation_id="list_reviews", responses=problems(422))
async def list_reviews(
    *,
    request: Request,
    response: Response,
    caller: TheCaller,
    session: Session,
    gateway: TheGateway,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Page[ReviewOut]:
    """What waits for a person: the most urgent first, among those the oldest."""
    reviews = ReviewRepository(session, caller.client)
    rows, after = await reviews.queue(limit=limit, after=cursor)
    ids = [row.process_id for row in rows]
    processes = await ProcessRepository(session, caller.client).many(ids)
    documents = await Documents(session, caller.client).of(ids)
    now, cuts = gateway.now(), await reviews.proposed_cuts(ids)
    items = [
        review_out(
            row,
            process_out(processes[row.process_id], documents.get(row.process_id, [])),
            now,
            cuts.get(row.process_id, ()),
        )
        for row in rows
    ]
    return page_of(items, after, request, response, gateway.public_url)


async def _held(process_id: UUID, caller: TheCaller, gateway: TheGateway) -> UUID:
    """Another client's id is 404 whatever the body holds, so it is looked up before the body is read."""
    async with gateway.bound(caller) as session:
        await ProcessRepository(session, caller.client).get(process_id)
    return process_id


@router.post(
    "/{process_id}/decision",
    operation_id="decide_review",
    response_model=ProcessOut,
    responses={
        202: {"description": "The first of two approvals; still in review", "model": ProcessOut},
        **problems(400, 404, 409, 412, 415, 422),
    },
    openapi_extra=body_spec(ReviewDecision),
)
async def decide_review(
    *,
    process_id: Annotated[UUID, Depends(_held)],
    seen: Seen,
    body: Annotated[ReviewDecision, Depends(body_of(ReviewDecision))],
    caller: TheCaller,
    gateway: TheGateway,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=255)] = None,
) -> Response:
    """Approve, correct or reject a held process, give it its type, or send it back to be read again."""
    keyed = _keyed(caller.client, process_id, body, idempotency_key)
    prepared = await gateway.teaching.prepare(caller.client, process_id, body.corrections or {})
    async with gateway.bound(caller) as session:
        known = await idempotency.claim(session, keyed, gateway.now()) if keyed else None
        if known is not None:
            return json_answer(known.body, known.status_code, {"Idempotent-Replayed": "true"})
        changed = await lifecycle.decide(
            session,
            client_id=caller.client,
            process_id=process_id,
            decision=Decision(body.decision.value),
            by=caller.name,
            at=gateway.now(),
            user_id=caller.user_id,
            reason=body.reason,
            corrections=body.corrections,
            process_type_id=body.process_type_id,
            expected_version=seen,
            public_url=gateway.public_url,
            found=prepared.corrected if prepared else {},
        )
        if body.decision is DecisionWord.APPROVE:
            await gateway.teaching.keep(session, prepared, changed, caller)
        answer = await _decided(session, caller.client, changed)
        if keyed is not None:
            await idempotency.keep(session, keyed, answer)
    await gateway.container.transport.hint(changed.hints)
    return json_answer(answer.body, answer.status_code)


async def _decided(session: AsyncSession, client_id: UUID, changed: Changed) -> StoredAnswer:
    # The change was written by SQL of its own; what this session holds of the row is older.
    session.expire_all()
    row = await ProcessRepository(session, client_id).get(changed.process_id)
    documents = await Documents(session, client_id).of([changed.process_id])
    shown = process_out(row, documents.get(changed.process_id, []))
    status = 202 if changed.status is ProcessStatus.HITL_REVIEW else 200
    return StoredAnswer(status, {}, shown.model_dump(mode="json"))


def _keyed(client_id: UUID, process_id: UUID, body: ReviewDecision, key: str | None) -> KeyedRequest | None:
    if key is None:
        return None
    content = json_bytes(body.model_dump(mode="json"), sort_keys=True)
    route = f"POST /v1/reviews/{process_id}/decision"
    return KeyedRequest(client_id, route, key, hashlib.sha256(content).digest())

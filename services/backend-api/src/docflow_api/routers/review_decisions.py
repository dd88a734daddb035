"""What a person decides."""

from typing import Annotated
from uuid import UUID

from docflow.domain.access import Caller, Scope
from docflow.domain.errors import Conflict, Problem, UserError
from docflow.domain.stages import ProcessStatus
from docflow.domain.transition import Decision
from docflow.features.documents.service import Documents
from docflow.features.idempotency import service as idempotency
from docflow.features.idempotency.service import KeyedRequest, StoredAnswer
from docflow.features.processes.repository import ProcessRepository
from docflow.features.reviews import saving
from docflow.features.reviews.claims import open_review, refuse_other
from docflow.features.reviews.repository import ReviewRepository
from docflow.features.reviews.saving import Correction
from docflow.features.stage_runs import lifecycle
from docflow.features.stage_runs.changed import Changed
from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from docflow_api.correcting import given_of
from docflow_api.deps import Gateway, TheCaller, TheGateway, body_of, body_spec, needs
from docflow_api.etags import Seen
from docflow_api.repeats import TheKey, keyed_request, once, replayed
from docflow_api.reviewing import OwnProcess, acting, holder_of, tell_followers
from docflow_api.schemas.problem import problems
from docflow_api.schemas.processes import ProcessOut, process_out
from docflow_api.schemas.reviews import DecisionWord, ReviewDecision, blind
from docflow_api.teaching import Prepared

router = APIRouter(prefix="/v1/reviews", tags=["reviews"], dependencies=[needs(Scope.REVIEWS_WRITE)])


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
    request: Request,
    process_id: OwnProcess,
    seen: Seen,
    body: Annotated[ReviewDecision, Depends(body_of(ReviewDecision))],
    caller: TheCaller,
    gateway: TheGateway,
    idempotency_key: TheKey = None,
) -> Response:
    """Approve, correct or reject a held process, give it its type, or send it back to be read again.

    Of a blind sample `approve` keeps what is right and wrong, and nothing of the completed process changes.
    """
    keyed = keyed_request(gateway, request, caller.client, body, idempotency_key)
    async with gateway.bound(caller) as session:
        known = await idempotency.stored(session, keyed, gateway.now()) if keyed else None
        is_sample = await ReviewRepository(session, caller.client).is_open_sample(process_id)
    if known is not None:
        return replayed(known)
    if is_sample:
        return await _decide_sample(process_id, body, keyed, caller, gateway)
    return await _decide(process_id, seen, body, keyed, caller=caller, gateway=gateway)


async def _decide(
    process_id: UUID,
    seen: int | None,
    body: ReviewDecision,
    keyed: KeyedRequest | None,
    *,
    caller: Caller,
    gateway: Gateway,
) -> Response:
    prepared = await gateway.teaching.prepare(caller.client, process_id, body.corrections)
    correction = await _correction(process_id, body, prepared, caller, gateway)
    decided: list[Changed] = []

    async def make() -> StoredAnswer:
        changed = await lifecycle.decide(
            session,
            client_id=caller.client,
            process_id=process_id,
            decision=Decision(body.decision.value),
            by=caller.name,
            at=gateway.now(),
            user_id=caller.user_id,
            holder=holder_of(caller),
            reason=body.reason,
            correction=correction,
            override=body.override,
            process_type_id=body.process_type_id,
            expected_version=seen,
            public_url=gateway.public_url,
        )
        if body.decision is DecisionWord.APPROVE:
            await gateway.teaching.keep(session, prepared, changed, caller, corrected=correction is not None)
        decided.append(changed)
        return await _decided(session, caller.client, changed)

    async with gateway.bound(caller) as session:
        answer = await once(gateway, session, keyed, make)
    for changed in decided:
        await gateway.container.transport.hint(changed.hints)
        if changed.status is ProcessStatus.HITL_REVIEW:
            await tell_followers(gateway, caller.client, process_id)
    return answer


async def _correction(
    process_id: UUID, body: ReviewDecision, prepared: Prepared | None, caller: Caller, gateway: Gateway
) -> Correction | None:
    if not body.corrections:
        return None
    found = prepared.corrected if prepared else {}
    return await gateway.correcting.work_out(caller.client, process_id, given_of(body.corrections), found)


async def _decide_sample(
    process_id: UUID,
    body: ReviewDecision,
    keyed: KeyedRequest | None,
    caller: Caller,
    gateway: Gateway,
) -> Response:
    if body.decision is not DecisionWord.APPROVE:
        told = [Problem("/decision", "is approve, with corrections of what is wrong")]
        raise UserError("a blind sample is looked at alone; nothing becomes of its process", problems=told)
    changes = await gateway.correcting.compare(caller.client, process_id, given_of(body.corrections))

    async def make() -> StoredAnswer:
        review = await open_review(session, caller.client, process_id)
        if not review.is_blind_sample:
            raise Conflict("the process waits for a decision now")
        await refuse_other(session, review, holder_of(caller), gateway.now())
        await saving.decide_sample(session, review, changes, acting(caller, gateway), body.reason)
        shown = blind(await _shown(session, caller.client, process_id))
        return StoredAnswer(200, {}, shown.model_dump(mode="json"))

    async with gateway.bound(caller) as session:
        return await once(gateway, session, keyed, make)


async def _decided(session: AsyncSession, client_id: UUID, changed: Changed) -> StoredAnswer:
    # The change was written by SQL of its own; what this session holds of the row is older.
    session.expire_all()
    shown = await _shown(session, client_id, changed.process_id)
    status = 202 if changed.status is ProcessStatus.HITL_REVIEW else 200
    return StoredAnswer(status, {}, shown.model_dump(mode="json"))


async def _shown(session: AsyncSession, client_id: UUID, process_id: UUID) -> ProcessOut:
    row = await ProcessRepository(session, client_id).get(process_id)
    documents = await Documents(session, client_id).of([process_id])
    return process_out(row, documents.get(process_id, []))

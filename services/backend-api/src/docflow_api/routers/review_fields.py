"""What a reviewer puts right before deciding."""

from typing import Annotated
from uuid import UUID

from docflow.domain.access import Caller, Scope
from docflow.features.reviews.saving import Correction, correct
from fastapi import APIRouter, Depends, Response
from sqlalchemy.ext.asyncio import AsyncSession

from docflow_api.deps import TheCaller, TheGateway, body_of, body_spec, needs
from docflow_api.etags import MustSee, etag
from docflow_api.results import load_result
from docflow_api.reviewing import OwnProcess, holder_of, tell_followers
from docflow_api.schemas.problem import problems
from docflow_api.schemas.processes import ReasonOut
from docflow_api.schemas.review_details import CorrectedOut, CorrectionsIn

router = APIRouter(prefix="/v1/reviews", tags=["reviews"], dependencies=[needs(Scope.REVIEWS_WRITE)])


@router.patch(
    "/{process_id}/fields",
    operation_id="correct_fields",
    responses=problems(400, 404, 409, 412, 415, 422, 428),
    openapi_extra=body_spec(CorrectionsIn),
)
async def correct_fields(
    *,
    process_id: OwnProcess,
    seen: MustSee,
    body: Annotated[CorrectionsIn, Depends(body_of(CorrectionsIn))],
    response: Response,
    caller: TheCaller,
    gateway: TheGateway,
) -> CorrectedOut:
    """Save right values. All rules run again and tell what they say now; the process stays held until it is decided.

    A value of a wrong type is 422 with a pointer to it, and then nothing is saved. Approvals given before are void.
    """
    given = body.given()
    lesson = None
    if body.document_id is None:
        lesson = await gateway.teaching.prepare(caller.client, process_id, body.fields)
    found = lesson.corrected if lesson else {}
    correction = await gateway.correcting.work_out(caller.client, process_id, given, found, body.document_id)
    async with gateway.bound(caller) as session:
        version = await correct(
            session,
            client_id=caller.client,
            process_id=process_id,
            correction=correction,
            by=caller.name,
            holder=holder_of(caller),
            at=gateway.now(),
            expected_version=seen,
        )
        answer = await _corrected(session, caller, process_id, correction, version)
    await tell_followers(gateway, caller.client, process_id)
    response.headers.update(etag(version))
    return answer


async def _corrected(
    session: AsyncSession, caller: Caller, process_id: UUID, correction: Correction, version: int
) -> CorrectedOut:
    loaded = await load_result(session, caller.client, process_id)
    told = correction.judged
    return CorrectedOut(
        process_id=process_id,
        version=version,
        reasons=[ReasonOut.model_validate(reason.as_json()) for reason in told.reasons],
        findings=list(told.changes["validation_result"]["findings"]),
        overall_confidence=correction.overall_confidence,
        corrected=list(correction.names),
        result=dict(loaded.shown()),
    )

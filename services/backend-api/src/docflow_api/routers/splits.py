"""A reviewer says where a stack of documents is cut."""

from typing import Annotated
from uuid import UUID

from docflow.domain.access import Scope
from docflow.features.documents.service import Documents
from docflow.features.idempotency.service import StoredAnswer
from docflow.features.processes.repository import ProcessRepository
from docflow.features.stage_runs import lifecycle
from docflow.features.stage_runs.changed import Changed
from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from docflow_api.deps import TheCaller, TheGateway, body_of, body_spec, needs
from docflow_api.etags import Seen, etag
from docflow_api.repeats import TheKey, keyed_request, once
from docflow_api.reviewing import OwnProcess, holder_of
from docflow_api.schemas.problem import problems
from docflow_api.schemas.processes import ProcessOut, process_out
from docflow_api.schemas.splits import SplitIn

router = APIRouter(prefix="/v1/reviews", tags=["reviews"], dependencies=[needs(Scope.REVIEWS_WRITE)])


@router.post(
    "/{process_id}/split",
    operation_id="split_process",
    response_model=ProcessOut,
    responses=problems(400, 404, 409, 412, 415, 422),
    openapi_extra=body_spec(SplitIn),
)
async def split_process(
    *,
    request: Request,
    process_id: OwnProcess,
    seen: Seen,
    body: Annotated[SplitIn, Depends(body_of(SplitIn))],
    caller: TheCaller,
    gateway: TheGateway,
    idempotency_key: TheKey = None,
) -> Response:
    """Cut the files of a held process; each part becomes a process of its own. Without cuts it goes on as one document."""
    hints: list[Changed] = []

    async def make() -> StoredAnswer:
        changed = await lifecycle.split(
            session,
            client_id=caller.client,
            process_id=process_id,
            cuts={one.document_id: tuple(one.cuts) for one in body.documents},
            by=caller.name,
            at=gateway.now(),
            user_id=caller.user_id,
            holder=holder_of(caller),
            reason=body.reason,
            expected_version=seen,
            public_url=gateway.public_url,
        )
        hints.append(changed)
        return await _shown(session, caller.client, process_id)

    keyed = keyed_request(gateway, request, caller.client_id, body, idempotency_key)
    async with gateway.bound(caller) as session:
        answer = await once(gateway, session, keyed, make)
    for changed in hints:
        await gateway.container.transport.hint(changed.hints)
    return answer


async def _shown(session: AsyncSession, client_id: UUID, process_id: UUID) -> StoredAnswer:
    row = await ProcessRepository(session, client_id).get(process_id)
    documents = await Documents(session, client_id).of([process_id])
    shown = process_out(row, documents.get(process_id, []))
    return StoredAnswer(200, etag(row.version), shown.model_dump(mode="json"))

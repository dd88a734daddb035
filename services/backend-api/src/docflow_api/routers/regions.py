from typing import Annotated
from uuid import UUID

from docflow.domain.access import Scope
from docflow.features.documents.service import Documents
from fastapi import APIRouter, Depends

from docflow_api.deps import TheCaller, TheGateway, body_of, body_spec, needs
from docflow_api.schemas.documents import WordOut
from docflow_api.schemas.problem import problems
from docflow_api.schemas.regions import RegionIn, RegionOut

router = APIRouter(prefix="/v1/documents", tags=["documents"])


async def _own(document_id: UUID, caller: TheCaller, gateway: TheGateway) -> UUID:
    """Another client's id is 404 whatever the body holds, so it is looked up before the body is read."""
    async with gateway.bound(caller) as session:
        await Documents(session, caller.client).get(document_id)
    return document_id


@router.post(
    "/{document_id}/read-region",
    operation_id="read_region",
    responses=problems(400, 404, 415, 422),
    dependencies=[needs(Scope.REVIEWS_WRITE)],
    openapi_extra=body_spec(RegionIn),
)
async def read_region(
    document_id: Annotated[UUID, Depends(_own)],
    body: Annotated[RegionIn, Depends(body_of(RegionIn))],
    caller: TheCaller,
    gateway: TheGateway,
) -> RegionOut:
    """Read the words in a box again, typed as a kind of value. Nothing is kept."""
    read = await gateway.regions.read(caller.client, document_id, body.page, body.box, body.kind)
    return RegionOut(
        document_id=document_id,
        page=body.page,
        box=body.box,
        text=read.text,
        words=[WordOut(text=one.text, box=list(one.box), confidence=one.confidence) for one in read.words],
        source=read.source.value,
        confidence=read.confidence,
        kind=body.kind,
        value=read.value,
    )

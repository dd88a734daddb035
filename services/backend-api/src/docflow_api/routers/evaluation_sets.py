from typing import Annotated
from uuid import UUID

from docflow.domain.access import Scope
from docflow.features.evaluations.sets import EvaluationSets
from docflow.features.idempotency.service import StoredAnswer
from docflow.features.process_types.service import ProcessTypes
from fastapi import APIRouter, Depends, Request, Response

from docflow_api.deps import Session, TheCaller, TheGateway, ThePage, body_of, body_spec, needs
from docflow_api.repeats import MADE_HEADERS, TheKey, keyed_request, made, once
from docflow_api.schemas.evaluations import (
    EvaluationSetDetail,
    EvaluationSetIn,
    EvaluationSetOut,
    set_detail,
    set_out,
)
from docflow_api.schemas.page import Page, page_of
from docflow_api.schemas.problem import problems
from docflow_api.schemas.texts import TypeIdInQuery

router = APIRouter(
    prefix="/v1/evaluation-sets", tags=["evaluations"], dependencies=[needs(Scope.CONFIG_WRITE)]
)


@router.get("", operation_id="list_evaluation_sets", responses=problems(422))
async def list_evaluation_sets(
    *,
    request: Request,
    response: Response,
    caller: TheCaller,
    session: Session,
    gateway: TheGateway,
    page: ThePage,
    process_type_id: TypeIdInQuery = None,
) -> Page[EvaluationSetOut]:
    """Newest first."""
    sets = EvaluationSets(session, caller.client)
    found = await sets.page(page, process_type_id)
    documents = await sets.documents([row.set_id for row in found.rows])
    items = [set_out(row, documents[row.set_id]) for row in found.rows]
    cursor = found.next.encode() if found.next else None
    return page_of(items, cursor, request, response, gateway.public_url)


@router.post(
    "",
    operation_id="create_evaluation_set",
    status_code=201,
    response_model=EvaluationSetOut,
    responses={
        201: {"description": "A frozen set", "headers": MADE_HEADERS},
        **problems(400, 404, 409, 413, 415, 422),
    },
    openapi_extra=body_spec(EvaluationSetIn),
)
async def create_evaluation_set(
    *,
    request: Request,
    caller: TheCaller,
    body: Annotated[EvaluationSetIn, Depends(body_of(EvaluationSetIn))],
    session: Session,
    gateway: TheGateway,
    key: TheKey = None,
) -> Response:
    """From approved documents, with their final values as the truth."""

    async def make() -> StoredAnswer:
        await ProcessTypes(session, caller).get(body.process_type_id)
        row, documents = await EvaluationSets(session, caller.client).add(
            body.name, body.choice(), by=caller.name, at=gateway.now()
        )
        await session.refresh(row)
        return made(f"/v1/evaluation-sets/{row.set_id}", {}, set_out(row, documents))

    keyed = keyed_request(gateway, request, caller.client_id, body, key)
    return await once(gateway, session, keyed, make)


@router.get("/{set_id}", operation_id="get_evaluation_set", responses=problems(404))
async def get_evaluation_set(set_id: UUID, caller: TheCaller, session: Session) -> EvaluationSetDetail:
    """With how many documents have a value of each field; the values themselves are not shown."""
    sets = EvaluationSets(session, caller.client)
    row = await sets.get(set_id)
    return set_detail(row, (await sets.documents([set_id]))[set_id], await sets.fields(set_id))


@router.delete("/{set_id}", operation_id="delete_evaluation_set", status_code=204, responses=problems(404))
async def delete_evaluation_set(
    set_id: UUID, caller: TheCaller, session: Session, gateway: TheGateway
) -> None:
    """With its evaluations, also those that run."""
    await EvaluationSets(session, caller.client).remove(set_id, by=caller.name, at=gateway.now())

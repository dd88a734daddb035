from typing import Annotated
from uuid import UUID

from docflow.domain.access import Scope
from docflow.features.configurations.drafts import ConfigurationDrafts, refuse_faults
from docflow.features.evaluations.models import Evaluation
from docflow.features.evaluations.service import EvaluationFilter, Evaluations
from docflow.features.evaluations.states import EvaluationStatus
from docflow.features.idempotency.service import StoredAnswer
from fastapi import APIRouter, Depends, Query, Request, Response

from docflow_api.deps import Session, TheCaller, TheGateway, ThePage, body_of, body_spec, needs
from docflow_api.repeats import MADE_HEADERS, TheKey, keyed_request, made, once
from docflow_api.schemas.evaluations import EvaluationIn, EvaluationOut, evaluation_out
from docflow_api.schemas.page import Page, page_of
from docflow_api.schemas.problem import problems
from docflow_api.schemas.texts import TypeIdInQuery

router = APIRouter(prefix="/v1/evaluations", tags=["evaluations"], dependencies=[needs(Scope.CONFIG_WRITE)])


@router.get("", operation_id="list_evaluations", responses=problems(422))
async def list_evaluations(
    *,
    request: Request,
    response: Response,
    caller: TheCaller,
    session: Session,
    gateway: TheGateway,
    page: ThePage,
    process_type_id: TypeIdInQuery = None,
    set_id: Annotated[UUID | None, Query()] = None,
    status: Annotated[EvaluationStatus | None, Query()] = None,
) -> Page[EvaluationOut]:
    """Newest first."""
    evaluations = Evaluations(session, caller.client)
    found = await evaluations.page(EvaluationFilter(set_id, process_type_id, status), page)
    done = await evaluations.done([row.evaluation_id for row in found.rows])
    items = [evaluation_out(row, done[row.evaluation_id]) for row in found.rows]
    cursor = found.next.encode() if found.next else None
    return page_of(items, cursor, request, response, gateway.public_url)


@router.post(
    "",
    operation_id="create_evaluation",
    status_code=201,
    response_model=EvaluationOut,
    responses={
        201: {"description": "To be read by a worker", "headers": MADE_HEADERS},
        **problems(400, 404, 409, 413, 415, 422),
    },
    openapi_extra=body_spec(EvaluationIn),
)
async def create_evaluation(
    *,
    request: Request,
    caller: TheCaller,
    body: Annotated[EvaluationIn, Depends(body_of(EvaluationIn))],
    session: Session,
    gateway: TheGateway,
    key: TheKey = None,
) -> Response:
    """Read a set with one or two versions, drafts among them, in the background. It survives restarts."""

    async def make() -> StoredAnswer:
        drafts = ConfigurationDrafts(session, caller, gateway.known)
        for wanted in (body.candidate, body.baseline):
            if wanted is not None and wanted.config_id is not None:
                await refuse_faults(await drafts.get(wanted.config_id), gateway.known)
        row = await Evaluations(session, caller.client).begin(
            body.set_id,
            body.candidate.wanted() if body.candidate else None,
            body.baseline.wanted() if body.baseline else None,
            by=caller.name,
            at=gateway.now(),
        )
        return made(f"/v1/evaluations/{row.evaluation_id}", {}, evaluation_out(row, 0))

    keyed = keyed_request(gateway, request, caller.client_id, body, key)
    return await once(gateway, session, keyed, make)


@router.get("/{evaluation_id}", operation_id="get_evaluation", responses=problems(404))
async def get_evaluation(evaluation_id: UUID, caller: TheCaller, session: Session) -> EvaluationOut:
    """How far it is, and once it has ended what came of it."""
    evaluations = Evaluations(session, caller.client)
    row: Evaluation = await evaluations.get(evaluation_id)
    return evaluation_out(row, (await evaluations.done([evaluation_id]))[evaluation_id])


@router.delete("/{evaluation_id}", operation_id="delete_evaluation", status_code=204, responses=problems(404))
async def delete_evaluation(
    evaluation_id: UUID, caller: TheCaller, session: Session, gateway: TheGateway
) -> None:
    """Also while it runs: no further document is read then."""
    await Evaluations(session, caller.client).remove(evaluation_id, by=caller.name, at=gateway.now())

from typing import Annotated
from uuid import UUID

from docflow.domain.access import Scope
from docflow.domain.configuration import LifecycleState, PromptStage
from docflow.features.idempotency.service import StoredAnswer
from docflow.features.prompts.drafts import PromptDrafts, PromptFilter, changes_of
from docflow.features.prompts.models import PromptRow
from fastapi import APIRouter, Depends, Query, Request, Response

from docflow_api.deps import OwnedSession, TheCaller, TheGateway, ThePage, body_of, body_spec, needs
from docflow_api.etags import MustSee, Seen, etag
from docflow_api.publishing import judged_by_gate
from docflow_api.repeats import MADE_HEADERS, TheKey, keyed_request, made, once
from docflow_api.schemas.evaluations import judgement_out
from docflow_api.schemas.page import Page, page_of
from docflow_api.schemas.problem import Responses, problems
from docflow_api.schemas.prompts import (
    DiffOut,
    PromptClone,
    PromptIn,
    PromptOut,
    PromptPatch,
    diff_out,
    prompt_out,
)
from docflow_api.schemas.texts import TypeIdInQuery, VersionInQuery

router = APIRouter(
    prefix="/v1/prompts", tags=["prompts"], dependencies=[needs(Scope.CONFIG_WRITE, or_platform=True)]
)
_MADE: Responses = {201: {"description": "A draft", "headers": MADE_HEADERS}}


@router.get("", operation_id="list_prompts", responses=problems(422))
async def list_prompts(
    *,
    request: Request,
    response: Response,
    caller: TheCaller,
    session: OwnedSession,
    gateway: TheGateway,
    page: ThePage,
    process_type_id: TypeIdInQuery = None,
    version: VersionInQuery = None,
    stage: Annotated[PromptStage | None, Query()] = None,
    state: Annotated[LifecycleState | None, Query()] = None,
) -> Page[PromptOut]:
    """The client's own prompts and the platform's, newest first."""
    chosen = PromptFilter(process_type_id, version, stage, state)
    found = await PromptDrafts(session, caller).page(chosen, page)
    cursor = found.next.encode() if found.next else None
    return page_of([prompt_out(row) for row in found.rows], cursor, request, response, gateway.public_url)


@router.post(
    "",
    operation_id="create_prompt",
    status_code=201,
    response_model=PromptOut,
    responses={**_MADE, **problems(400, 404, 409, 413, 415, 422)},
    openapi_extra=body_spec(PromptIn),
)
async def create_prompt(
    *,
    request: Request,
    caller: TheCaller,
    body: Annotated[PromptIn, Depends(body_of(PromptIn))],
    session: OwnedSession,
    gateway: TheGateway,
    key: TheKey = None,
) -> Response:
    """A draft for one stage of one version of a type's configuration."""

    async def make() -> StoredAnswer:
        values = body.model_dump(exclude={"process_type_id", "version", "stage"})
        row = await PromptDrafts(session, caller).add(body.process_type_id, body.version, body.stage, values)
        return _made(row)

    keyed = keyed_request(gateway, request, caller.client_id, body, key)
    return await once(gateway, session, keyed, make)


@router.get("/{prompt_id}", operation_id="get_prompt", responses=problems(404))
async def get_prompt(
    prompt_id: UUID, response: Response, caller: TheCaller, session: OwnedSession
) -> PromptOut:
    """One prompt."""
    return _shown(await PromptDrafts(session, caller).get(prompt_id), response)


async def _own(prompt_id: UUID, caller: TheCaller, gateway: TheGateway) -> UUID:
    """Looked up before the body is read."""
    async with gateway.owned(caller) as session:
        await PromptDrafts(session, caller).own(prompt_id)
    return prompt_id


@router.patch(
    "/{prompt_id}",
    operation_id="change_prompt",
    responses=problems(400, 404, 409, 412, 413, 415, 422, 428),
    openapi_extra=body_spec(PromptPatch),
)
async def patch_prompt(
    *,
    prompt_id: Annotated[UUID, Depends(_own)],
    seen: MustSee,
    body: Annotated[PromptPatch, Depends(body_of(PromptPatch))],
    response: Response,
    caller: TheCaller,
    session: OwnedSession,
) -> PromptOut:
    """Change a draft."""
    drafts = PromptDrafts(session, caller)
    row = await drafts.own(prompt_id)
    return _shown(await drafts.change(row, seen, body.model_dump(exclude_unset=True)), response)


@router.post("/{prompt_id}/publish", operation_id="publish_prompt", responses=problems(404, 409, 412, 422))
async def publish_prompt(
    *,
    prompt_id: Annotated[UUID, Depends(_own)],
    seen: Seen,
    response: Response,
    caller: TheCaller,
    session: OwnedSession,
    gateway: TheGateway,
) -> PromptOut:
    """From then on it never changes; configurations that are published later may name it.

    `gate` tells how it compares with the prompt in force; the client's gate may refuse it (409).
    """
    drafts = PromptDrafts(session, caller)
    row = await drafts.own(prompt_id)
    judged = await judged_by_gate(session, caller, row)
    shown = _shown(await drafts.publish(row, seen, gateway.now()), response)
    return shown.model_copy(update={"gate": judgement_out(judged) if judged else None})


@router.post("/{prompt_id}/retire", operation_id="retire_prompt", responses=problems(404, 409, 412))
async def retire_prompt(
    *,
    prompt_id: Annotated[UUID, Depends(_own)],
    seen: Seen,
    response: Response,
    caller: TheCaller,
    session: OwnedSession,
    gateway: TheGateway,
) -> PromptOut:
    """Configurations that were published with it keep it; later ones do without."""
    drafts = PromptDrafts(session, caller)
    return _shown(await drafts.retire(await drafts.own(prompt_id), seen, gateway.now()), response)


async def _readable(prompt_id: UUID, caller: TheCaller, gateway: TheGateway) -> UUID:
    async with gateway.owned(caller) as session:
        await PromptDrafts(session, caller).get(prompt_id)
    return prompt_id


@router.post(
    "/{prompt_id}/clone",
    operation_id="clone_prompt",
    status_code=201,
    response_model=PromptOut,
    responses={**_MADE, **problems(400, 404, 409, 413, 415, 422)},
    openapi_extra=body_spec(PromptClone),
)
async def clone_prompt(
    *,
    request: Request,
    caller: TheCaller,
    prompt_id: Annotated[UUID, Depends(_readable)],
    body: Annotated[PromptClone, Depends(body_of(PromptClone))],
    session: OwnedSession,
    gateway: TheGateway,
    key: TheKey = None,
) -> Response:
    """A draft of one's own with the same text, whoever's the first one is."""

    async def make() -> StoredAnswer:
        drafts = PromptDrafts(session, caller)
        return _made(await drafts.clone(await drafts.get(prompt_id), body.version))

    keyed = keyed_request(gateway, request, caller.client_id, body, key)
    return await once(gateway, session, keyed, make)


@router.get("/{prompt_id}/diff", operation_id="diff_prompts", responses=problems(404, 422))
async def diff_prompts(
    *,
    prompt_id: Annotated[UUID, Depends(_readable)],
    against: Annotated[UUID, Query()],
    caller: TheCaller,
    session: OwnedSession,
) -> DiffOut:
    """What changes on the way from the prompt `against` to this one."""
    drafts = PromptDrafts(session, caller)
    after = await drafts.get(prompt_id)
    return diff_out(changes_of(await drafts.get(against), after))


def _made(row: PromptRow) -> StoredAnswer:
    return made(f"/v1/prompts/{row.prompt_id}", etag(row.revision), prompt_out(row))


def _shown(row: PromptRow, response: Response) -> PromptOut:
    response.headers.update(etag(row.revision))
    return prompt_out(row)

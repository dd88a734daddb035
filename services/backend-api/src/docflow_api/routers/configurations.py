from typing import Annotated
from uuid import UUID

from docflow.domain.access import Scope
from docflow.domain.configuration import LifecycleState
from docflow.features.configurations.drafts import (
    ConfigurationDrafts,
    ConfigurationFilter,
    changes_of,
    refuse_faults,
)
from docflow.features.configurations.models import ConfigurationRow
from docflow.features.configurations.repository import configuration_of
from docflow.features.idempotency.service import StoredAnswer
from fastapi import APIRouter, Depends, Query, Request, Response

from docflow_api.deps import (
    OwnedSession,
    TheCaller,
    TheGateway,
    ThePage,
    body_of,
    body_spec,
    needs,
)
from docflow_api.dry_runs import stored
from docflow_api.etags import MustSee, Seen, etag
from docflow_api.publishing import forget_in_force, judged_by_gate, refuse_addresses
from docflow_api.repeats import MADE_HEADERS, TheKey, keyed_request, made, once
from docflow_api.schemas.configurations import (
    ConfigurationIn,
    ConfigurationOut,
    ConfigurationPatch,
    DryRunIn,
    DryRunOut,
    configuration_out,
    dry_run_out,
)
from docflow_api.schemas.evaluations import judgement_out
from docflow_api.schemas.page import Page, page_of
from docflow_api.schemas.problem import Responses, problems
from docflow_api.schemas.prompts import DiffOut, diff_out
from docflow_api.schemas.texts import TypeIdInQuery, VersionInQuery

router = APIRouter(
    prefix="/v1/configurations",
    tags=["configurations"],
    dependencies=[needs(Scope.CONFIG_WRITE, or_platform=True)],
)
_MADE: Responses = {201: {"description": "A draft", "headers": MADE_HEADERS}}


async def _drafts(session: OwnedSession, caller: TheCaller, gateway: TheGateway) -> ConfigurationDrafts:
    return ConfigurationDrafts(session, caller, gateway.known)


Drafts = Annotated[ConfigurationDrafts, Depends(_drafts)]


@router.get("", operation_id="list_configurations", responses=problems(422))
async def list_configurations(
    *,
    request: Request,
    response: Response,
    drafts: Drafts,
    gateway: TheGateway,
    page: ThePage,
    process_type_id: TypeIdInQuery = None,
    version: VersionInQuery = None,
    state: Annotated[LifecycleState | None, Query()] = None,
) -> Page[ConfigurationOut]:
    """The client's own configurations and the platform's templates, newest first."""
    found = await drafts.page(ConfigurationFilter(process_type_id, version, state), page)
    cursor = found.next.encode() if found.next else None
    items = [configuration_out(row) for row in found.rows]
    return page_of(items, cursor, request, response, gateway.public_url)


@router.post(
    "",
    operation_id="create_configuration",
    status_code=201,
    response_model=ConfigurationOut,
    responses={**_MADE, **problems(400, 404, 409, 413, 415, 422)},
    openapi_extra=body_spec(ConfigurationIn),
)
async def create_configuration(
    *,
    request: Request,
    caller: TheCaller,
    body: Annotated[ConfigurationIn, Depends(body_of(ConfigurationIn))],
    session: OwnedSession,
    drafts: Drafts,
    gateway: TheGateway,
    key: TheKey = None,
) -> Response:
    """A draft; it takes the next version of its type. What is left out gets its default."""

    async def make() -> StoredAnswer:
        return _made(await drafts.add(body.process_type_id, body.values(given_only=False)))

    keyed = keyed_request(gateway, request, caller.client_id, body, key)
    return await once(gateway, session, keyed, make)


@router.get("/{config_id}", operation_id="get_configuration", responses=problems(404))
async def get_configuration(config_id: UUID, response: Response, drafts: Drafts) -> ConfigurationOut:
    """One configuration."""
    return _shown(await drafts.get(config_id), response)


async def _own(config_id: UUID, caller: TheCaller, gateway: TheGateway) -> UUID:
    """Looked up before the body is read."""
    async with gateway.owned(caller) as session:
        await ConfigurationDrafts(session, caller, gateway.known).own(config_id)
    return config_id


async def _readable(config_id: UUID, caller: TheCaller, gateway: TheGateway) -> UUID:
    async with gateway.owned(caller) as session:
        await ConfigurationDrafts(session, caller, gateway.known).get(config_id)
    return config_id


@router.patch(
    "/{config_id}",
    operation_id="change_configuration",
    responses=problems(400, 404, 409, 412, 413, 415, 422, 428),
    openapi_extra=body_spec(ConfigurationPatch),
)
async def patch_configuration(
    *,
    config_id: Annotated[UUID, Depends(_own)],
    seen: MustSee,
    body: Annotated[ConfigurationPatch, Depends(body_of(ConfigurationPatch))],
    response: Response,
    drafts: Drafts,
) -> ConfigurationOut:
    """Change a draft; what is left out stays as it is."""
    row = await drafts.own(config_id)
    return _shown(await drafts.change(row, seen, body.values(given_only=True)), response)


@router.post(
    "/{config_id}/publish", operation_id="publish_configuration", responses=problems(404, 409, 412, 422)
)
async def publish_configuration(
    *,
    config_id: Annotated[UUID, Depends(_own)],
    seen: Seen,
    response: Response,
    caller: TheCaller,
    gateway: TheGateway,
) -> ConfigurationOut:
    """In force for new processes from then on, unless a higher version is. It never changes again.

    `gate` tells how it compares with what was in force; the client's gate may refuse it (409).
    """
    await refuse_addresses(config_id, caller, gateway)
    async with gateway.owned(caller) as session:
        drafts = ConfigurationDrafts(session, caller, gateway.known)
        row = await drafts.own(config_id)
        judged = await judged_by_gate(session, caller, row)
        row = await drafts.publish(row, seen, gateway.now())
    await forget_in_force(gateway, caller, row)
    return _shown(row, response).model_copy(update={"gate": judgement_out(judged) if judged else None})


@router.post("/{config_id}/retire", operation_id="retire_configuration", responses=problems(404, 409, 412))
async def retire_configuration(
    *,
    config_id: Annotated[UUID, Depends(_own)],
    seen: Seen,
    response: Response,
    caller: TheCaller,
    gateway: TheGateway,
) -> ConfigurationOut:
    """Taken out of force; processes that began with it keep it."""
    async with gateway.owned(caller) as session:
        drafts = ConfigurationDrafts(session, caller, gateway.known)
        row = await drafts.retire(await drafts.own(config_id), seen, gateway.now())
    await forget_in_force(gateway, caller, row)
    return _shown(row, response)


@router.post(
    "/{config_id}/clone",
    operation_id="clone_configuration",
    status_code=201,
    response_model=ConfigurationOut,
    responses={**_MADE, **problems(404, 409, 422)},
)
async def clone_configuration(
    *,
    config_id: Annotated[UUID, Depends(_readable)],
    request: Request,
    caller: TheCaller,
    session: OwnedSession,
    drafts: Drafts,
    gateway: TheGateway,
    key: TheKey = None,
) -> Response:
    """A draft of one's own with the same content and the next version, whoever's the first one is."""

    async def make() -> StoredAnswer:
        return _made(await drafts.clone(await drafts.get(config_id)))

    keyed = keyed_request(gateway, request, caller.client_id, None, key)
    return await once(gateway, session, keyed, make)


@router.get("/{config_id}/diff", operation_id="diff_configurations", responses=problems(404, 422))
async def diff_configurations(
    *, config_id: Annotated[UUID, Depends(_readable)], against: Annotated[UUID, Query()], drafts: Drafts
) -> DiffOut:
    """What changes on the way from the configuration `against` to this one."""
    after = await drafts.get(config_id)
    return diff_out(changes_of(await drafts.get(against), after))


@router.post(
    "/{config_id}/dry-run",
    operation_id="dry_run_configuration",
    responses=problems(400, 404, 409, 413, 415, 422),
    # It shows what stands in a document.
    dependencies=[needs(Scope.RESULTS_READ)],
    openapi_extra=body_spec(DryRunIn),
)
async def dry_run_configuration(
    *,
    config_id: Annotated[UUID, Depends(_readable)],
    body: Annotated[DryRunIn, Depends(body_of(DryRunIn))],
    caller: TheCaller,
    gateway: TheGateway,
) -> DryRunOut:
    """Read a stored document again under this configuration, check and judge it, and keep nothing."""
    async with gateway.bound(caller) as session:
        row = await ConfigurationDrafts(session, caller, gateway.known).get(config_id)
    given = await stored(gateway.container, caller.client, body.document_id)
    await refuse_faults(row, gateway.known)
    run = await gateway.dry_runs.run(configuration_of(row, caller.client), given)
    return dry_run_out(config_id, body.document_id, run)


def _made(row: ConfigurationRow) -> StoredAnswer:
    return made(f"/v1/configurations/{row.config_id}", etag(row.revision), configuration_out(row))


def _shown(row: ConfigurationRow, response: Response) -> ConfigurationOut:
    response.headers.update(etag(row.revision))
    return configuration_out(row)

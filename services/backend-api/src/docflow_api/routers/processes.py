from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from docflow.domain.access import Scope
from docflow.domain.cii import result_cii
from docflow.domain.errors import Problem, UnsupportedMedia, UserError, pointer_to
from docflow.domain.exporting import result_csv
from docflow.domain.gist import Gist
from docflow.domain.stages import ProcessStatus, Stage
from docflow.domain.ubl import result_ubl
from docflow.features.audit.listing import AuditListing
from docflow.features.audit.models import AuditLog
from docflow.features.documents.service import Documents
from docflow.features.erasures.service import Erasing, erase
from docflow.features.exports.sheet import MIME as XLSX
from docflow.features.exports.sheet import WRITE_S, result_xlsx
from docflow.features.processes.gists import gists_of
from docflow.features.processes.repository import ProcessFilter, ProcessRepository
from docflow.features.processes.view import view_process
from docflow.features.stage_runs import lifecycle
from docflow.features.stage_runs.timeline import timeline
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import QueryParams

from docflow_api.answers import COME_BACK, json_answer, model_answer, place_of
from docflow_api.deps import Session, TheCaller, TheGateway, ThePage, needs
from docflow_api.etags import etag
from docflow_api.history import history
from docflow_api.rendering.files import attachment
from docflow_api.rendering.page import CSP, result_page
from docflow_api.results import LoadedResult, load_result
from docflow_api.schemas.audit_logs import AuditLogsOut, audit_log_out
from docflow_api.schemas.page import Page, page_of
from docflow_api.schemas.problem import problems
from docflow_api.schemas.processes import (
    EventsOut,
    ListedProcessOut,
    ProcessOut,
    ResultOut,
    StagesOut,
    listed_out,
    process_out,
    stage_out,
)
from docflow_api.schemas.texts import Moment

router = APIRouter(prefix="/v1/processes", tags=["processes"])


class ResultFormat(StrEnum):
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"
    HTML = "html"
    UBL = "ubl"
    CII = "cii"


_XML = "application/xml"
_BY_ACCEPT = {
    "application/json": ResultFormat.JSON,
    "text/csv": ResultFormat.CSV,
    XLSX: ResultFormat.XLSX,
    "text/html": ResultFormat.HTML,
    _XML: ResultFormat.UBL,
}


_FIELD = {
    "name": "field.<name>",
    "in": "query",
    "required": False,
    "schema": {"type": "string", "maxLength": 1000},
    "description": "Equal to the value that was read for this field, such as `field.invoice_number=R-1`; numbers "
    "compare as numbers. Up to five different fields",
}
_MOST_FIELDS = 5


@router.get(
    "",
    operation_id="list_processes",
    responses=problems(422),
    dependencies=[needs(Scope.PROCESSES_READ)],
    openapi_extra={"parameters": [_FIELD]},
)
async def list_processes(
    *,
    request: Request,
    response: Response,
    caller: TheCaller,
    session: Session,
    gateway: TheGateway,
    page: ThePage,
    status: Annotated[list[ProcessStatus] | None, Query(description="May repeat")] = None,
    process_type_id: Annotated[str | None, Query(max_length=100)] = None,
    created_after: Moment | None = None,
    created_before: Moment | None = None,
    created_by: Annotated[
        str | None, Query(max_length=100, description="`user:<id>`, `key:<id>` or `me`")
    ] = None,
    external_id: Annotated[str | None, Query(max_length=255)] = None,
    parent_process_id: Annotated[
        UUID | None, Query(description="Those that were split from this process")
    ] = None,
    q: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=200,
            pattern=r"^[^\x00]*$",
            description="A part of a file's name or of the external id, a value that was read, or the beginning of the "
            "process's id, in any case; less than three characters are looked for at beginnings of names and ids alone",
        ),
    ] = None,
) -> Page[ListedProcessOut]:
    """The client's processes, newest first."""
    chosen = ProcessFilter(
        statuses=status or (),
        process_type_id=process_type_id,
        created_after=created_after,
        created_before=created_before,
        created_by=caller.name if created_by == "me" else created_by,
        external_id=external_id,
        parent_process_id=parent_process_id,
        fields=_fields(request.query_params),
        search=q,
    )
    found = await ProcessRepository(session, caller.client).page(chosen, page)
    documents = await Documents(session, caller.client).of([row.process_id for row in found.rows])
    # A caller that may not read results is not told values by a list.
    may_read = Scope.RESULTS_READ in caller.scopes
    gists = await gists_of(session, caller.client, found.rows) if may_read else {}
    items = [
        listed_out(row, documents.get(row.process_id, []), gists.get(row.process_id, Gist()))
        for row in found.rows
    ]
    return page_of(items, found.next.encode() if found.next else None, request, response, gateway.public_url)


def _fields(query: QueryParams) -> dict[str, str]:
    """The `field.<name>` of a query. Raises UserError for what no field can be."""
    given = [(key, value) for key, value in query.multi_items() if key.startswith("field.")]
    fields = {key.removeprefix("field."): value for key, value in given}
    if len(given) != len(fields) or len(fields) > _MOST_FIELDS:
        raise _bad_field("field", f"each field once, at most {_MOST_FIELDS}")
    for name, value in fields.items():
        if not name or len(name) > 200 or len(value) > 1000 or "\x00" in name + value:
            raise _bad_field(f"field.{name[:200]}", "not a field's name and value")
    return fields


def _bad_field(name: str, message: str) -> UserError:
    return UserError(message, problems=[Problem(pointer_to(("query", name)), message)])


@router.get(
    "/{process_id}",
    operation_id="get_process",
    response_model=ProcessOut,
    responses=problems(404),
    dependencies=[needs(Scope.PROCESSES_READ)],
)
async def get_process(process_id: UUID, caller: TheCaller, gateway: TheGateway) -> Response:
    """One process with its documents."""
    found = await view_process(gateway.container.database, caller.client, process_id)
    return model_answer(process_out(found, found.documents), etag(found.version))


@router.get(
    "/{process_id}/result",
    operation_id="get_result",
    response_model=ResultOut,
    responses={
        200: {
            "content": {"text/csv": {}, "text/html": {}, XLSX: {}, _XML: {}},
            "description": "The result in the form asked for",
        },
        **problems(404, 409, 415, 422),
    },
    dependencies=[needs(Scope.RESULTS_READ)],
)
async def get_result(
    request: Request,
    process_id: UUID,
    caller: TheCaller,
    gateway: TheGateway,
    format: Annotated[ResultFormat | None, Query(description="Wins over `Accept`")] = None,  # noqa: A002
) -> Response:
    """What was read, while a person reviews it and once it is final. `ubl` and `cii` are for results that are an invoice."""
    wanted = format or _accepted(request.headers.get("accept", ""))
    async with gateway.bound(caller) as session:
        loaded = await load_result(session, caller.client, process_id, text=wanted is ResultFormat.HTML)
    if wanted is ResultFormat.XLSX:
        data = await gateway.container.workbench.run(result_xlsx, dict(loaded.shown()), timeout_s=WRITE_S)
        return _file(loaded, data, "xlsx", XLSX)
    return _as(wanted, loaded)


def _as(wanted: ResultFormat, loaded: LoadedResult) -> Response:
    result = loaded.shown()
    if wanted is ResultFormat.HTML:
        page = result_page(loaded.process, result, loaded.documents, loaded.pages)
        return HTMLResponse(page, headers={"Content-Security-Policy": CSP})
    if wanted is ResultFormat.CSV:
        return _file(loaded, result_csv(result).encode(), "csv", "text/csv; charset=utf-8")
    if wanted is ResultFormat.UBL:
        return _file(loaded, result_ubl(result), "ubl.xml", _XML)
    if wanted is ResultFormat.CII:
        return _file(loaded, result_cii(result), "cii.xml", _XML)
    return json_answer(dict(result), headers={"ETag": f'"{loaded.process.version}"'})


def _file(loaded: LoadedResult, data: bytes, ending: str, mime_type: str) -> Response:
    headers = {"Content-Disposition": attachment(f"{loaded.title}.{ending}")}
    return Response(data, media_type=mime_type, headers=headers)


def _accepted(accept: str) -> ResultFormat:
    """The first form of the header that there is; JSON for none and for anything."""
    kinds = [part.partition(";")[0].strip().lower() for part in accept.split(",") if part.strip()]
    for kind in kinds:
        if kind in _BY_ACCEPT:
            return _BY_ACCEPT[kind]
        if kind in ("*/*", "application/*"):
            return ResultFormat.JSON
    if kinds:
        raise UnsupportedMedia(f"a result comes as {', '.join(_BY_ACCEPT)}")
    return ResultFormat.JSON


@router.get(
    "/{process_id}/stages",
    operation_id="list_stages",
    responses=problems(404),
    dependencies=[needs(Scope.PROCESSES_READ)],
)
async def list_stages(process_id: UUID, caller: TheCaller, session: Session) -> StagesOut:
    """The runs of the process, oldest first."""
    await ProcessRepository(session, caller.client).get(process_id)
    return StagesOut(data=[stage_out(run) for run in await timeline(session, caller.client, process_id)])


@router.get(
    "/{process_id}/events",
    operation_id="list_process_events",
    responses=problems(404),
    dependencies=[needs(Scope.PROCESSES_READ)],
)
async def list_process_events(process_id: UUID, caller: TheCaller, session: Session) -> EventsOut:
    """What happened to the process, oldest first."""
    process = await ProcessRepository(session, caller.client).get(process_id)
    runs = await timeline(session, caller.client, process_id)
    audit = await _audit(session, caller.client, process_id)
    return EventsOut(data=history(process, runs, audit))


@router.get(
    "/{process_id}/audit",
    operation_id="list_process_audit",
    responses=problems(404),
    dependencies=[needs(Scope.PROCESSES_READ)],
)
async def list_process_audit(process_id: UUID, caller: TheCaller, session: Session) -> AuditLogsOut:
    """The audit of the process, oldest first; its rows hold ids and codes. The client's whole audit is for admins."""
    await ProcessRepository(session, caller.client).get(process_id)
    return AuditLogsOut(data=[audit_log_out(row) for row in await _audit(session, caller.client, process_id)])


async def _audit(session: AsyncSession, client_id: UUID, process_id: UUID) -> Sequence[AuditLog]:
    return await AuditListing(session, client_id).of_process(process_id)


@router.post(
    "/{process_id}/cancel",
    operation_id="cancel_process",
    responses=problems(404, 409),
    dependencies=[needs(Scope.PROCESSES_WRITE)],
)
async def cancel_process(process_id: UUID, caller: TheCaller, gateway: TheGateway) -> ProcessOut:
    """End a process that is not final yet."""
    async with gateway.bound(caller) as session:
        changed = await lifecycle.cancel(
            session,
            client_id=caller.client,
            process_id=process_id,
            by=caller.name,
            at=gateway.now(),
            public_url=gateway.public_url,
        )
        shown = await _shown(session, caller.client, process_id)
    await gateway.container.transport.hint(changed.hints)
    return shown


@router.post(
    "/{process_id}/retry",
    operation_id="retry_process",
    status_code=202,
    responses=problems(404, 409, 422),
    dependencies=[needs(Scope.PROCESSES_WRITE)],
)
async def retry_process(
    *,
    process_id: UUID,
    response: Response,
    caller: TheCaller,
    gateway: TheGateway,
    from_stage: Annotated[Stage | None, Query(description="Left out = the stage it stopped in")] = None,
    from_step: Annotated[
        str | None, Query(max_length=60, description="A step of its workflow that it has been at")
    ] = None,
) -> ProcessOut:
    """Go on with a failed or cancelled process, from where it stopped or from a stage or step before that."""
    if from_stage is not None and from_step is not None:
        raise UserError(
            "name a stage or a step", problems=[Problem("/query/from_step", "stands beside from_stage")]
        )
    async with gateway.bound(caller) as session:
        changed = await lifecycle.retry(
            session,
            client_id=caller.client,
            process_id=process_id,
            by=caller.name,
            at=gateway.now(),
            from_stage=from_stage,
            from_step=from_step,
            public_url=gateway.public_url,
        )
        shown = await _shown(session, caller.client, process_id)
    await gateway.container.transport.hint(changed.hints)
    response.headers.update(place_of(process_id) | COME_BACK)
    return shown


@router.delete(
    "/{process_id}",
    operation_id="erase_process",
    status_code=204,
    response_class=Response,
    responses=problems(404),
    dependencies=[needs(Scope.PROCESSES_WRITE)],
)
async def erase_process(
    process_id: UUID, caller: TheCaller, session: Session, gateway: TheGateway
) -> Response:
    """Take a process out for good, with its files; one that is at work is cancelled first. The audit keeps its ids."""
    asked = Erasing(caller.client, caller.name, gateway.now(), gateway.public_url)
    await erase(session, asked, process_id)
    return Response(status_code=204)


async def _shown(session: AsyncSession, client_id: UUID, process_id: UUID) -> ProcessOut:
    # The change was written by SQL of its own; what this session holds of the row is older.
    session.expire_all()
    row = await ProcessRepository(session, client_id).get(process_id)
    documents = await Documents(session, client_id).of([process_id])
    return process_out(row, documents.get(process_id, []))

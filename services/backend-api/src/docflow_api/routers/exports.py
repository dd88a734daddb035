from typing import Annotated

from docflow.domain.access import Scope
from docflow.features.audit.messages import act_audit
from docflow.features.exports.sheet import MIME, WRITE_S, results_xlsx
from fastapi import APIRouter, Depends, Response

from docflow_api.deps import TheCaller, TheGateway, body_of, body_spec, needs
from docflow_api.rendering.files import attachment
from docflow_api.results import load_marked
from docflow_api.schemas.exports import ExportIn
from docflow_api.schemas.problem import problems

router = APIRouter(prefix="/v1/exports", tags=["processes"])


@router.post(
    "",
    operation_id="export_results",
    response_class=Response,
    responses={
        200: {"content": {MIME: {}}, "description": "A workbook"},
        **problems(400, 404, 413, 415, 422),
    },
    dependencies=[needs(Scope.RESULTS_READ)],
    openapi_extra=body_spec(ExportIn),
)
async def export_results(
    caller: TheCaller,
    gateway: TheGateway,
    body: Annotated[ExportIn, Depends(body_of(ExportIn))],
) -> Response:
    """The results of several processes as one workbook: a row for each, by type, and a sheet for each table.

    A process that has no result stands there without values. The audit tells of it as `exported`.
    """
    wanted = list(dict.fromkeys(body.process_ids))
    async with gateway.bound(caller) as session:
        rows = await load_marked(session, caller.client, wanted)
        told = {"what": "results", "processes": len(wanted)}
        session.add(
            act_audit(
                client_id=caller.client, at=gateway.now(), action="exported", by=caller.name, payload=told
            )
        )
    data = await gateway.container.workbench.run(results_xlsx, rows, timeout_s=WRITE_S)
    headers = {"Content-Disposition": attachment("results.xlsx")}
    return Response(data, media_type=MIME, headers=headers)

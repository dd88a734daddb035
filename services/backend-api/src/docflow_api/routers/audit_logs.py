from enum import StrEnum
from functools import partial
from typing import Annotated
from uuid import UUID

from docflow.domain.access import Scope
from docflow.domain.stages import AuditResult, Stage
from docflow.features.audit.listing import AuditFilter, AuditListing
from docflow.features.audit.verify import verify
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from docflow_api.audit_export import audit_csv, tell_of_export
from docflow_api.audit_rows import listed
from docflow_api.deps import Session, TheCaller, TheGateway, ThePage, needs
from docflow_api.rendering.files import attachment
from docflow_api.schemas.audit_logs import BrokenLink, ListedAuditLogOut, VerificationOut
from docflow_api.schemas.page import Page, page_of
from docflow_api.schemas.problem import Responses, problems
from docflow_api.schemas.texts import Moment

router = APIRouter(prefix="/v1/audit-logs", tags=["audit"], dependencies=[needs(Scope.ADMIN)])


class AuditFormat(StrEnum):
    JSON = "json"
    CSV = "csv"


_CSV = "text/csv"
_LISTED: Responses = {
    200: {"description": "A page, or the whole as a table", "content": {_CSV: {"schema": {"type": "string"}}}}
}


@router.get(
    "",
    operation_id="list_audit_logs",
    response_model=Page[ListedAuditLogOut],
    responses={**_LISTED, **problems(422)},
)
async def list_audit_logs(
    *,
    request: Request,
    response: Response,
    caller: TheCaller,
    session: Session,
    gateway: TheGateway,
    page: ThePage,
    process_id: UUID | None = None,
    result: AuditResult | None = None,
    stage_type: Stage | None = None,
    after: Annotated[Moment | None, Query(description="Exclusive")] = None,
    before: Annotated[Moment | None, Query(description="Exclusive")] = None,
    kind: Annotated[
        AuditFormat | None,
        Query(alias="format", description="`csv`: all rows that the filters leave; left out, `Accept` tells"),
    ] = None,
) -> Page[ListedAuditLogOut] | Response:
    """The client's audit, newest first."""
    chosen = AuditFilter(process_id, result, stage_type, after, before)
    if kind is AuditFormat.CSV or (kind is None and _asks_for_csv(request)):
        tell_of_export(session, caller, chosen, gateway.now())
        headers = {"Content-Disposition": attachment("audit.csv")}
        return StreamingResponse(
            audit_csv(gateway, caller, chosen), media_type=f"{_CSV}; charset=utf-8", headers=headers
        )
    found = await AuditListing(session, caller.client).page(chosen, page)
    items = await listed(session, caller.client, found.rows)
    return page_of(items, found.next.encode() if found.next else None, request, response, gateway.public_url)


def _asks_for_csv(request: Request) -> bool:
    kinds = [part.partition(";")[0].strip().lower() for part in request.headers.get("accept", "").split(",")]
    return kinds[0] == _CSV


@router.get("/verify", operation_id="verify_audit_logs", responses=problems())
async def verify_audit_logs(caller: TheCaller, gateway: TheGateway) -> VerificationOut:
    """Walk the client's hash chain: any row changed, taken out, put in or cut off breaks it."""
    found = await verify(partial(gateway.bound, caller), caller.client)
    return VerificationOut(
        ok=found.ok,
        checked=found.checked,
        verified_through=found.verified_through,
        broken=[
            BrokenLink(client_id=one.client_id, seq=one.seq, audit_id=one.audit_id, kind=str(one.kind))
            for one in found.broken
        ],
        chains=found.chains,
    )

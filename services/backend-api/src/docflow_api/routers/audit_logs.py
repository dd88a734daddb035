from typing import Annotated
from uuid import UUID

from docflow.domain.access import Scope
from docflow.domain.stages import AuditResult, Stage
from docflow.features.audit.listing import AuditFilter, AuditListing
from docflow.features.audit.verify import verify
from fastapi import APIRouter, Query, Request, Response

from docflow_api.deps import Moment, Session, TheCaller, TheGateway, ThePage, needs
from docflow_api.schemas.audit_logs import AuditLogOut, BrokenLink, VerificationOut, audit_log_out
from docflow_api.schemas.page import Page, page_of
from docflow_api.schemas.problem import problems

router = APIRouter(prefix="/v1/audit-logs", tags=["audit"], dependencies=[needs(Scope.ADMIN)])


@router.get("", operation_id="list_audit_logs", responses=problems(422))
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
) -> Page[AuditLogOut]:
    """The client's audit, newest first."""
    chosen = AuditFilter(process_id, result, stage_type, after, before)
    found = await AuditListing(session, caller.client).page(chosen, page)
    items = [audit_log_out(row) for row in found.rows]
    return page_of(items, found.next.encode() if found.next else None, request, response, gateway.public_url)


@router.get("/verify", operation_id="verify_audit_logs", responses=problems())
async def verify_audit_logs(caller: TheCaller, session: Session) -> VerificationOut:
    """Walk the client's hash chain: any row changed, taken out, put in or cut off breaks it."""
    found = await verify(session, caller.client)
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

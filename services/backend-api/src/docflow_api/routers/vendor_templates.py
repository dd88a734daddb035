from typing import Annotated
from uuid import UUID

from docflow.domain.access import Scope
from docflow.features.audit.messages import act_audit
from docflow.features.vendor_memory.repository import VendorMemories
from fastapi import APIRouter, Query, Request, Response

from docflow_api.deps import Session, TheCaller, TheGateway, ThePage, needs
from docflow_api.schemas.page import Page, page_of
from docflow_api.schemas.problem import problems
from docflow_api.schemas.vendor_templates import VendorTemplateOut, vendor_template_out

router = APIRouter(
    prefix="/v1/vendor-templates", tags=["vendor templates"], dependencies=[needs(Scope.CONFIG_WRITE)]
)


@router.get("", operation_id="list_vendor_templates", responses=problems(422))
async def list_vendor_templates(
    *,
    request: Request,
    response: Response,
    caller: TheCaller,
    session: Session,
    gateway: TheGateway,
    page: ThePage,
    process_type_id: Annotated[str | None, Query(max_length=100)] = None,
) -> Page[VendorTemplateOut]:
    """Where reviewers' corrections say that fields of a vendor stand, newest first.

    A correction whose value stands on a page teaches one by itself. The vendor's next documents are read by it, too.
    """
    found = await VendorMemories(session, caller.client).page(page, process_type_id)
    items = [vendor_template_out(row) for row in found.rows]
    return page_of(items, found.next.encode() if found.next else None, request, response, gateway.public_url)


@router.delete(
    "/{template_id}", operation_id="delete_vendor_template", status_code=204, responses=problems(404)
)
async def delete_vendor_template(
    template_id: UUID, caller: TheCaller, session: Session, gateway: TheGateway
) -> Response:
    """Forget a template; a later correction may teach it anew."""
    removed = await VendorMemories(session, caller.client).remove(template_id)
    session.add(
        act_audit(
            client_id=caller.client,
            at=gateway.now(),
            action="vendor_template_removed",
            by=caller.name,
            payload={"template_id": str(template_id), "field": removed.field},
        )
    )
    return Response(status_code=204)

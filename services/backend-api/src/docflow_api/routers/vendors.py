from typing import Annotated
from uuid import UUID

from docflow.domain.access import Scope
from docflow.features.vendors.service import Vendors
from fastapi import APIRouter, Depends, Request, Response

from docflow_api.deps import Session, TheCaller, TheGateway, ThePage, body_of, body_spec, needs
from docflow_api.schemas.page import Page, page_of
from docflow_api.schemas.problem import problems
from docflow_api.schemas.vendors import (
    BankDetailsVerified,
    VendorFactsOut,
    VendorOut,
    vendor_facts_out,
    vendor_out,
)

router = APIRouter(prefix="/v1/vendors", tags=["vendors"])

_READS = needs(Scope.RESULTS_READ)


@router.get("", operation_id="list_vendors", responses=problems(422), dependencies=[_READS])
async def list_vendors(
    *,
    request: Request,
    response: Response,
    caller: TheCaller,
    session: Session,
    gateway: TheGateway,
    page: ThePage,
) -> Page[VendorOut]:
    """Whose documents were completed, with the accounts they asked to be paid to; newest first."""
    found = await Vendors(session, caller.client).page(page)
    items = [vendor_out(row, accounts) for row, accounts in found.rows]
    return page_of(items, found.next.encode() if found.next else None, request, response, gateway.public_url)


@router.get("/{vendor_id}", operation_id="get_vendor", responses=problems(404), dependencies=[_READS])
async def get_vendor(vendor_id: UUID, caller: TheCaller, session: Session) -> VendorFactsOut:
    """One vendor with its accounts, amounts and habits."""
    return vendor_facts_out(await Vendors(session, caller.client).get(vendor_id))


async def _known(vendor_id: UUID, caller: TheCaller, gateway: TheGateway) -> UUID:
    """Looked up before the body is read."""
    async with gateway.bound(caller) as session:
        await Vendors(session, caller.client).get(vendor_id)
    return vendor_id


@router.post(
    "/{vendor_id}/verify-bank-details",
    operation_id="verify_bank_details",
    responses=problems(400, 404, 413, 415, 422),
    dependencies=[needs(Scope.REVIEWS_WRITE)],
    openapi_extra=body_spec(BankDetailsVerified),
)
async def verify_bank_details(
    *,
    vendor_id: Annotated[UUID, Depends(_known)],
    body: Annotated[BankDetailsVerified, Depends(body_of(BankDetailsVerified))],
    caller: TheCaller,
    session: Session,
    gateway: TheGateway,
) -> VendorFactsOut:
    """Keep that an account is the vendor's. Documents read from then on that ask to pay there are not flagged for it."""
    verified = await Vendors(session, caller.client).verify(
        vendor_id, body.iban, by=caller.name, at=gateway.now()
    )
    return vendor_facts_out(verified)

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from docflow_api.deps import (
    TheCaller,
    TheEnroller,
    TheGateway,
    address_of,
    body_of,
    body_spec,
    needs_enroller,
    needs_person,
)
from docflow_api.schemas.problem import problems
from docflow_api.schemas.second_factor import (
    FactorBegun,
    FactorConfirm,
    FactorOut,
    FactorProof,
    FactorStart,
    RecoveryCodesOut,
)

router = APIRouter(prefix="/v1/me/mfa", tags=["auth"])

Start = Annotated[FactorStart, Depends(body_of(FactorStart))]
Confirm = Annotated[FactorConfirm, Depends(body_of(FactorConfirm))]
Proof = Annotated[FactorProof, Depends(body_of(FactorProof))]
_PROBLEMS = problems(400, 409, 413, 415, 422)


@router.get("", operation_id="get_mfa", responses=problems(), dependencies=[needs_enroller])
async def get_mfa(caller: TheEnroller, gateway: TheGateway) -> FactorOut:
    """Whether the caller has a second factor, and how many recovery codes are left."""
    state = await gateway.second_factors.state(caller)
    return FactorOut(
        enabled=state.is_on,
        pending=state.is_pending,
        recovery_codes_left=state.recovery_codes_left,
        required=state.is_required,
    )


@router.post(
    "/totp",
    operation_id="begin_mfa",
    responses=_PROBLEMS,
    dependencies=[needs_enroller],
    openapi_extra=body_spec(FactorStart),
)
async def begin_mfa(request: Request, body: Start, caller: TheEnroller, gateway: TheGateway) -> FactorBegun:
    """A secret for an authenticator app. Nothing changes before a code of it is confirmed; a factor that is on stays
    until then."""
    begun = await gateway.second_factors.begin(
        caller, body.password, body.code, address=address_of(request), at=gateway.now()
    )
    return FactorBegun(secret=begun.secret, otpauth_uri=begun.otpauth_uri)


@router.post(
    "/totp/confirm",
    operation_id="confirm_mfa",
    responses=_PROBLEMS,
    dependencies=[needs_enroller],
    openapi_extra=body_spec(FactorConfirm),
)
async def confirm_mfa(
    request: Request, body: Confirm, caller: TheEnroller, gateway: TheGateway
) -> RecoveryCodesOut:
    """Turns the second factor on, ends the caller's other sessions and shows ten recovery codes, once."""
    codes = await gateway.second_factors.confirm(
        caller, body.code, address=address_of(request), at=gateway.now()
    )
    return RecoveryCodesOut(recovery_codes=codes)


@router.post(
    "/recovery-codes",
    operation_id="renew_recovery_codes",
    responses=_PROBLEMS,
    dependencies=[needs_person],
    openapi_extra=body_spec(FactorProof),
)
async def renew_recovery_codes(
    request: Request, body: Proof, caller: TheCaller, gateway: TheGateway
) -> RecoveryCodesOut:
    """Ten new recovery codes; the old ones count no more."""
    codes = await gateway.second_factors.renew_codes(
        caller, body.password, body.code, address=address_of(request), at=gateway.now()
    )
    return RecoveryCodesOut(recovery_codes=codes)


@router.delete(
    "",
    operation_id="end_mfa",
    status_code=204,
    responses=_PROBLEMS,
    dependencies=[needs_person],
    openapi_extra=body_spec(FactorProof),
)
async def end_mfa(request: Request, body: Proof, caller: TheCaller, gateway: TheGateway) -> Response:
    """Turns the second factor off, by password and a code of the app or a recovery code; 409 where one is required."""
    await gateway.second_factors.end(
        caller, body.password, body.code, address=address_of(request), at=gateway.now()
    )
    return Response(status_code=204)

"""Passwords that were forgotten or are to be changed, and addresses to be confirmed."""

import hashlib
from typing import Annotated

from docflow.features.users.throttle import origin_of
from fastapi import APIRouter, Depends, Request, Response

from docflow_api.deps import Gateway, TheCaller, TheGateway, address_of, body_of, body_spec, needs_person
from docflow_api.schemas.problem import only, problems
from docflow_api.schemas.users import ChangeIn, ConfirmIn, ForgotIn, ResetIn

router = APIRouter(prefix="/v1/auth", tags=["auth"])
_PROBLEMS = only(400, 401, 403, 413, 415, 422, 429, 500, 503)

LETTERS_PER_ACCOUNT = 5
LETTERS_WINDOW_S = 900


async def counted(request: Request, gateway: TheGateway) -> None:
    """Who has not signed in is counted by address. Raises RateLimited."""
    limit = gateway.container.settings.limits.requests_per_minute
    await gateway.rates.take(f"address:{origin_of(address_of(request))}", limit)


async def _may_be_written_to(gateway: Gateway, account: str) -> bool:
    """No more letters than anybody needs; the answer does not tell."""
    if gateway.container.settings.limits.logins_per_minute is None:
        return True
    key = f"letters:{hashlib.sha256(account.encode()).hexdigest()}"
    verdict = await gateway.container.limits.hit(key, limit=LETTERS_PER_ACCOUNT, window_s=LETTERS_WINDOW_S)
    return verdict.allowed


@router.post(
    "/password/forgot",
    operation_id="forgot_password",
    status_code=202,
    response_class=Response,
    responses=_PROBLEMS,
    dependencies=[Depends(counted)],
    openapi_extra=body_spec(ForgotIn),
)
async def forgot_password(
    body: Annotated[ForgotIn, Depends(body_of(ForgotIn))], gateway: TheGateway
) -> Response:
    """Ask for a letter with which to choose a new password. The answer is the same for every address."""
    if await _may_be_written_to(gateway, body.email):
        await gateway.recovery.forgot(body.email)
    return Response(status_code=202)


@router.post(
    "/password/reset",
    operation_id="reset_password",
    status_code=204,
    responses=_PROBLEMS,
    dependencies=[Depends(counted)],
    openapi_extra=body_spec(ResetIn),
)
async def reset_password(
    body: Annotated[ResetIn, Depends(body_of(ResetIn))], gateway: TheGateway
) -> Response:
    """Choose a new password by the token of the letter. Works once, ends all sessions; a second factor stays."""
    await gateway.recovery.reset(body.token, body.password, at=gateway.now())
    return Response(status_code=204)


@router.post(
    "/password/change",
    operation_id="change_password",
    status_code=204,
    responses=problems(400, 413, 415, 422),
    dependencies=[needs_person],
    openapi_extra=body_spec(ChangeIn),
)
async def change_password(
    request: Request,
    caller: TheCaller,
    body: Annotated[ChangeIn, Depends(body_of(ChangeIn))],
    gateway: TheGateway,
) -> Response:
    """Change one's own password. Ends all sessions, this one too."""
    await gateway.recovery.change(
        caller, body.current_password, body.password, address=address_of(request), at=gateway.now()
    )
    return Response(status_code=204)


@router.post(
    "/email/verify",
    operation_id="verify_email",
    status_code=204,
    responses=_PROBLEMS,
    dependencies=[Depends(counted)],
    openapi_extra=body_spec(ConfirmIn),
)
async def verify_email(
    body: Annotated[ConfirmIn, Depends(body_of(ConfirmIn))], gateway: TheGateway
) -> Response:
    """Confirm an address by the token that was sent to it."""
    await gateway.recovery.confirm(body.token, at=gateway.now())
    return Response(status_code=204)


@router.post(
    "/email/resend",
    operation_id="resend_verification",
    status_code=202,
    response_class=Response,
    responses=problems(),
    dependencies=[needs_person],
)
async def resend_verification(caller: TheCaller, gateway: TheGateway) -> Response:
    """Ask for the letter that confirms one's own address again. Nothing is sent once it is confirmed."""
    if await _may_be_written_to(gateway, caller.name):
        await gateway.recovery.ask_to_confirm(caller)
    return Response(status_code=202)

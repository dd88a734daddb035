from typing import Annotated

from docflow.features.users.service import SignedIn
from fastapi import APIRouter, Depends, Request, Response

from docflow_api.deps import TheGateway, address_of, body_of, body_spec
from docflow_api.schemas.auth import LoginIn, RefreshIn, TokensOut
from docflow_api.schemas.problem import only

router = APIRouter(prefix="/v1/auth", tags=["auth"])
_PROBLEMS = only(400, 401, 403, 413, 415, 422, 429, 500, 503)

LoginBody = Annotated[LoginIn, Depends(body_of(LoginIn))]
RefreshBody = Annotated[RefreshIn, Depends(body_of(RefreshIn))]


@router.post("/login", operation_id="login", responses=_PROBLEMS, openapi_extra=body_spec(LoginIn))
async def login(request: Request, body: LoginBody, gateway: TheGateway) -> TokensOut:
    """Sign in by address and password; an account with a second factor needs its code (`totp`) too."""
    signed_in = await gateway.accounts.login(
        body.email,
        body.password,
        totp=body.totp,
        address=address_of(request),
        agent=_agent(request),
        at=gateway.now(),
    )
    return _tokens(signed_in)


@router.post("/refresh", operation_id="refresh", responses=_PROBLEMS, openapi_extra=body_spec(RefreshIn))
async def refresh(request: Request, body: RefreshBody, gateway: TheGateway) -> TokensOut:
    """A new pair of tokens. The old refresh token is used up; using it again ends the session."""
    signed_in = await gateway.accounts.refresh(
        body.refresh_token, address=address_of(request), agent=_agent(request), at=gateway.now()
    )
    return _tokens(signed_in)


@router.post(
    "/logout", operation_id="logout", status_code=204, responses=_PROBLEMS, openapi_extra=body_spec(RefreshIn)
)
async def logout(body: RefreshBody, gateway: TheGateway) -> Response:
    """End the session; its access tokens are refused from the next request. Safe to repeat."""
    await gateway.accounts.logout(body.refresh_token, at=gateway.now())
    return Response(status_code=204)


def _tokens(signed_in: SignedIn) -> TokensOut:
    return TokensOut(
        access_token=signed_in.access_token,
        refresh_token=signed_in.refresh_token,
        expires_in=signed_in.expires_in,
    )


def _agent(request: Request) -> str:
    return request.headers.get("user-agent", "")

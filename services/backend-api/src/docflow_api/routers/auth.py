from contextlib import suppress
from typing import Annotated

from docflow.domain.errors import Problem, Unauthorized, UserError
from docflow.features.users.service import SignedIn
from fastapi import APIRouter, Depends, Request, Response

from docflow_api.deps import Gateway, TheGateway, address_of, body_of, body_spec
from docflow_api.schemas.auth import CookieSessionOut, LoginIn, RefreshIn, TokensOut
from docflow_api.schemas.problem import only

router = APIRouter(prefix="/v1/auth", tags=["auth"])
_PROBLEMS = only(400, 401, 403, 413, 415, 422, 429, 500, 503)

LoginBody = Annotated[LoginIn, Depends(body_of(LoginIn))]
RefreshBody = Annotated[RefreshIn, Depends(body_of(RefreshIn))]


@router.post("/login", operation_id="login", responses=_PROBLEMS, openapi_extra=body_spec(LoginIn))
async def login(
    request: Request, response: Response, body: LoginBody, gateway: TheGateway
) -> TokensOut | CookieSessionOut:
    """Sign in by address and password; an account with a second factor needs its code (`totp`) too."""
    if body.cookie:
        gateway.cookies.refuse_other_sites(request)
    signed_in = await gateway.accounts.login(
        body.email,
        body.password,
        totp=body.totp,
        recovery_code=body.recovery_code,
        address=address_of(request),
        agent=_agent(request),
        at=gateway.now(),
    )
    if not body.cookie:
        return _tokens(signed_in)
    await _end_before(request, gateway)
    return _in_cookies(gateway, response, signed_in)


async def _end_before(request: Request, gateway: Gateway) -> None:
    """The session that the browser's cookies are of: they are written over, and nobody could end it any more."""
    token = request.cookies.get(gateway.cookies.refresh)
    if token is not None:
        with suppress(Unauthorized):
            await gateway.accounts.logout(token, at=gateway.now())


@router.post("/refresh", operation_id="refresh", responses=_PROBLEMS, openapi_extra=body_spec(RefreshIn))
async def refresh(
    request: Request, response: Response, body: RefreshBody, gateway: TheGateway
) -> TokensOut | CookieSessionOut:
    """A new pair of tokens. The old refresh token is used up; using it again ends the session."""
    signed_in = await gateway.accounts.refresh(
        _refresh_token(request, body, gateway),
        address=address_of(request),
        agent=_agent(request),
        at=gateway.now(),
    )
    if body.refresh_token is None:
        return _in_cookies(gateway, response, signed_in)
    return _tokens(signed_in)


@router.post(
    "/logout", operation_id="logout", status_code=204, responses=_PROBLEMS, openapi_extra=body_spec(RefreshIn)
)
async def logout(request: Request, body: RefreshBody, gateway: TheGateway) -> Response:
    """End the session; its access tokens are refused from the next request. Safe to repeat."""
    await gateway.accounts.logout(_refresh_token(request, body, gateway), at=gateway.now())
    response = Response(status_code=204)
    if body.refresh_token is None:
        gateway.cookies.clear(response)
    return response


def _refresh_token(request: Request, body: RefreshIn, gateway: Gateway) -> str:
    """Of the body, else of the cookie. Raises Forbidden when another site's page uses the cookie."""
    token = body.refresh_token or request.cookies.get(gateway.cookies.refresh)
    if token is None:
        places = [Problem("/refresh_token", "needed where there is no cookie")]
        raise UserError("some values are not valid", problems=places)
    if body.refresh_token is None:
        gateway.cookies.refuse_other_sites(request)
    return token


def _tokens(signed_in: SignedIn) -> TokensOut:
    return TokensOut(
        access_token=signed_in.access_token,
        refresh_token=signed_in.refresh_token,
        expires_in=signed_in.expires_in,
    )


def _in_cookies(gateway: Gateway, response: Response, signed_in: SignedIn) -> CookieSessionOut:
    gateway.cookies.write(response, signed_in)
    return CookieSessionOut(expires_in=signed_in.expires_in)


def _agent(request: Request) -> str:
    return request.headers.get("user-agent", "")

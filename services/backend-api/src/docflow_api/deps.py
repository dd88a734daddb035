"""What handlers ask for: the container's parts, the caller, a transaction of the caller's client, a page."""

import re
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

import orjson
import structlog
from docflow.domain.access import Caller, Scope
from docflow.domain.errors import Forbidden, NotFound, Unauthorized, UnsupportedMedia, UserError
from docflow.domain.paging import Mark, PageRequest
from docflow.domain.publishing import Known
from docflow.domain.stages import AuditResult, Role
from docflow.features.api_keys.service import ApiKeys
from docflow.features.audit.messages import act_audit
from docflow.features.configurations.in_force import InForce
from docflow.features.socket_tickets.service import SocketTickets
from docflow.features.submissions.service import Submissions
from docflow.features.uploads.service import Uploads
from docflow.features.users.invitations import Joining
from docflow.features.users.passwords import Passwords
from docflow.features.users.policy import PasswordPolicy
from docflow.features.users.recovery import Recovery
from docflow.features.users.second_factor import SecondFactors
from docflow.features.users.service import Accounts
from docflow.features.users.sessions import Sessions
from docflow.features.users.tokens import AccessTokens
from docflow.runtime.container import Container
from fastapi import Depends, Query, Request
from pydantic import BaseModel, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from docflow_api.cookies import SessionCookies
from docflow_api.correcting import Correcting
from docflow_api.dry_runs import DryRuns
from docflow_api.errors import NOTHING_OF_THAT_ID, Malformed, invalid
from docflow_api.metrics import HttpMetrics
from docflow_api.rates import RequestRates
from docflow_api.regions import Regions
from docflow_api.schemas.texts import TYPE_ID
from docflow_api.slots import StreamSlots
from docflow_api.teaching import Teaching

Model = TypeVar("Model", bound=BaseModel)
_TYPE_ID = re.compile(rf"(?=.{{1,100}}$){TYPE_ID}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}")

PLATFORM = Role.PLATFORM_ADMIN.value
"""The right of a platform admin, beside those that scopes give."""
PERSON = "person"
"""That of anybody who is signed in."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """The parts that all requests share, made once with the app."""

    container: Container
    accounts: Accounts
    api_keys: ApiKeys
    tokens: AccessTokens
    submissions: Submissions
    in_force: InForce
    known: Known
    dry_runs: DryRuns
    teaching: Teaching
    regions: Regions
    correcting: Correcting
    uploads: Uploads
    rates: RequestRates
    metrics: HttpMetrics
    passwords: Passwords
    policy: PasswordPolicy
    joining: Joining
    recovery: Recovery
    second_factors: SecondFactors
    sessions: Sessions
    tickets: SocketTickets
    cookies: SessionCookies
    slots: StreamSlots

    def now(self) -> datetime:
        return self.container.clock.now()

    @property
    def public_url(self) -> str:
        """The address that clients see, without a slash at the end; empty = links are relative."""
        return (self.container.settings.api.public_url or "").rstrip("/")

    def bound(self, caller: Caller) -> AbstractAsyncContextManager[AsyncSession]:
        """One transaction of the caller's client. For what must happen after the commit, such as a hint."""
        return self.container.database.client(caller.client)

    def owned(self, caller: Caller) -> AbstractAsyncContextManager[AsyncSession]:
        """One transaction of the caller's client; of no client for a platform admin, who keeps what is everybody's."""
        return self.container.database.nobody() if caller.is_platform else self.bound(caller)

    async def note_refusal(self, client_id: UUID, caller: Caller, scope: Scope, route: str) -> None:
        """In the client's audit, in a transaction of its own: the refusal ends the request's. `route` holds no ids."""
        async with self.container.database.client(client_id) as session:
            session.add(
                act_audit(
                    client_id=client_id,
                    at=self.now(),
                    action="access_refused",
                    by=caller.name,
                    result=AuditResult.FAILED,
                    payload={"scope": scope.value, "route": route},
                )
            )


async def gateway_of(request: Request) -> Gateway:
    gateway: Gateway = request.app.state.gateway
    return gateway


TheGateway = Annotated[Gateway, Depends(gateway_of)]
"""For handlers. Dependencies take the request: each dependency of one is examined anew for every route."""


async def _identified(request: Request) -> Caller:
    gateway = await gateway_of(request)
    at = gateway.now()
    token = _token(request, gateway)
    if token.startswith("dfk_"):
        caller = await gateway.api_keys.caller(token, at=at)
    else:
        caller = await gateway.accounts.caller(gateway.tokens.read(token, at=at))
    structlog.contextvars.bind_contextvars(client_id=str(caller.client_id))
    # The edge writes them into whatever answer this request gets.
    request.state.rate_headers = await gateway.rates.take(
        caller.name, caller.requests_per_minute or gateway.container.settings.limits.requests_per_minute
    )
    return caller


async def _caller(request: Request) -> Caller:
    """Raises Forbidden for who must set up a second factor first."""
    caller = await _identified(request)
    if caller.must_enrol:
        raise Forbidden(
            "a second factor is required of you: set it up at /v1/me/mfa/totp", code="second_factor_required"
        )
    return caller


def _token(request: Request, gateway: Gateway) -> str:
    """Of the header, else of the portal's cookie. Raises Forbidden when another site's page uses the cookie."""
    header = request.headers.get("authorization")
    if header is not None:
        scheme, _, token = header.partition(" ")
        if scheme.lower() == "bearer" and token.strip():
            return token.strip()
    elif (cookie := request.cookies.get(gateway.cookies.access)) is not None:
        gateway.cookies.refuse_other_sites(request)
        if not cookie.startswith("dfk_"):
            return cookie
    raise Unauthorized("a bearer token or an API key is needed")


TheCaller = Annotated[Caller, Depends(_caller)]
TheEnroller = Annotated[Caller, Depends(_identified)]
"""For what sets up a second factor: also somebody who may do nothing else before that."""


def needs(scope: Scope, *, or_platform: bool = False) -> Any:
    """A route dependency: the caller holds `scope` and has a client. Judged before ids and bodies are.

    With `or_platform` a platform admin passes, too.
    """

    async def check(request: Request, caller: TheCaller) -> None:
        if or_platform and caller.is_platform:
            return
        await judge(request, caller, await gateway_of(request), scope)

    check.rights = (scope.value, *((PLATFORM,) if or_platform else ()))  # type: ignore[attr-defined]
    return Depends(check)


async def _platform(caller: TheCaller) -> None:
    if not caller.is_platform:
        raise Forbidden("this needs a platform admin")


_platform.rights = (PLATFORM,)  # type: ignore[attr-defined]
needs_platform: Any = Depends(_platform)
"""A route dependency: the caller is a platform admin."""


async def _person(caller: TheCaller) -> None:
    _ = caller.person


_person.rights = (PERSON,)  # type: ignore[attr-defined]
needs_person: Any = Depends(_person)
"""A route dependency: a person calls. A key signs in nowhere and is refused before the body is read."""


async def _enroller(caller: TheEnroller) -> None:
    _ = caller.person


_enroller.rights = (PERSON,)  # type: ignore[attr-defined]
needs_enroller: Any = Depends(_enroller)
"""The same with `TheEnroller`."""


async def _member(caller: TheCaller) -> None:
    _ = caller.person, caller.client


_member.rights = (PERSON,)  # type: ignore[attr-defined]
needs_member: Any = Depends(_member)
"""A route dependency: a person of a client calls; a platform admin has none."""


async def judge(request: Request, caller: Caller, gateway: Gateway, scope: Scope) -> None:
    """Raises Forbidden unless the caller holds `scope` and has a client, whose audit then tells of it."""
    client_id = caller.client
    try:
        caller.require(scope)
    except Forbidden:
        await gateway.note_refusal(client_id, caller, scope, f"{request.method} {_route(request)}")
        raise


def address_of(request: Request) -> str:
    """Where the request came from, in the eyes of the proxies that are trusted."""
    return request.client.host if request.client else ""


def needed_rights(call: object) -> tuple[str, ...]:
    """What a route dependency asks for, for the API's description: any one of these is enough; empty = nothing."""
    return getattr(call, "rights", ())


def proves_caller(call: object) -> bool:
    return call in (_caller, _identified)


def _route(request: Request) -> str:
    """The route's pattern, without the ids of this request."""
    return getattr(request.scope.get("route"), "path", "")


async def _session(request: Request, caller: TheCaller) -> AsyncIterator[AsyncSession]:
    async with (await gateway_of(request)).bound(caller) as session:
        yield session


Session = Annotated[AsyncSession, Depends(_session, scope="function")]
"""The request's transaction. It commits after the handler and before the answer leaves."""


async def _owned_session(request: Request, caller: TheCaller) -> AsyncIterator[AsyncSession]:
    async with (await gateway_of(request)).owned(caller) as session:
        yield session


OwnedSession = Annotated[AsyncSession, Depends(_owned_session, scope="function")]
"""Like `Session`, and bound to no client for a platform admin."""


async def _page_request(
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> PageRequest:
    return PageRequest(limit, Mark.decode(cursor) if cursor else None)


ThePage = Annotated[PageRequest, Depends(_page_request)]


def refuse_unreadable_ids(request: Request) -> None:
    """Raises NotFound: an id of another form names nothing.

    For what reads a header or the body: the framework calls that even where an id of the path could not be read.
    """
    for name, value in request.path_params.items():
        if name.endswith("_id") and not (_TYPE_ID if name == "process_type_id" else _UUID).fullmatch(value):
            raise NotFound(NOTHING_OF_THAT_ID)


async def read_json(request: Request) -> Any:
    """The body as JSON. Raises Malformed for what is not JSON and UnsupportedMedia for another content type."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        raise UnsupportedMedia("the body must be application/json")
    try:
        return orjson.loads(await request.body())
    except orjson.JSONDecodeError as error:
        raise Malformed("the body is not valid JSON") from error


def parsed(model: type[Model], data: object) -> Model:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise UserError("some values are not valid", problems=invalid(error.errors())) from error


def body_of(model: type[Model]) -> Callable[[Request], Coroutine[Any, Any, Model]]:
    """A dependency that reads the body after the caller, and the row of the path, were judged."""

    async def read(request: Request) -> Model:
        refuse_unreadable_ids(request)
        return parsed(model, await read_json(request))

    return read


def body_spec(model: type[BaseModel]) -> dict[str, Any]:
    """For `openapi_extra`: the request body that `body_of(model)` reads."""
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}}}
    return {"requestBody": {"required": True, "content": content}}

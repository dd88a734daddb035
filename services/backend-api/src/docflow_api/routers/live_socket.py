from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from docflow.domain.access import Scope
from docflow.domain.errors import DocflowError, Forbidden
from docflow.features.socket_tickets.service import TTL_S, Follower
from fastapi import APIRouter, Query, WebSocket

from docflow_api.deps import Gateway, TheCaller, TheGateway, needs
from docflow_api.errors import refusal
from docflow_api.following import following
from docflow_api.schemas.base import Schema
from docflow_api.schemas.problem import problems
from docflow_api.sockets import TALKATIVE, LiveSocket
from docflow_api.streams import read_mark

router = APIRouter(tags=["events"])


class TicketOut(Schema):
    """Opens one socket within `expires_in` seconds: `/v1/ws?ticket=`."""

    ticket: str
    expires_in: int


@router.post(
    "/v1/ws-ticket",
    operation_id="create_socket_ticket",
    responses=problems(),
    dependencies=[needs(Scope.PROCESSES_READ)],
)
async def create_socket_ticket(caller: TheCaller, gateway: TheGateway) -> TicketOut:
    """A ticket for the live socket, good for one opening."""
    ticket = await gateway.tickets.give(caller, at=gateway.now())
    return TicketOut(ticket=ticket, expires_in=TTL_S)


@router.websocket("/v1/ws")
async def live_socket(
    websocket: WebSocket,
    ticket: Annotated[str, Query(max_length=200)] = "",
    since: Annotated[str | None, Query(max_length=64)] = None,
) -> None:
    """Every change of the client's processes, as `{"type","data"}`; the same snapshots as /v1/events."""
    gateway: Gateway = websocket.app.state.gateway
    try:
        follower = await _admit(websocket, gateway, ticket)
        with gateway.slots.take(follower.client_id):
            await _serve(websocket, gateway, follower, read_mark(since, gateway.now()))
    except DocflowError as error:
        await _refuse(websocket, error)


async def _admit(websocket: WebSocket, gateway: Gateway, ticket: str) -> Follower:
    origin = websocket.headers.get("origin")
    if origin is not None and not _may_open(origin, websocket, gateway):
        raise Forbidden("this origin may open no socket here")
    at = gateway.now()
    follower = await gateway.tickets.redeem(ticket, at=at)
    if not await gateway.tickets.stands(follower, at=at):
        raise Forbidden("this session or key may open no socket")
    return follower


def _may_open(origin: str, websocket: WebSocket, gateway: Gateway) -> bool:
    if gateway.cookies.is_own(origin, websocket.headers):
        return True
    allowed = gateway.container.settings.api.cors_origins
    return urlsplit(origin).scheme in ("http", "https") and origin in allowed


async def _serve(websocket: WebSocket, gateway: Gateway, follower: Follower, since: datetime) -> None:
    await websocket.accept()
    stream = following(gateway, follower)
    with gateway.metrics.streams.track_inprogress():
        await LiveSocket(websocket, stream).serve(follower.client_id, since, gateway.container.stopping)


async def _refuse(websocket: WebSocket, error: DocflowError) -> None:
    """With the problem where the server can send one, else by closing."""
    if "websocket.http.response" in websocket.scope.get("extensions", {}):
        await websocket.send_denial_response(refusal(websocket, error))
    else:
        await websocket.close(TALKATIVE)

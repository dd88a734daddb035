from typing import Annotated
from uuid import UUID

from docflow.domain.access import Scope
from docflow.features.idempotency.service import StoredAnswer
from docflow.features.notification_channels.keeping import ChannelChange, ChannelKeeping, judged
from docflow.features.notification_channels.models import ChannelKind
from docflow.features.notification_channels.repository import NotificationChannels
from fastapi import APIRouter, Depends, Request, Response

from docflow_api.deps import Gateway, Session, TheCaller, TheGateway, ThePage, body_of, body_spec, needs
from docflow_api.etags import MustSee, etag
from docflow_api.repeats import MADE_HEADERS, TheKey, keyed_request, made, once
from docflow_api.schemas.notification_channels import (
    NotificationChannelIn,
    NotificationChannelOut,
    NotificationChannelPatch,
    NotificationMessageOut,
    channel_out,
    given_target,
    message_out,
)
from docflow_api.schemas.page import Page, page_of
from docflow_api.schemas.problem import problems

router = APIRouter(
    prefix="/v1/notification-channels", tags=["notifications"], dependencies=[needs(Scope.ADMIN)]
)
_ETAG = {"ETag": MADE_HEADERS["ETag"]}


@router.get("", operation_id="list_notification_channels", responses=problems(422))
async def list_notification_channels(
    *,
    request: Request,
    response: Response,
    caller: TheCaller,
    session: Session,
    gateway: TheGateway,
    page: ThePage,
) -> Page[NotificationChannelOut]:
    """The client's channels, newest first, with how they fare."""
    found = await NotificationChannels(session, caller.client).page(page)
    items = [channel_out(row) for row in found.rows]
    return page_of(items, found.next.encode() if found.next else None, request, response, gateway.public_url)


@router.post(
    "",
    operation_id="create_notification_channel",
    status_code=201,
    response_model=NotificationChannelOut,
    responses={201: {"headers": MADE_HEADERS}, **problems(400, 409, 413, 415, 422)},
    openapi_extra=body_spec(NotificationChannelIn),
)
async def create_notification_channel(
    *,
    request: Request,
    body: Annotated[NotificationChannelIn, Depends(body_of(NotificationChannelIn))],
    caller: TheCaller,
    gateway: TheGateway,
    key: TheKey = None,
) -> Response:
    """A mailbox, chat or phone that gets the notifications of these types. Its target is sealed and never shown."""
    target = await judged(gateway.container.chat, body.kind, given_target(body.target))

    async def make() -> StoredAnswer:
        keeping = ChannelKeeping(session, caller, gateway.container.sealing, gateway.now())
        row = await keeping.make(body.name, target, body.events, body.window_s)
        return made(f"/v1/notification-channels/{row.channel_id}", etag(row.version), channel_out(row))

    keyed = keyed_request(gateway, request, caller.client, body, key)
    async with gateway.bound(caller) as session:
        return await once(gateway, session, keyed, make)


@router.get(
    "/{channel_id}",
    operation_id="get_notification_channel",
    responses={200: {"headers": _ETAG}, **problems(404)},
)
async def get_notification_channel(
    channel_id: UUID, response: Response, caller: TheCaller, session: Session
) -> NotificationChannelOut:
    """One channel, and whether its messages arrive."""
    row = await NotificationChannels(session, caller.client).get(channel_id)
    response.headers.update(etag(row.version))
    return channel_out(row)


async def _own(channel_id: UUID, caller: TheCaller, gateway: TheGateway) -> tuple[UUID, ChannelKind]:
    """Another client's id is 404 whatever the body holds. In a transaction of its own: the target is judged outside any."""
    async with gateway.bound(caller) as session:
        row = await NotificationChannels(session, caller.client).get(channel_id)
        return row.channel_id, ChannelKind(row.kind)


@router.patch(
    "/{channel_id}",
    operation_id="change_notification_channel",
    responses={200: {"headers": _ETAG}, **problems(400, 404, 412, 413, 415, 422, 428)},
    openapi_extra=body_spec(NotificationChannelPatch),
)
async def change_notification_channel(
    *,
    channel_id: UUID,
    own: Annotated[tuple[UUID, ChannelKind], Depends(_own)],
    seen: MustSee,
    body: Annotated[NotificationChannelPatch, Depends(body_of(NotificationChannelPatch))],
    response: Response,
    caller: TheCaller,
    gateway: TheGateway,
) -> NotificationChannelOut:
    """Another name, target, choice of types or window; or off and on. Its kind is for good."""
    target = await judged(gateway.container.chat, own[1], given_target(body.target)) if body.target else None
    change = ChannelChange(body.name, target, body.events, body.window_s, body.is_active)
    async with gateway.bound(caller) as session:
        keeping = ChannelKeeping(session, caller, gateway.container.sealing, gateway.now())
        shown = channel_out(await keeping.change(channel_id, change, version=seen))
    response.headers.update(etag(shown.version))
    return shown


@router.delete(
    "/{channel_id}", operation_id="delete_notification_channel", status_code=204, responses=problems(404)
)
async def delete_notification_channel(
    channel_id: UUID, caller: TheCaller, session: Session, gateway: TheGateway
) -> Response:
    """With what it had still to send."""
    await _keeping(session, caller, gateway).remove(channel_id)
    return Response(status_code=204)


@router.post(
    "/{channel_id}/test", operation_id="test_notification_channel", status_code=202, responses=problems(404)
)
async def test_notification_channel(
    channel_id: UUID, caller: TheCaller, session: Session, gateway: TheGateway
) -> NotificationMessageOut:
    """Send a test message, once. What became of it shows in the channel's messages within seconds."""
    return message_out(await _keeping(session, caller, gateway).test(channel_id))


@router.get("/{channel_id}/messages", operation_id="list_notification_messages", responses=problems(404, 422))
async def list_notification_messages(
    *,
    channel_id: UUID,
    request: Request,
    response: Response,
    caller: TheCaller,
    session: Session,
    gateway: TheGateway,
    page: ThePage,
) -> Page[NotificationMessageOut]:
    """What the channel sent and will send, newest first."""
    channels = NotificationChannels(session, caller.client)
    await channels.get(channel_id)
    found = await channels.messages(channel_id, page)
    items = [message_out(row) for row in found.rows]
    return page_of(items, found.next.encode() if found.next else None, request, response, gateway.public_url)


def _keeping(session: Session, caller: TheCaller, gateway: Gateway) -> ChannelKeeping:
    return ChannelKeeping(session, caller, gateway.container.sealing, gateway.now())

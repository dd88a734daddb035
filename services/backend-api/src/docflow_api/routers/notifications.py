from typing import Annotated
from uuid import UUID

from docflow.domain.notifying import Told
from docflow.features.notifications.inbox import MOST_COUNTED, Inbox
from docflow.features.notifications.preferences import preferences_of, set_preferences
from fastapi import APIRouter, Depends, Query, Request, Response

from docflow_api.deps import Session, TheCaller, TheGateway, ThePage, body_of, body_spec, needs_member
from docflow_api.schemas.notifications import (
    NotificationOut,
    NotificationPreferencesIn,
    NotificationPreferencesOut,
    UnreadOut,
    notification_out,
    preferences_out,
)
from docflow_api.schemas.page import Page, page_of
from docflow_api.schemas.problem import problems

router = APIRouter(tags=["notifications"], dependencies=[needs_member])


@router.get("/v1/notifications", operation_id="list_notifications", responses=problems(422))
async def list_notifications(
    *,
    request: Request,
    response: Response,
    caller: TheCaller,
    session: Session,
    gateway: TheGateway,
    page: ThePage,
    unread: bool = False,
    type: Annotated[Told | None, Query()] = None,  # noqa: A002 - the name in the query
) -> Page[NotificationOut]:
    """The client's notifications and the caller's own, newest first, of the types that the caller wants to see."""
    inbox = Inbox(session, caller.client, caller.person)
    found = await inbox.page(page, unread_only=unread, type_=type.value if type else None)
    items = [notification_out(seen) for seen in found.rows]
    return page_of(items, found.next.encode() if found.next else None, request, response, gateway.public_url)


@router.get("/v1/notifications/unread-count", operation_id="count_unread_notifications", responses=problems())
async def count_unread_notifications(caller: TheCaller, session: Session) -> UnreadOut:
    """How many of them the caller has not read."""
    unread = await Inbox(session, caller.client, caller.person).unread()
    return UnreadOut(unread=unread, is_capped=unread >= MOST_COUNTED)


@router.post(
    "/v1/notifications/read-all",
    operation_id="read_all_notifications",
    status_code=204,
    responses=problems(),
)
async def read_all_notifications(caller: TheCaller, session: Session) -> Response:
    """All that stand there now count as read by the caller; nobody else's reading changes. Safe to repeat."""
    await Inbox(session, caller.client, caller.person).read_all()
    return Response(status_code=204)


@router.post(
    "/v1/notifications/{notification_id}/read", operation_id="read_notification", responses=problems(404)
)
async def read_notification(
    notification_id: UUID, caller: TheCaller, session: Session, gateway: TheGateway
) -> NotificationOut:
    """The caller has read it. Safe to repeat; the first time stays."""
    inbox = Inbox(session, caller.client, caller.person)
    return notification_out(await inbox.read(notification_id, at=gateway.now()))


@router.get(
    "/v1/me/notification-preferences", operation_id="get_notification_preferences", responses=problems()
)
async def get_notification_preferences(caller: TheCaller, session: Session) -> NotificationPreferencesOut:
    """What the caller is told, in the portal and by letter."""
    return preferences_out(await preferences_of(session, caller.client, caller.person))


@router.put(
    "/v1/me/notification-preferences",
    operation_id="set_notification_preferences",
    responses=problems(400, 413, 415, 422),
    openapi_extra=body_spec(NotificationPreferencesIn),
)
async def set_notification_preferences(
    caller: TheCaller,
    body: Annotated[NotificationPreferencesIn, Depends(body_of(NotificationPreferencesIn))],
    session: Session,
) -> NotificationPreferencesOut:
    """Choose the types to see in the portal and those to get by letter. Repeating it changes nothing."""
    chosen = await set_preferences(
        session,
        caller.client,
        caller.person,
        in_app=body.in_app,
        email=body.email,
        email_window_s=body.email_window_s,
        language=body.language,
    )
    return preferences_out(chosen)

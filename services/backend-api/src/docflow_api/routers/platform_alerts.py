from typing import Annotated
from uuid import UUID

from docflow.features.idempotency.service import StoredAnswer
from docflow.features.notification_channels.keeping import judged
from docflow.features.platform_alerts.channels import PlatformChannels
from docflow.features.platform_alerts.repository import PlatformAlertRules
from fastapi import APIRouter, Depends, Request, Response

from docflow_api.deps import OwnedSession, TheCaller, TheGateway, ThePage, body_of, body_spec, needs_platform
from docflow_api.etags import MustSee, etag
from docflow_api.repeats import MADE_HEADERS, TheKey, keyed_request, made, once
from docflow_api.schemas.alert_rules import AlertRuleOut, rule_out
from docflow_api.schemas.page import Page, page_of
from docflow_api.schemas.platform_alerts import (
    PlatformAlertRuleIn,
    PlatformChannelIn,
    PlatformChannelOut,
    platform_channel_out,
)
from docflow_api.schemas.problem import problems

router = APIRouter(prefix="/v1/platform", tags=["notifications"], dependencies=[needs_platform])
_ETAG = {"ETag": MADE_HEADERS["ETag"]}


@router.get("/alert-rules", operation_id="list_platform_alert_rules", responses=problems(422))
async def list_platform_alert_rules(
    request: Request, response: Response, session: OwnedSession, gateway: TheGateway, page: ThePage
) -> Page[AlertRuleOut]:
    """The rules over all clients, newest first, with what they saw last."""
    found = await PlatformAlertRules(session).page(page)
    items = [rule_out(row) for row in found.rows]
    return page_of(items, found.next.encode() if found.next else None, request, response, gateway.public_url)


@router.post(
    "/alert-rules",
    operation_id="create_platform_alert_rule",
    status_code=201,
    response_model=AlertRuleOut,
    responses={201: {"headers": MADE_HEADERS}, **problems(400, 409, 413, 415, 422)},
    openapi_extra=body_spec(PlatformAlertRuleIn),
)
async def create_platform_alert_rule(
    *,
    request: Request,
    body: Annotated[PlatformAlertRuleIn, Depends(body_of(PlatformAlertRuleIn))],
    caller: TheCaller,
    session: OwnedSession,
    gateway: TheGateway,
    key: TheKey = None,
) -> Response:
    """Tell every platform channel when a figure over all clients is beyond a threshold. Evaluated each minute."""

    async def make() -> StoredAnswer:
        row = await PlatformAlertRules(session).make(body.plan(), by=caller)
        return made(f"/v1/platform/alert-rules/{row.rule_id}", etag(row.version), rule_out(row))

    keyed = keyed_request(gateway, request, caller.client_id, body, key)
    return await once(gateway, session, keyed, make)


async def _rule(rule_id: UUID, session: OwnedSession) -> UUID:
    """Looked up before the body is read."""
    await PlatformAlertRules(session).get(rule_id)
    return rule_id


@router.put(
    "/alert-rules/{rule_id}",
    operation_id="replace_platform_alert_rule",
    responses={200: {"headers": _ETAG}, **problems(400, 404, 412, 413, 415, 422, 428)},
    openapi_extra=body_spec(PlatformAlertRuleIn),
)
async def replace_platform_alert_rule(
    rule_id: Annotated[UUID, Depends(_rule)],
    seen: MustSee,
    body: Annotated[PlatformAlertRuleIn, Depends(body_of(PlatformAlertRuleIn))],
    response: Response,
    session: OwnedSession,
) -> AlertRuleOut:
    """Set all of a rule anew. What it saw is forgotten, and it may fire at the next evaluation."""
    row = await PlatformAlertRules(session).replace(rule_id, body.plan(), version=seen)
    response.headers.update(etag(row.version))
    return rule_out(row)


@router.delete(
    "/alert-rules/{rule_id}",
    operation_id="delete_platform_alert_rule",
    status_code=204,
    responses=problems(404),
)
async def delete_platform_alert_rule(rule_id: UUID, session: OwnedSession) -> Response:
    """It fires no more; what it told is still sent."""
    await PlatformAlertRules(session).remove(rule_id)
    return Response(status_code=204)


@router.get("/channels", operation_id="list_platform_channels", responses=problems(422))
async def list_platform_channels(
    request: Request, response: Response, session: OwnedSession, gateway: TheGateway, page: ThePage
) -> Page[PlatformChannelOut]:
    """Where the platform's alerts go, newest first, with how they fare."""
    found = await PlatformChannels(session).page(page)
    items = [platform_channel_out(row) for row in found.rows]
    return page_of(items, found.next.encode() if found.next else None, request, response, gateway.public_url)


@router.post(
    "/channels",
    operation_id="create_platform_channel",
    status_code=201,
    response_model=PlatformChannelOut,
    responses=problems(400, 409, 413, 415, 422),
    openapi_extra=body_spec(PlatformChannelIn),
)
async def create_platform_channel(
    *,
    request: Request,
    body: Annotated[PlatformChannelIn, Depends(body_of(PlatformChannelIn))],
    caller: TheCaller,
    gateway: TheGateway,
    key: TheKey = None,
) -> Response:
    """A mailbox, chat or phone that every alert of the platform goes to. Its target is sealed and never shown."""
    target = await judged(gateway.container.chat, body.kind, body.target)

    async def make() -> StoredAnswer:
        channels = PlatformChannels(session)
        row = await channels.make(body.name, target, gateway.container.sealing, by=caller)
        return made(f"/v1/platform/channels/{row.channel_id}", {}, platform_channel_out(row))

    keyed = keyed_request(gateway, request, caller.client_id, body, key)
    async with gateway.owned(caller) as session:
        return await once(gateway, session, keyed, make)


@router.delete(
    "/channels/{channel_id}", operation_id="delete_platform_channel", status_code=204, responses=problems(404)
)
async def delete_platform_channel(channel_id: UUID, session: OwnedSession) -> Response:
    """With what it had still to send."""
    await PlatformChannels(session).remove(channel_id)
    return Response(status_code=204)


@router.post(
    "/channels/{channel_id}/test",
    operation_id="test_platform_channel",
    status_code=202,
    responses=problems(404),
)
async def test_platform_channel(channel_id: UUID, session: OwnedSession) -> Response:
    """Send a test message. Whether it arrived shows on the channel within seconds."""
    await PlatformChannels(session).test(channel_id)
    return Response(status_code=202)

from typing import Annotated
from uuid import UUID

from docflow.domain.access import Scope
from docflow.features.alert_rules.repository import AlertRules
from docflow.features.idempotency.service import StoredAnswer
from fastapi import APIRouter, Depends, Request, Response

from docflow_api.deps import Session, TheCaller, TheGateway, ThePage, body_of, body_spec, needs
from docflow_api.etags import MustSee, etag
from docflow_api.repeats import MADE_HEADERS, TheKey, keyed_request, made, once
from docflow_api.schemas.alert_rules import AlertRuleIn, AlertRuleOut, AlertTrialOut, rule_out, trial_out
from docflow_api.schemas.page import Page, page_of
from docflow_api.schemas.problem import problems

router = APIRouter(prefix="/v1/alert-rules", tags=["notifications"], dependencies=[needs(Scope.ADMIN)])
_ETAG = {"ETag": MADE_HEADERS["ETag"]}


@router.get("", operation_id="list_alert_rules", responses=problems(422))
async def list_alert_rules(
    *,
    request: Request,
    response: Response,
    caller: TheCaller,
    session: Session,
    gateway: TheGateway,
    page: ThePage,
) -> Page[AlertRuleOut]:
    """The client's rules, newest first, with what they saw last."""
    found = await AlertRules(session, caller.client).page(page)
    items = [rule_out(row) for row in found.rows]
    return page_of(items, found.next.encode() if found.next else None, request, response, gateway.public_url)


@router.post(
    "",
    operation_id="create_alert_rule",
    status_code=201,
    response_model=AlertRuleOut,
    responses={201: {"headers": MADE_HEADERS}, **problems(400, 409, 413, 415, 422)},
    openapi_extra=body_spec(AlertRuleIn),
)
async def create_alert_rule(
    *,
    request: Request,
    body: Annotated[AlertRuleIn, Depends(body_of(AlertRuleIn))],
    caller: TheCaller,
    session: Session,
    gateway: TheGateway,
    key: TheKey = None,
) -> Response:
    """Tell people when a metric, or how often something happens, is beyond a threshold. Evaluated each minute."""

    async def make() -> StoredAnswer:
        row = await AlertRules(session, caller.client).make(body.plan(), by=caller, at=gateway.now())
        return made(f"/v1/alert-rules/{row.rule_id}", etag(row.version), rule_out(row))

    keyed = keyed_request(gateway, request, caller.client, body, key)
    return await once(gateway, session, keyed, make)


@router.post(
    "/try",
    operation_id="try_alert_rule",
    responses=problems(400, 413, 415, 422),
    openapi_extra=body_spec(AlertRuleIn),
)
async def try_alert_rule(
    *,
    body: Annotated[AlertRuleIn, Depends(body_of(AlertRuleIn))],
    caller: TheCaller,
    session: Session,
    gateway: TheGateway,
) -> AlertTrialOut:
    """Check a rule without keeping it: what it would see now. Nobody is told."""
    rules = AlertRules(session, caller.client)
    return trial_out(body, await rules.value(body.metric, body.event, body.window_s, gateway.now()))


@router.get("/{rule_id}", operation_id="get_alert_rule", responses={200: {"headers": _ETAG}, **problems(404)})
async def get_alert_rule(
    rule_id: UUID, response: Response, caller: TheCaller, session: Session
) -> AlertRuleOut:
    """One rule, with what it saw last and when it fired."""
    row = await AlertRules(session, caller.client).get(rule_id)
    response.headers.update(etag(row.version))
    return rule_out(row)


async def _own(rule_id: UUID, caller: TheCaller, session: Session) -> UUID:
    """Another client's id is 404 whatever the body holds, so it is looked up before the body is read."""
    await AlertRules(session, caller.client).get(rule_id)
    return rule_id


@router.put(
    "/{rule_id}",
    operation_id="replace_alert_rule",
    responses={200: {"headers": _ETAG}, **problems(400, 404, 412, 413, 415, 422, 428)},
    openapi_extra=body_spec(AlertRuleIn),
)
async def replace_alert_rule(
    *,
    rule_id: Annotated[UUID, Depends(_own)],
    seen: MustSee,
    body: Annotated[AlertRuleIn, Depends(body_of(AlertRuleIn))],
    response: Response,
    caller: TheCaller,
    session: Session,
    gateway: TheGateway,
) -> AlertRuleOut:
    """Set all of a rule anew. What it saw is forgotten, and it may fire at the next evaluation."""
    rules = AlertRules(session, caller.client)
    row = await rules.replace(rule_id, body.plan(), version=seen, by=caller, at=gateway.now())
    response.headers.update(etag(row.version))
    return rule_out(row)


@router.delete("/{rule_id}", operation_id="delete_alert_rule", status_code=204, responses=problems(404))
async def delete_alert_rule(
    rule_id: UUID, caller: TheCaller, session: Session, gateway: TheGateway
) -> Response:
    """It fires no more; what it told stays."""
    await AlertRules(session, caller.client).remove(rule_id, by=caller, at=gateway.now())
    return Response(status_code=204)

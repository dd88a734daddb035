"""Channels and alert rules: of a client, and of the platform, which are nobody else's, whoever asks."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from docflow.db.database import Database
from docflow.domain.ids import new_id
from docflow.features.platform_alerts.models import PlatformAlertRule, PlatformChannel


class Reached(Protocol):
    @property
    def database(self) -> Database: ...

    async def post(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]: ...


async def _clients_channel(side: Reached) -> str:
    body = {"kind": "email", "name": "payables", "target": "ap@example.com", "events": ["alert"]}
    return str((await side.post("/v1/notification-channels", body))["channel_id"])


async def _clients_alert_rule(side: Reached) -> str:
    body = {"name": "dead runs", "metric": "dead_runs", "threshold": 1000}
    return str((await side.post("/v1/alert-rules", body))["rule_id"])


async def _alert_rule(side: Reached) -> str:
    row = {"name": "dead runs", "metric": "dead_runs", "threshold": 1000, "created_by": "user:x"}
    rule = PlatformAlertRule(rule_id=new_id(), **row)
    async with side.database.nobody() as session:
        session.add(rule)
    return str(rule.rule_id)


async def _channel(side: Reached) -> str:
    row = {"kind": "email", "name": "operations", "shown_target": "o…@example.com", "created_by": "user:x"}
    channel = PlatformChannel(channel_id=new_id(), target_sealed=b"x", **row)
    async with side.database.nobody() as session:
        session.add(channel)
    return str(channel.channel_id)


ALERTING_MAKERS: Mapping[str, Callable[[Reached], Awaitable[str]]] = {
    "channel": _clients_channel,
    "alert_rule": _clients_alert_rule,
    "platform_alert_rule": _alert_rule,
    "platform_channel": _channel,
}

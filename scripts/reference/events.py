"""docs/reference/events.md: what is told to whom, from the enumerations that the code uses."""

from collections.abc import Iterable
from enum import StrEnum

from docflow.domain.announcing import ACT_TOPIC, CALLBACK_EVENTS
from docflow.domain.notifying import USUAL, Told
from docflow.domain.stages import ProcessStatus, Stage
from docflow.domain.webhook_events import TEST_EVENT, WebhookEvent
from docflow_api.schemas.webhook_messages import MessageData

from scripts.reference.docstrings import attributes
from scripts.reference.tables import NOTE, code, table


def page() -> str:
    return f"""{NOTE}
# Events

Everything that the program tells of: webhooks to programs, changes of a process, audit records, notifications to people.

## Webhooks

Sent to a client's endpoints that ask for them, as [webhooks](../webhooks.md) tells; those marked also go to the `callback_url`
of a process. `{TEST_EVENT}` comes when somebody asks for a test. The body is `{{"type", "timestamp", "data"}}`; its schema stands
under `webhooks` in [openapi.json](../api/openapi.json).

{table(("event", "to `callback_url`", "meaning"), _webhooks())}
`data` holds {", ".join(code(name) for name in MessageData.model_fields)}. `links` holds `self` and `result`. `children` is there only
where a process was split.

## Changes of a process

Every change of a process's status is a message in the outbox, in the commit of the change; gateways show it as
[live events](../api/live.md). Its type is `process.` and the status. The envelope holds `v`, `message_id`, `type`, `occurred_at`,
`client_id`, `process_id`, `stage`, `attempt`, `traceparent` and `data`: ids and codes, never content. It may come twice.

{table(("type", "the process"), ((code(f"process.{value}"), told) for value, told in _members(ProcessStatus)))}
## Audit records

Each end of a stage and each act of a person is a message too, which service-audit writes into the client's hash chain.

{table(("type", "recorded when"), _audit())}
## Notifications

What people are told in the portal, by mail and by [channels](../notifications.md). Those marked come to a person who never chose.

{table(("type", "usual", "meaning"), ((code(value), "yes" if value in USUAL else "", told) for value, told in _members(Told)))}"""


def untold() -> list[str]:
    """Members of the enumerations that no sentence explains."""
    kinds: tuple[type[StrEnum], ...] = (WebhookEvent, ProcessStatus, Told, Stage)
    return [f"{kind.__name__}.{value}" for kind in kinds for value, told in _members(kind) if not told]


def _webhooks() -> Iterable[tuple[str, str, str]]:
    for value, told in _members(WebhookEvent):
        yield code(value), "yes" if value in CALLBACK_EVENTS else "", told


def _audit() -> Iterable[tuple[str, str]]:
    for value, told in _members(Stage):
        yield code(f"audit.{value.lower()}"), f"an attempt of {value} ended: {told[0].lower()}{told[1:]}"
    yield (
        code(ACT_TOPIC),
        "a person, a key or the platform did something: `payload.action` names it, `payload.by` says who",
    )


def _members(kind: type[StrEnum]) -> list[tuple[str, str]]:
    told = attributes(kind)
    return [(member.value, told.get(member.name, "")) for member in kind]

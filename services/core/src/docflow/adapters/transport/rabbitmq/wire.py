"""The bytes of what is published: JSON, ids only. A new field is optional; a new meaning is a new `v`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson

from docflow.adapters.transport.rabbitmq.topology import routing_key
from docflow.db.json_text import json_bytes
from docflow.domain.messages import Message
from docflow.domain.stages import Stage

RUNS_PER_HINT = 16
"""Run ids in one message: what one worker has in flight, so that a backlog spreads over workers."""

_MOST_RUNS = 10_000
_STAGES = {routing_key(stage): stage for stage in Stage}


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message to publish. `mandatory`: an error when no queue takes it."""

    key: str
    body: bytes
    message_id: str
    occurred_at: datetime | None = None
    mandatory: bool = False


class Unreadable(Exception):
    """Not a message of ours. The text says what is wrong and quotes nothing."""


def hint_parcel(stage: Stage, runs: Sequence[UUID], message_id: UUID) -> Parcel:
    body = {
        "v": 1,
        "message_id": str(message_id),
        "type": routing_key(stage),
        "runs": [str(run_id) for run_id in runs],
    }
    return Parcel(key=routing_key(stage), body=orjson.dumps(body), message_id=str(message_id))


def read_hint(body: bytes) -> tuple[tuple[Stage, UUID], ...]:
    """The runs a hint names. Raises Unreadable."""
    try:
        data = orjson.loads(body)
        if data["v"] != 1:
            raise Unreadable("a version that is not known")
        stage = _STAGES[data["type"]]
        named = data["runs"]
        if not isinstance(named, list) or len(named) > _MOST_RUNS:
            raise Unreadable("runs are not a list of reasonable length")
        return tuple((stage, UUID(run_id)) for run_id in named)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable(f"not a hint: {type(error).__name__}") from error


def event_parcel(message: Message) -> Parcel:
    """Only the audit stream must be there for its messages; whether anybody listens to an event is their affair."""
    return Parcel(
        key=message.type,
        body=json_bytes(message.as_json()),
        message_id=str(message.message_id),
        occurred_at=message.occurred_at,
        mandatory=message.type.startswith("audit."),
    )


def read_event(body: bytes) -> Message:
    """Raises Unreadable."""
    try:
        data = orjson.loads(body)
        if data["v"] != 1:
            raise Unreadable("a version that is not known")
        return Message.from_json(data)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable(f"not an event: {type(error).__name__}") from error

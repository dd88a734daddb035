"""What must stand on the broker, as one value, and the code that declares it.

Hint queues dead-letter at least once, which RabbitMQ grants only with `overflow=reject-publish` (its documentation of
quorum queues): a full queue refuses a hint instead of dropping an older one, and polling finds the run.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from aio_pika.abc import AbstractConnection

from docflow.domain.json_types import JsonObject
from docflow.domain.stages import Stage

EVENTS = "docflow.events"
DEAD = "docflow.dead"
AUDIT = "docflow.audit"

Argument = str | int

_NO_ARGUMENTS: Mapping[str, Argument] = MappingProxyType({})

_HINTS: Mapping[str, Argument] = MappingProxyType(
    {
        "x-queue-type": "quorum",
        "x-overflow": "reject-publish",
        "x-max-length": 100_000,
        "x-delivery-limit": 20,
        "x-dead-letter-exchange": DEAD,
        "x-dead-letter-strategy": "at-least-once",
    }
)


@dataclass(frozen=True, slots=True)
class Exchange:
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Binding:
    """Messages of `exchange` whose routing key fits `key` go to the queue."""

    exchange: str
    key: str


@dataclass(frozen=True, slots=True)
class Queue:
    """A durable queue. Its kind is the argument `x-queue-type`."""

    name: str
    arguments: Mapping[str, Argument] = field(default_factory=lambda: _NO_ARGUMENTS)
    bindings: tuple[Binding, ...] = ()


@dataclass(frozen=True, slots=True)
class Topology:
    exchanges: tuple[Exchange, ...]
    queues: tuple[Queue, ...]

    def as_json(self) -> JsonObject:
        """For printing: exchanges, queues with their arguments, and what is bound to what."""
        return {
            "exchanges": [{"name": each.name, "kind": each.kind} for each in self.exchanges],
            "queues": [
                {
                    "name": each.name,
                    "arguments": dict(each.arguments),
                    "bindings": [{"exchange": b.exchange, "key": b.key} for b in each.bindings],
                }
                for each in self.queues
            ],
        }


TOPOLOGY = Topology(
    exchanges=(Exchange(EVENTS, "topic"), Exchange(DEAD, "fanout")),
    queues=(
        Queue(DEAD, {"x-queue-type": "quorum", "x-max-length": 100_000}, (Binding(DEAD, "#"),)),
        Queue(
            "docflow.ocr",
            _HINTS,
            (Binding(EVENTS, "stage.ingest"), Binding(EVENTS, "stage.intelligent_ocr")),
        ),
        Queue("docflow.processor", _HINTS, (Binding(EVENTS, "stage.intelligent_process"),)),
        Queue("docflow.output", _HINTS, (Binding(EVENTS, "stage.output"),)),
        Queue(
            AUDIT,
            {
                "x-queue-type": "stream",
                "x-max-age": "30D",
                "x-max-length-bytes": 20_000_000_000,
                "x-stream-max-segment-size-bytes": 100_000_000,
            },
            (Binding(EVENTS, "audit.#"),),
        ),
    ),
)


def routing_key(stage: Stage) -> str:
    return f"stage.{stage.value.lower()}"


def queue_of(stage: Stage, topology: Topology = TOPOLOGY) -> str:
    """The queue that this stage's hints come to."""
    key = routing_key(stage)
    return next(
        queue.name
        for queue in topology.queues
        if any(binding.exchange == EVENTS and binding.key == key for binding in queue.bindings)
    )


async def declare(connection: AbstractConnection, topology: Topology, *, timeout_s: float) -> None:
    """Make what is missing. Raises the broker's refusal when something stands there in another form."""
    async with connection.channel(publisher_confirms=False) as channel:
        for exchange in topology.exchanges:
            await channel.declare_exchange(exchange.name, exchange.kind, durable=True, timeout=timeout_s)
        for queue in topology.queues:
            declared = await channel.declare_queue(
                queue.name, durable=True, arguments=dict(queue.arguments), timeout=timeout_s
            )
            for binding in queue.bindings:
                await declared.bind(binding.exchange, binding.key, timeout=timeout_s)

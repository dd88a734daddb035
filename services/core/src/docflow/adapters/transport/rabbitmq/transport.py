"""The transport over RabbitMQ: hints in and out, events in and out."""

import random
from collections.abc import AsyncIterator, Callable, Sequence
from uuid import UUID

from docflow.adapters.transport.rabbitmq.audit_stream import RabbitAuditStream
from docflow.adapters.transport.rabbitmq.event_inbox import EventInbox
from docflow.adapters.transport.rabbitmq.hint_inbox import HintInbox
from docflow.adapters.transport.rabbitmq.hint_sender import HintSender
from docflow.adapters.transport.rabbitmq.link import Link, Timing
from docflow.adapters.transport.rabbitmq.publisher import Publisher
from docflow.adapters.transport.rabbitmq.topology import TOPOLOGY, Topology, queue_of
from docflow.adapters.transport.rabbitmq.wire import event_parcel
from docflow.domain.ids import new_id
from docflow.domain.messages import Message
from docflow.domain.ports.transport import Hint
from docflow.domain.stages import Stage


class RabbitTransport:
    """Two connections, because a broker in alarm stops reading from those that publish and acknowledgements must pass.

    `start` connects in the background and returns at once: the program runs without a broker too. `prefetch` is how
    many hint messages may be unsettled here per queue; what the worker has in flight is a good figure. `dropped` is told
    of runs whose hint could not be sent.
    """

    def __init__(
        self,
        url: str,
        *,
        name: str,
        prefetch: int = 16,
        rng: random.Random | None = None,
        ids: Callable[[], UUID] = new_id,
        topology: Topology = TOPOLOGY,
        timing: Timing | None = None,
        dropped: Callable[[int], None] = lambda runs: None,
    ) -> None:
        rng = rng or random.Random()  # noqa: S311 - jitter, not secrets
        self._outward = Link(url, name=f"{name}.publish", rng=rng, topology=topology, timing=timing)
        self._inward = Link(url, name=f"{name}.consume", rng=rng, topology=topology, timing=timing)
        self._publisher = Publisher(self._outward, confirm_s=4)
        self._sender = HintSender(Publisher(self._outward, confirm_s=5), new_id=ids, dropped=dropped)
        self._prefetch = prefetch
        self._topology = topology
        self._hint_inboxes: dict[tuple[str, ...], HintInbox] = {}
        self._event_inboxes: set[EventInbox] = set()

    def start(self) -> None:
        self._outward.start()
        self._sender.start()

    @property
    def healthy(self) -> bool:
        inward = self._inward.up or not self._inward.started
        return self._outward.up and inward and all(each.listening for each in self._event_inboxes)

    async def hint(self, runs: Sequence[tuple[Stage, UUID]]) -> None:
        self._sender.offer(runs)

    async def hints(self, stages: Sequence[Stage]) -> AsyncIterator[Hint]:
        """Several listeners to the same queues in one process share what comes: each gets every hint."""
        self._inward.start()
        queues = tuple(sorted({queue_of(stage, self._topology) for stage in stages}))
        inbox = self._hint_inboxes.get(queues) or self._open_inbox(queues)
        listener = inbox.join()
        try:
            while (hint := await listener.take()) is not None:
                yield hint
        finally:
            await inbox.leave(listener)
            if inbox.deserted and self._hint_inboxes.get(queues) is inbox:
                del self._hint_inboxes[queues]
                await inbox.aclose()

    def _open_inbox(self, queues: tuple[str, ...]) -> HintInbox:
        inbox = HintInbox(self._inward, queues, prefetch=self._prefetch, pass_on=self._sender.offer)
        self._hint_inboxes[queues] = inbox
        return inbox

    async def publish(self, messages: Sequence[Message]) -> None:
        """Raises TransientError as `Publisher.send` does; what had gone goes again with the next attempt."""
        await self._publisher.send([event_parcel(message) for message in messages])

    def events(self) -> AsyncIterator[Message]:
        """Listening begins with this call; `healthy` is False until it does."""
        self._inward.start()
        inbox = EventInbox(self._inward)
        self._event_inboxes.add(inbox)
        return self._read_events(inbox)

    async def _read_events(self, inbox: EventInbox) -> AsyncIterator[Message]:
        try:
            while (message := await inbox.take()) is not None:
                yield message
        finally:
            self._event_inboxes.discard(inbox)
            await inbox.aclose()

    def audit_stream(self) -> RabbitAuditStream:
        self._inward.start()
        return RabbitAuditStream(self._inward)

    async def aclose(self) -> None:
        for hints in tuple(self._hint_inboxes.values()):
            await hints.aclose()
        for events in tuple(self._event_inboxes):
            await events.aclose()
        await self._sender.aclose()
        await self._inward.aclose()
        await self._outward.aclose()

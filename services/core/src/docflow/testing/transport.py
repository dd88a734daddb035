"""The in-memory twin of the transports."""

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

from docflow.adapters.transport.fanout import Fanout
from docflow.domain.messages import Message
from docflow.domain.ports.transport import Hint
from docflow.domain.stages import Stage


class MemoryTransport:
    """Those who share a `network` hear each other, as processes with one broker do."""

    def __init__(self, network: list[Fanout] | None = None) -> None:
        self._fanout = Fanout()
        self._network = network if network is not None else []
        self._network.append(self._fanout)

    async def hint(self, runs: Sequence[tuple[Stage, UUID]]) -> None:
        for fanout in self._network:
            fanout.hint({stage for stage, _ in runs})

    def hints(self, stages: Sequence[Stage]) -> AsyncIterator[Hint]:
        return self._fanout.hints(stages)

    async def publish(self, messages: Sequence[Message]) -> None:
        for fanout in self._network:
            for message in messages:
                fanout.publish(message)

    def events(self) -> AsyncIterator[Message]:
        return self._fanout.events()

    @property
    def healthy(self) -> bool:
        return self._fanout in self._network

    async def aclose(self) -> None:
        if self._fanout in self._network:
            self._network.remove(self._fanout)

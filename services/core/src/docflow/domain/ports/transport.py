from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Protocol
from uuid import UUID

from docflow.domain.messages import Message
from docflow.domain.stages import Stage


class Hint:
    """Runs may be waiting; several hints may have come as one.

    `runs` names them where the transport knows (else empty). They may be claimed already, and others may wait too:
    claim whatever is ready. What is left for lack of room is found by polling.
    """

    __slots__ = ("_settle", "runs")

    def __init__(
        self,
        runs: Sequence[tuple[Stage, UUID]] = (),
        settle: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.runs = tuple(runs)
        self._settle = settle

    async def ack(self) -> None:
        """Say that the claim has committed; until then the transport gives the hint again to somebody.

        Never raises, safe to repeat, does nothing where the transport keeps no hints.
        """
        settle, self._settle = self._settle, None
        if settle is not None:
            await settle()


class Transport(Protocol):
    """Hints of waiting runs, and events for whoever listens. Everything here may be lost; polling carries the work."""

    async def hint(self, runs: Sequence[tuple[Stage, UUID]]) -> None:
        """Tell workers that these runs are ready. Called after the commit; never raises."""

    def hints(self, stages: Sequence[Stage]) -> AsyncIterator[Hint]:
        """Yields whenever runs of these stages may be waiting.

        Ask for the next only with room for work: hints that nobody here asks for go to other workers. Ends when
        the transport is closed.
        """

    async def publish(self, messages: Sequence[Message]) -> None:
        """Hand process events to subscribers; returns when the broker has them."""

    def events(self) -> AsyncIterator[Message]:
        """Process events of all clients as they come, for the live fan-out."""

    @property
    def healthy(self) -> bool:
        """False while hints and events cannot flow (readyz: degraded)."""

    async def aclose(self) -> None: ...

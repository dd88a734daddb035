"""One asker for hints inside a process, and a delivery that several of them may have been given."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

from docflow.adapters.transport.rabbitmq.subscription import Subscription
from docflow.domain.ports.transport import Hint
from docflow.domain.stages import Stage

Runs = tuple[tuple[Stage, UUID], ...]


@dataclass(slots=True)
class Delivery:
    """A message from the broker; acknowledged once everybody who was given it has settled it."""

    tag: int
    runs: Runs
    subscription: Subscription
    owners: int

    async def settle(self) -> None:
        self.owners -= 1
        if self.owners == 0:
            await self.subscription.ack(self.tag)


class HintListener:
    """`asked` is set whenever somebody begins to wait here."""

    def __init__(self, asked: asyncio.Event) -> None:
        self._asked = asked
        self._stirred = asyncio.Event()
        self._closed = False
        self.asking = False
        self.in_hand = 0
        self.waiting: list[Delivery] = []

    @property
    def is_full(self) -> bool:
        """Hints wait, nobody asks for them, and nobody is at work on an earlier one."""
        return bool(self.waiting) and not self.asking and not self.in_hand

    def give(self, delivery: Delivery) -> None:
        self.waiting.append(delivery)
        self._stirred.set()

    async def take(self) -> Hint | None:
        """Everything that waits, as one hint; waits for it. None once closed."""
        self.asking = True
        self._asked.set()
        try:
            while not self.waiting and not self._closed:
                self._stirred.clear()
                await self._stirred.wait()
        finally:
            self.asking = False
        return None if self._closed else self._hand_over()

    def close(self) -> None:
        self._closed = True
        self._stirred.set()

    def _hand_over(self) -> Hint:
        taken, self.waiting = self.waiting, []
        self.in_hand += 1

        async def settle() -> None:
            self.in_hand -= 1
            for delivery in taken:
                await delivery.settle()

        return Hint([run for delivery in taken for run in delivery.runs], settle)

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol
from uuid import UUID

from docflow.domain.ports.llm import Trouble, Usage


class Watch(Protocol):
    """Sees what the router does: for logs, measures and spans. No text and no values come here."""

    def question(self, task: str, process_id: UUID) -> AbstractContextManager[None]:
        """Around all attempts of one question."""

    def attempt(self, provider: str, model: str, outcome: str, seconds: float, usage: Usage) -> None:
        """`outcome` is a completion's, or the trouble there was."""

    def cache_hit(self, provider: str, model: str) -> None: ...

    def no_room(self, provider: str, model: str, refusal: str) -> None: ...

    def shut_out(self, client_id: UUID, provider: str, trouble: Trouble) -> None:
        """A provider is not asked for a while; with AUTH and BILLING somebody must act. `client_id` is who met it."""


class Unwatched:
    def question(self, task: str, process_id: UUID) -> AbstractContextManager[None]:
        return nullcontext()

    def attempt(self, provider: str, model: str, outcome: str, seconds: float, usage: Usage) -> None:
        return None

    def cache_hit(self, provider: str, model: str) -> None:
        return None

    def no_room(self, provider: str, model: str, refusal: str) -> None:
        return None

    def shut_out(self, client_id: UUID, provider: str, trouble: Trouble) -> None:
        return None

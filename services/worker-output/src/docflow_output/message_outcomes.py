"""What became of a message to a channel, and when it is tried again: the same for clients and for the platform."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from docflow.domain.errors import DocflowError, TransientError

from docflow_output.schedule import next_try_s

DELAYS_S = (5, 30, 120, 600, 1800, 3600)
"""Before each further try: over about two hours, after which the news is old."""
HOLD_S = 120.0
"""Longer than a try takes; then a message whose sender died is due again."""


@dataclass(frozen=True, slots=True)
class MessageOutcome:
    """`state`: delivered, failed or pending (again in `retry_in_s`)."""

    message_id: UUID
    attempt: int
    state: str
    retry_in_s: float | None = None
    counts: bool = False
    error_code: str | None = None


class InHand(Protocol):
    """A message that was taken; `failures` are its tries so far that count."""

    @property
    def message_id(self) -> UUID: ...
    @property
    def attempt(self) -> int: ...
    @property
    def failures(self) -> int: ...


async def outcome_of(
    work: InHand, sending: Awaitable[None], chance: Callable[[], float], *, only_once: bool = False
) -> MessageOutcome:
    """Awaits `sending`. What is transient is tried again unless `only_once`; every other trouble is final."""
    try:
        await sending
    except TransientError as error:
        return again(work, error.code, chance, at_least_s=error.after_s, only_once=only_once)
    except DocflowError as error:
        return _failed(work, error.code)
    return MessageOutcome(work.message_id, work.attempt, "delivered")


def again(
    work: InHand,
    code: str,
    chance: Callable[[], float],
    *,
    at_least_s: float = 0.0,
    only_once: bool = False,
) -> MessageOutcome:
    """After the next of DELAYS_S; failed when there is none left."""
    wait_s = next_try_s(work.failures, chance, at_least_s=at_least_s, delays_s=DELAYS_S)
    if only_once or wait_s is None:
        return _failed(work, code)
    return MessageOutcome(
        work.message_id, work.attempt, "pending", retry_in_s=wait_s, counts=True, error_code=code
    )


def not_begun(work: InHand) -> MessageOutcome:
    return MessageOutcome(work.message_id, work.attempt, "pending", retry_in_s=0.0)


def _failed(work: InHand, code: str) -> MessageOutcome:
    return MessageOutcome(work.message_id, work.attempt, "failed", counts=True, error_code=code)

"""What is asked of the books around a model call: is the answer known, is there room for it, what did it use."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol
from uuid import UUID

from docflow.domain.ports.llm import Usage


class Refusal(StrEnum):
    """Why there is no room for a call."""

    BALANCE = "balance"
    """The client's prepaid tokens."""
    TOKENS = "tokens"
    COST = "cost"
    PRICE_UNKNOWN = "price_unknown"
    """What the call costs cannot be told, and a limit in money is set."""


@dataclass(frozen=True, slots=True)
class Reservation:
    """The most that one call may use; `micros` None = its price is unknown. After `ttl_s` it may be swept.

    `unless` holds keys: an answer that is kept under one of them is given instead, and nothing is reserved.
    """

    client_id: UUID
    call_id: UUID
    tokens: int
    micros: int | None
    at: datetime
    ttl_s: float
    unless: tuple[bytes, ...] = ()


class KnownAnswer(NamedTuple):
    cache_key: bytes
    answer: bytes


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    cache_key: bytes
    answer: bytes
    keep_s: float


@dataclass(frozen=True, slots=True)
class LlmCallRecord:
    """One attempt as it ended. `answer` is kept for whoever asks the same again."""

    call_id: UUID
    client_id: UUID
    process_id: UUID | None
    run_id: UUID | None
    stage: str | None
    provider: str
    model: str
    usage: Usage
    outcome: str
    called_at: datetime
    duration_ms: int
    asked_model: str | None = None
    prompt_id: UUID | None = None
    error_kind: str | None = None
    request_id: str | None = None
    cache_hit: bool = False
    answer: KeptAnswer | None = None


class LlmBooks(Protocol):
    """Each method is one short statement of its own; no connection is held between them."""

    async def find(self, client_id: UUID, cache_keys: Sequence[bytes]) -> KnownAnswer | None:
        """Of the first of the keys that has one."""

    async def reserve(self, asked: Reservation) -> KnownAnswer | Refusal | None:
        """None = reserved. Parallel calls never get more room than there is."""

    async def settle(self, call: LlmCallRecord) -> None:
        """Give back what was reserved, book what was used, keep the record and the answer. Safe to repeat."""

"""Models and books in memory, for whoever decides about calls."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from docflow.domain.llm_calls import KnownAnswer, LlmCallRecord, Refusal, Reservation
from docflow.domain.ports.llm import (
    Completion,
    CompletionRequest,
    Estimate,
    Outcome,
    Repair,
    Usage,
)

Turn = Completion | Exception | Callable[[CompletionRequest, Repair | None], Completion]


def completion(outcome: Outcome = Outcome.COMPLETE, **changes: object) -> Completion:
    values = {
        "data": {"answer": 1} if outcome is Outcome.COMPLETE else None,
        "provider": "", "model": "", "usage": Usage(100, 20, None), "answer": "{}", **changes,
    }  # fmt: skip
    return Completion(outcome=outcome, **values)  # type: ignore[arg-type]


class ScriptedVendor:
    """Does in turn what `turns` holds, the last again and again. `asked` keeps what came."""

    def __init__(self, name: str, *turns: Turn, takes_s: float = 0.0) -> None:
        self.name = name
        self.asked: list[tuple[CompletionRequest, Repair | None]] = []
        self._turns = list(turns) or [completion()]
        self._takes_s = takes_s

    def estimate(self, request: CompletionRequest) -> Estimate:
        return Estimate(1000, request.max_output_tokens)

    async def complete(self, request: CompletionRequest, repair: Repair | None = None) -> Completion:
        self.asked.append((request, repair))
        turn = self._turns.pop(0) if len(self._turns) > 1 else self._turns[0]
        if self._takes_s:
            await asyncio.sleep(self._takes_s)
        if isinstance(turn, Exception):
            raise turn
        return turn if isinstance(turn, Completion) else turn(request, repair)

    async def aclose(self) -> None:
        return None


class MemoryBooks:
    """`refusals` answers reservations in turn, then everything is granted."""

    def __init__(self, *refusals: Refusal | None) -> None:
        self.calls: list[LlmCallRecord] = []
        self.open: dict[UUID, Reservation] = {}
        self._refusals = list(refusals)
        self._answers: dict[tuple[UUID, bytes], bytes] = {}

    async def find(self, client_id: UUID, cache_keys: Sequence[bytes]) -> KnownAnswer | None:
        found = (key for key in cache_keys if (client_id, key) in self._answers)
        key = next(found, None)
        return None if key is None else KnownAnswer(key, self._answers[client_id, key])

    async def reserve(self, asked: Reservation) -> KnownAnswer | Refusal | None:
        if (known := await self.find(asked.client_id, asked.unless)) is not None:
            return known
        refusal = self._refusals.pop(0) if self._refusals else None
        if refusal is None:
            self.open[asked.call_id] = asked
        return refusal

    async def settle(self, call: LlmCallRecord) -> None:
        self.open.pop(call.call_id, None)
        self.calls.append(call)
        if call.answer is not None:
            self._answers[call.client_id, call.answer.cache_key] = call.answer.answer


class SteppedClock:
    """Stands still but for `sleep`."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self._at_s = 1000.0

    def now(self) -> datetime:
        return datetime(2026, 11, 20, 12, tzinfo=UTC) + timedelta(seconds=self._at_s - 1000)

    def monotonic(self) -> float:
        return self._at_s

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._at_s += seconds

    def pass_by(self, seconds: float) -> None:
        self._at_s += seconds

"""One attempt from its beginning to what the books say of it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from docflow.domain.ids import new_id
from docflow.domain.llm_calls import KeptAnswer, LlmCallRecord
from docflow.domain.model_table import ModelName
from docflow.domain.ports.clock import Clock
from docflow.domain.ports.llm import CompletionRequest, Usage


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model to ask. `asked` is the name that the prompt holds, where this model answers to it now."""

    name: ModelName
    asked: str | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """For which run of which stage a question is asked."""

    run_id: UUID | None = None
    stage: str | None = None


class Call:
    def __init__(
        self, candidate: Candidate, request: CompletionRequest, origin: Origin, clock: Clock
    ) -> None:
        self.call_id = new_id()
        self.called_at: datetime = clock.now()
        self._candidate = candidate
        self._request = request
        self._origin = origin
        self._clock = clock
        self._began_s: float | None = None

    def leaves(self) -> None:
        """From now on the vendor's time runs."""
        self._began_s = self._clock.monotonic()

    def taken_s(self) -> float:
        return 0.0 if self._began_s is None else self._clock.monotonic() - self._began_s

    def record(
        self,
        outcome: str,
        usage: Usage,
        *,
        error_kind: str | None = None,
        request_id: str | None = None,
        cache_hit: bool = False,
        answer: KeptAnswer | None = None,
    ) -> LlmCallRecord:
        request, name = self._request, self._candidate.name
        return LlmCallRecord(
            call_id=self.call_id,
            client_id=request.client_id,
            process_id=request.process_id,
            run_id=self._origin.run_id,
            stage=self._origin.stage,
            provider=name.provider,
            model=name.model,
            asked_model=self._candidate.asked,
            prompt_id=request.prompt_id,
            usage=usage,
            outcome=outcome,
            called_at=self.called_at,
            duration_ms=round(1000 * self.taken_s()),
            error_kind=error_kind,
            request_id=request_id,
            cache_hit=cache_hit,
            answer=answer,
        )

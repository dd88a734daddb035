"""What the router does, in logs, measures and spans. Content never comes here."""

from contextlib import AbstractContextManager
from uuid import UUID

import structlog

from docflow.domain.ports.llm import Trouble, Usage
from docflow.domain.tracing import current_traceparent
from docflow.runtime.metrics import Metrics
from docflow.runtime.model_alarm import ModelAlarm
from docflow.runtime.tracing import Tracing

log = structlog.get_logger(__name__)

_KINDS = ("tokens_input", "tokens_output", "tokens_cache_read", "tokens_cache_write", "tokens_reasoning")


class LlmWatch:
    def __init__(self, metrics: Metrics, tracing: Tracing, alarm: ModelAlarm | None = None) -> None:
        self._metrics = metrics
        self._tracing = tracing
        self._alarm = alarm

    def question(self, task: str, process_id: UUID) -> AbstractContextManager[None]:
        """Around all attempts of one question. Spans of the SDKs nest under it where the process has a global provider of them."""
        return self._tracing.span(f"docflow.llm.{task}", current_traceparent(), process_id=str(process_id))

    def attempt(self, provider: str, model: str, outcome: str, seconds: float, usage: Usage) -> None:
        measured = self._metrics
        measured.llm_calls.labels(provider, outcome).observe(seconds)
        for kind in _KINDS:
            measured.llm_tokens.labels(provider, kind.removeprefix("tokens_")).inc(getattr(usage, kind))
        if usage.cost_micros is None:
            measured.llm_unpriced.labels(provider).inc()
        else:
            measured.llm_cost.labels(provider).inc(usage.cost_micros / 1_000_000)
        self._note(provider, model, outcome, usage)
        log.info(
            "llm.called",
            provider=provider,
            model=model,
            outcome=outcome,
            duration_ms=round(1000 * seconds),
            input_tokens=usage.tokens_prompt,
            output_tokens=usage.tokens_output,
            cost_micros=usage.cost_micros,
        )

    def _note(self, provider: str, model: str, outcome: str, usage: Usage) -> None:
        """Under the names of OpenTelemetry's conventions for such calls, whichever vendor it was."""
        told: dict[str, str | int] = {
            "gen_ai.provider.name": provider,
            "gen_ai.request.model": model,
            "gen_ai.usage.input_tokens": usage.tokens_prompt,
            "gen_ai.usage.output_tokens": usage.tokens_output,
            "gen_ai.usage.cache_read.input_tokens": usage.tokens_cache_read,
            "gen_ai.usage.cache_write.input_tokens": usage.tokens_cache_write,
            "docflow.llm.outcome": outcome,
        }
        if usage.cost_micros is not None:
            told["docflow.llm.cost_micros"] = usage.cost_micros
        self._tracing.note("docflow.llm.attempt", **told)

    def cache_hit(self, provider: str, model: str) -> None:
        told = {"gen_ai.provider.name": provider, "gen_ai.request.model": model}
        self._tracing.note("docflow.llm.known", **told)
        self._metrics.llm_cache_hits.labels(provider).inc()
        log.info("llm.known", provider=provider, model=model, cache_hit=True)

    def no_room(self, provider: str, model: str, refusal: str) -> None:
        self._metrics.llm_no_room.labels(provider, refusal).inc()
        log.warning("llm.no_room", provider=provider, model=model, code=refusal)

    def shut_out(self, client_id: UUID, provider: str, trouble: Trouble) -> None:
        self._metrics.llm_shut_out.labels(provider, trouble.value).inc()
        log.error("llm.shut_out", provider=provider, code=trouble.value)
        if self._alarm is not None:
            self._alarm.raised(client_id, provider, trouble)

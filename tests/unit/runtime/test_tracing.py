from uuid import UUID

import pytest
import structlog
from docflow.domain.ports.llm import Usage
from docflow.domain.tracing import current_traceparent, trace_id
from docflow.runtime.metrics import Metrics
from docflow.runtime.model_watch import LlmWatch
from docflow.runtime.settings import TraceSettings
from docflow.runtime.tracing import OtelTracing, Tracing, tracing_from

TRACE = "0af7651916cd43dd8448eb211c80319c"
GIVEN = f"00-{TRACE}-b7ad6b7169203331-01"


def test_without_an_exporter_a_trace_is_carried_on_as_it_is() -> None:
    with Tracing().span("http POST", GIVEN):
        assert current_traceparent() == GIVEN
    assert current_traceparent() is None


@pytest.mark.parametrize(
    "given",
    [
        None,
        "",
        "nonsense",
        f"00-{'0' * 32}-b7ad6b7169203331-01",
        f"ff-{TRACE}-b7ad6b7169203331-01",
        GIVEN + "\n",
    ],
)
def test_what_is_no_trace_is_not_carried_on(given: str | None) -> None:
    with Tracing().span("http POST", given):
        assert current_traceparent() is None


def test_log_lines_inside_bear_the_trace() -> None:
    with Tracing().span("http POST", GIVEN):
        assert structlog.contextvars.get_contextvars()["trace_id"] == TRACE
    assert "trace_id" not in structlog.contextvars.get_contextvars()


def test_no_endpoint_means_nothing_is_sent() -> None:
    assert type(tracing_from(TraceSettings())) is Tracing


class TestWithOpenTelemetry:
    @pytest.fixture
    def recorded(self):
        pytest.importorskip("opentelemetry.sdk")
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import SimpleSpanProcessor
        from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

        exporter, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        return OtelTracing(provider), exporter

    def test_a_stage_stands_below_the_request_that_brought_the_document(self, recorded) -> None:
        tracing, exporter = recorded
        with tracing.span("http POST", GIVEN):
            kept = current_traceparent()
        with tracing.span("stage INGEST", kept, attempt=1):
            pass
        request, stage = exporter.get_finished_spans()
        assert trace_id(kept) == TRACE
        assert (stage.parent.span_id, stage.attributes["attempt"]) == (request.context.span_id, 1)

    def test_two_pieces_of_work_side_by_side_are_not_each_others_parents(self, recorded) -> None:
        tracing, exporter = recorded
        with tracing.span("outer", None), tracing.span("inner", None):
            pass
        assert [span.parent for span in exporter.get_finished_spans()] == [None, None]

    def test_an_error_leaves_its_kind_and_not_its_text(self, recorded) -> None:
        tracing, exporter = recorded
        with pytest.raises(ValueError, match="IBAN"), tracing.span("stage OUTPUT", None):
            raise ValueError("IBAN DE02 1203 0000 0000 2020 51")
        (span,) = exporter.get_finished_spans()
        assert (span.status.description, span.events) == ("ValueError", ())

    def test_a_question_to_models_tells_who_answered_and_what_it_used(self, recorded) -> None:
        tracing, exporter = recorded
        watch = LlmWatch(Metrics(), tracing)
        with watch.question("ocr", UUID(int=1)):
            watch.attempt("anthropic", "claude-haiku-5-5", "overloaded", 0.1, Usage(cost_micros=None))
            watch.attempt("openai", "gpt-6.1-terra", "complete", 0.1, Usage(100, 20, 200))
        (span,) = exporter.get_finished_spans()
        assert span.name == "docflow.llm.ocr"
        assert [event.attributes["docflow.llm.outcome"] for event in span.events] == [
            "overloaded",
            "complete",
        ]
        assert span.attributes["gen_ai.provider.name"] == "openai"
        assert span.attributes["gen_ai.usage.input_tokens"] == 100
        assert span.attributes["docflow.llm.cost_micros"] == 200
        assert span.attributes["process_id"] == str(UUID(int=1))

    def test_with_an_endpoint_spans_are_made(self) -> None:
        pytest.importorskip("opentelemetry.exporter.otlp.proto.http")
        tracing = tracing_from(TraceSettings(endpoint="http://127.0.0.1:1", timeout_s=0.1))
        try:
            with tracing.span("http GET", None):
                assert trace_id(current_traceparent()) is not None
        finally:
            # Its thread would go on sending beside every test that follows.
            tracing.close()

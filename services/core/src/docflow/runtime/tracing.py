"""Traces across requests, rows and hints. Off by default: then a caller's trace is carried on, and nothing is sent.

The exporter is the extra `otel` of docflow-core; without a setting none of it is imported.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import structlog

from docflow.domain.errors import UserError
from docflow.domain.tracing import current_traceparent, trace_id, within
from docflow.runtime.settings import TraceSettings

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider


class Tracing:
    """Carries a trace on without adding to it."""

    @contextmanager
    def span(self, name: str, traceparent: str | None, **attributes: str | int) -> Iterator[None]:
        """Work inside the block is a span `name` below `traceparent`, or the root of a new trace.

        Attributes follow the rule of logs: ids and codes, no text and no values.
        """
        with self._carried(name, traceparent, attributes):
            trace = trace_id(current_traceparent())
            bound = {"trace_id": trace} if trace else {}
            with structlog.contextvars.bound_contextvars(**bound):
                yield

    def note(self, event: str, **attributes: str | int) -> None:
        """Something that happened in the span around: an event of it, and its attributes from now on."""

    @contextmanager
    def _carried(self, name: str, traceparent: str | None, attributes: dict[str, Any]) -> Iterator[None]:
        with within(traceparent):
            yield

    def close(self) -> None:
        """Send what is left."""


class OtelTracing(Tracing):
    """Spans by OpenTelemetry. An error marks its span by its kind; its text stays here."""

    def __init__(self, provider: "TracerProvider") -> None:
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self._provider = provider
        self._tracer = provider.get_tracer("docflow")
        self._form = TraceContextTextMapPropagator()

    @contextmanager
    def _carried(self, name: str, traceparent: str | None, attributes: dict[str, Any]) -> Iterator[None]:
        from opentelemetry.context import Context
        from opentelemetry.trace import Status, StatusCode

        above = self._form.extract({"traceparent": traceparent} if traceparent else {}, context=Context())
        with self._tracer.start_as_current_span(
            name, above, attributes=attributes, record_exception=False, set_status_on_exception=False
        ) as span:
            carrier: dict[str, str] = {}
            self._form.inject(carrier)
            try:
                with within(carrier.get("traceparent")):
                    yield
            except BaseException as error:
                span.set_status(Status(StatusCode.ERROR, type(error).__name__))
                raise

    def note(self, event: str, **attributes: str | int) -> None:
        from opentelemetry.trace import get_current_span

        span = get_current_span()
        span.add_event(event, attributes)
        span.set_attributes(attributes)

    def close(self) -> None:
        self._provider.shutdown()


def tracing_from(settings: TraceSettings) -> Tracing:
    """Raises UserError `traces_unavailable` where the extra is not installed."""
    if settings.endpoint is None:
        return Tracing()
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
    except ImportError as error:
        raise UserError(
            "DOCFLOW_TRACES__ENDPOINT needs the extra: pip install 'docflow-core[otel]'",
            code="traces_unavailable",
        ) from error
    provider = TracerProvider(
        resource=Resource.create({"service.name": settings.service}),
        sampler=ParentBased(TraceIdRatioBased(settings.share)),
        shutdown_on_exit=False,
    )
    exporter = OTLPSpanExporter(f"{settings.endpoint.rstrip('/')}/v1/traces", timeout=settings.timeout_s)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return OtelTracing(provider)

"""docs/reference/metrics.md: what /metrics shows, from the registries themselves."""

from collections.abc import Iterator

from docflow.db.database import Database
from docflow.runtime.measures import measure_audit, measure_engine
from docflow.runtime.metrics import Metrics
from docflow_api.metrics import HttpMetrics
from prometheus_client import CollectorRegistry
from prometheus_client.metrics import MetricWrapperBase

from scripts.reference.tables import NOTE, code, table

_NOWHERE = "postgresql+psycopg://nobody@127.0.0.1:1/none"
_POOLS = ("docflow_pool_connections", "gauge", "pool, state", "Database connections of a pool")

_INTRODUCTION = f"""{NOTE}
# Metrics

Every series that the services show, and what it counts. `GET /metrics` answers in Prometheus's text form ([where](../observability.md)). A counter ends in `_total`; a histogram has
`_bucket`, `_sum` and `_count`. Labels come from small closed sets: never a client, never an id. Beside these stand the
`process_...` figures that every Prometheus client shows.
"""


def page() -> str:
    return "".join(
        f"{_INTRODUCTION if place == 0 else ''}\n## {title}\n\n{told}\n\n"
        + table(("metric", "kind", "labels", "meaning"), (_cells(*row) for row in rows))
        for place, (title, told, rows) in enumerate(_groups())
    )


def _groups() -> Iterator[tuple[str, str, list[tuple[str, str, str, str]]]]:
    yield (
        "Of each process",
        "Counted by the process that did it.",
        sorted([*_rows(Metrics().registry), _POOLS]),
    )
    yield "Of the gateway", "Counted by each replica of backend-api.", sorted(_rows(HttpMetrics().registry))
    for title, measure in (("Of the database", measure_engine), ("Of the audit log", measure_audit)):
        metrics = Metrics()
        measure(metrics, Database(_NOWHERE))
        rows = set(_rows(metrics.registry)) - set(_rows(Metrics().registry))
        shown = "the gateway" if measure is measure_engine else "service-audit"
        told = f"Read from the database when {shown} is scraped, at most every five seconds. Every replica shows the same: use `max`."
        yield title, told, sorted(rows)


def _rows(registry: CollectorRegistry) -> Iterator[tuple[str, str, str, str]]:
    for collector in dict.fromkeys(registry._names_to_collectors.values()):
        if isinstance(collector, MetricWrapperBase):
            ending = "_total" if collector._type == "counter" else ""
            labels = ", ".join(collector._labelnames)
            yield collector._name + ending, collector._type, labels, collector._documentation


def _cells(name: str, kind: str, labels: str, meaning: str) -> tuple[str, ...]:
    return code(name), kind, ", ".join(code(label) for label in labels.split(", ") if label), meaning

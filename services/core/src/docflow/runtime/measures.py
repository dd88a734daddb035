"""Gauges that the database knows: what waits, for how long, and who is alive. Read when somebody scrapes."""

from collections.abc import Iterable
from typing import NamedTuple

import structlog
from prometheus_client import Gauge
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from docflow.db.database import Database
from docflow.domain.errors import TransientError
from docflow.runtime.metrics import Metrics, cached

log = structlog.get_logger(__name__)

_CACHE_S = 5.0


class _Kind(NamedTuple):
    metric: str
    meaning: str
    label: str = ""


_ENGINE = {
    "queue_ready": _Kind("docflow_queue_runs_ready", "Runs that are due", "stage"),
    "queue_delayed": _Kind("docflow_queue_runs_delayed", "Runs that are due later", "stage"),
    "queue_claimed": _Kind("docflow_queue_runs_claimed", "Runs in hand", "stage"),
    "queue_oldest": _Kind("docflow_queue_oldest_seconds", "Wait of the run that is due for longest", "stage"),
    "claimed_oldest": _Kind("docflow_queue_longest_seconds", "Age of the oldest run in hand", "stage"),
    "dead": _Kind("docflow_dead_runs", "Runs that failed for good in the last 24 hours", "stage"),
    "outbox": _Kind("docflow_outbox_rows", "Messages that wait in the outbox", "kind"),
    "outbox_oldest": _Kind(
        "docflow_outbox_oldest_seconds", "Age of the oldest message in the outbox", "kind"
    ),
    "sendings": _Kind("docflow_sendings_due", "Deliveries and actions that are due", "lane"),
    "sendings_oldest": _Kind(
        "docflow_sendings_oldest_seconds", "Wait of the delivery or action that is due for longest", "lane"
    ),
    "reviews": _Kind("docflow_reviews_open", "Processes that wait for a person"),
    "reviews_oldest": _Kind(
        "docflow_reviews_oldest_seconds", "Wait of the process that has waited for a person longest"
    ),
    "samples": _Kind("docflow_review_samples_open", "Completed processes that wait to be looked at blind"),
    "workers": _Kind("docflow_workers_alive", "Workers that beat", "worker"),
}
_AUDIT = {
    "waiting": _Kind("docflow_audit_waiting_rows", "Audit records that are not yet written"),
    "lag": _Kind("docflow_audit_lag_seconds", "Age of the oldest audit record that is not yet written"),
    "dead": _Kind("docflow_audit_dead_rows", "Audit records that could not be written"),
}


ENGINE_QUERY = "SELECT measure, label, value FROM measure_engine()"
_AUDIT_QUERY = (
    "SELECT measure, label, value FROM measure_audit()"
    " UNION ALL SELECT 'dead', NULL, count(*) FROM audit_dead"
)


def measure_engine(metrics: Metrics, database: Database) -> None:
    """Have each scrape show the queue. Belongs into one service: every replica would show the same."""
    _measure(metrics, database, "engine", ENGINE_QUERY, _ENGINE)


def measure_audit(metrics: Metrics, database: Database) -> None:
    """As docflow_audit."""
    _measure(metrics, database, "audit", _AUDIT_QUERY, _AUDIT)


def _measure(metrics: Metrics, database: Database, what: str, query: str, kinds: dict[str, _Kind]) -> None:
    # A service that crashed is run again in the same process.
    if not metrics.has_reading(what):
        reading = _Measure(metrics, database, what, query, kinds)
        metrics.add_reading(what, cached(reading, for_s=_CACHE_S))


class _Measure:
    """While the database is away, `docflow_<what>_measured` is 0 and labelled gauges are gone rather than old."""

    def __init__(
        self, metrics: Metrics, database: Database, what: str, query: str, kinds: dict[str, _Kind]
    ) -> None:
        self._database = database
        self._query = text(query)
        self._gauges = {
            measure: Gauge(
                kind.metric, kind.meaning, (kind.label,) if kind.label else (), registry=metrics.registry
            )
            for measure, kind in kinds.items()
        }
        self._labelled = {measure for measure, kind in kinds.items() if kind.label}
        self._up = Gauge(
            f"docflow_{what}_measured",
            "1 when the database answered the last scrape",
            registry=metrics.registry,
        )

    async def __call__(self) -> None:
        try:
            async with self._database.nobody() as session:
                rows = [tuple(row) for row in await session.execute(self._query)]
        except (TransientError, SQLAlchemyError, OSError) as error:
            log.warning("metrics.not_measured", error=type(error).__name__)
            rows = []
        self._up.set(bool(rows))
        self._set(rows)

    def _set(self, rows: Iterable[tuple[str, str | None, float]]) -> None:
        for measure in self._labelled:
            self._gauges[measure].clear()
        for measure, label, value in rows:
            gauge = self._gauges.get(measure)
            if gauge is not None:
                (gauge.labels(label) if measure in self._labelled else gauge).set(value)

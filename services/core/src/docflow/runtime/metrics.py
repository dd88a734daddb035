"""What one process measures, in a registry of its own. Labels come from small closed sets: no client, no id."""

import time
from collections.abc import Awaitable, Callable, Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_STAGE_BUCKETS_S = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
_LLM_BUCKETS_S = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 120.0)
_BATCH_BUCKETS = (1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000)

Reading = Callable[[], Awaitable[None]]
"""Sets gauges before a scrape. Looks after its own errors."""


class Metrics:
    """Shared by the services of one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._readings: dict[str, Reading] = {}
        self._parts: dict[str, CollectorRegistry] = {}
        self._pools: dict[str, Callable[[], dict[str, int]]] = {}
        ProcessCollector(registry=self.registry)
        self.registry.register(_Pools(self._pools))
        self.stages = Histogram(
            "docflow_stage_seconds",
            "Seconds from the claim of a run to the commit of its outcome",
            ("stage", "outcome"),
            buckets=_STAGE_BUCKETS_S,
            registry=self.registry,
        )
        self.claimed = self._counter("docflow_runs_claimed", "Runs taken by this worker", "stage")
        self.lost = self._counter(
            "docflow_runs_lost", "Runs whose outcome came after others had taken them", "stage"
        )
        self.released = self._counter("docflow_runs_released", "Runs given back unfinished")
        self.claim_failures = self._counter(
            "docflow_claim_failures", "Claims that the database did not answer"
        )
        self.given_up = self._counter("docflow_workers_given_up", "Times this worker was taken for dead")
        self.published = self._counter("docflow_outbox_published", "Events that the transport has")
        self.relay_failures = self._counter(
            "docflow_outbox_relay_failures", "Rounds of the relay that failed"
        )
        self.audit_rows = self._counter("docflow_audit_rows", "Audit records that left the outbox")
        self.audit_refused = self._counter("docflow_audit_batches_refused", "Batches refused by the database")
        self.audit_buried = self._counter("docflow_audit_buried", "Audit records put among the dead rows")
        self.audit_batch = Histogram(
            "docflow_audit_batch_rows",
            "Audit records per commit",
            buckets=_BATCH_BUCKETS,
            registry=self.registry,
        )
        self.anchored = self._counter(
            "docflow_audit_anchored", "Ends of hash chains kept outside the database"
        )
        self.anchor_failures = self._counter(
            "docflow_audit_anchor_failures", "Rounds in which the ends of chains could not be kept"
        )
        self.anchored_at = Gauge(
            "docflow_audit_anchored_timestamp_seconds",
            "When the ends of all chains were last known to be kept; 0 = not since the start",
            registry=self.registry,
        )
        self.hints_dropped = self._counter(
            "docflow_hints_dropped", "Runs whose hint could not be sent; polling finds them"
        )
        self.sent = self._counter(
            "docflow_sendings", "Outgoing work by the state it came to", "lane", "state"
        )
        self.child_exits = self._counter(
            "docflow_child_exits", "Child processes that ended in mid-call", "pool", "reason"
        )
        self.llm_calls = Histogram(
            "docflow_llm_call_seconds",
            "Seconds of one attempt at one model",
            ("provider", "outcome"),
            buckets=_LLM_BUCKETS_S,
            registry=self.registry,
        )
        self.llm_tokens = self._counter("docflow_llm_tokens", "Tokens by kind", "provider", "kind")
        self.llm_cost = self._counter(
            "docflow_llm_cost_usd", "US dollars of calls whose price is known", "provider"
        )
        self.llm_unpriced = self._counter("docflow_llm_unpriced_calls", "Calls of unknown cost", "provider")
        self.llm_cache_hits = self._counter(
            "docflow_llm_cache_hits", "Questions whose answer was kept", "provider"
        )
        self.llm_no_room = self._counter(
            "docflow_llm_no_room", "Calls that no budget had room for", "provider", "reason"
        )
        self.llm_shut_out = self._counter(
            "docflow_llm_shut_out", "Times a vendor's key was refused or unpaid", "provider", "reason"
        )
        self._transport = Gauge(
            "docflow_transport_up", "1 while hints and events flow", registry=self.registry
        )

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(name, meaning, labels, registry=self.registry)

    def watch_pool(self, name: str, read: Callable[[], dict[str, int]]) -> None:
        """`read` gives connections by state."""
        self._pools[name] = read

    def watch_transport(self, healthy: Callable[[], bool]) -> None:
        self._transport.set_function(lambda: float(healthy()))

    def has_reading(self, name: str) -> bool:
        return name in self._readings

    def add_reading(self, name: str, reading: Reading) -> None:
        self._readings[name] = reading

    def show_too(self, name: str, part: CollectorRegistry) -> None:
        """What a service counts for itself is shown wherever this process is scraped. The name's last part counts."""
        self._parts[name] = part

    async def render(self) -> bytes:
        """The exposition in Prometheus's text form."""
        for reading in self._readings.values():
            await reading()
        return b"".join(map(generate_latest, (self.registry, *self._parts.values())))


class _Pools(Collector):
    def __init__(self, pools: dict[str, Callable[[], dict[str, int]]]) -> None:
        self._pools = pools

    def collect(self) -> Iterator[Metric]:
        family = GaugeMetricFamily(
            "docflow_pool_connections", "Database connections of a pool", labels=("pool", "state")
        )
        for name, read in self._pools.items():
            for state, connections in read().items():
                family.add_metric((name, state), connections)
        yield family


def cached(reading: Reading, *, for_s: float, monotonic: Callable[[], float] = time.monotonic) -> Reading:
    """At most one reading in `for_s`, however many scrape."""
    last: float | None = None

    async def read() -> None:
        nonlocal last
        now = monotonic()
        if last is None or now - last >= for_s:
            last = now
            await reading()

    return read

"""Figures of this service, in a registry of their own."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})


class HttpMetrics:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "docflow_http_requests",
            "Answered requests",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "docflow_http_request_seconds",
            "Seconds to the end of the answer",
            ("route",),
            registry=self.registry,
        )
        self.streams = Gauge("docflow_event_streams", "Open event streams", registry=self.registry)

        self._logins = Counter(
            "docflow_logins", "Sign-ins by their end", ("outcome",), registry=self.registry
        )

    def note_login(self, outcome: str) -> None:
        """`outcome` is one of a small closed set; `unknown` = nobody has the address."""
        self._logins.labels(outcome).inc()

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """`route` is the template, so the labels stay a small closed set."""
        self._requests.labels(method if method in _METHODS else "other", route, f"{status // 100}xx").inc()
        self._seconds.labels(route).observe(seconds)

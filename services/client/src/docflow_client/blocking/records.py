from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from docflow_client.blocking.sender import Sender
from docflow_client.calls import Call, as_bytes, as_json, as_model, given
from docflow_client.models.audit import AuditLog, Verification
from docflow_client.models.processes import ProcessEvent
from docflow_client.models.retention import ClientRetention
from docflow_client.models.usage import ClientBudgets, CostUsage, Throughput, TokenUsage


class AuditLogs:
    """Who did what; each row carries the hash of the one before."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(self, *, limit: int | None = None, **filters: Any) -> Iterator[AuditLog]:
        """Newest first."""
        params = given(limit=limit, **filters)
        return self._sender.rows(Call("GET", "/v1/audit-logs", as_json, params=params), AuditLog)

    def csv(self, **filters: Any) -> bytes:
        """All that the filters leave, as a table; by `process_id`, `result`, `stage_type`, `after`, `before`."""
        params = given(format="csv", **filters)
        return self._sender.send(Call("GET", "/v1/audit-logs", as_bytes, params=params, timeout_s=120.0))

    def verify(self) -> Verification:
        return self._sender.send(
            Call("GET", "/v1/audit-logs/verify", as_model(Verification), timeout_s=120.0)
        )


class Usage:
    """What was done, in figures."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def processes(
        self, *, since: datetime | None = None, until: datetime | None = None, group_by: str = "day"
    ) -> Throughput:
        """How many came in and what became of them, by day, month or process_type; else of the last 30 days."""
        params = _span(since, until, group_by=group_by)
        return self._sender.send(Call("GET", "/v1/usage/processes", as_model(Throughput), params=params))

    def tokens(
        self, *, since: datetime | None = None, until: datetime | None = None, **filters: Any
    ) -> TokenUsage:
        """Of models, else since the month began; `group_by` day, month, process_type or model, and by `process_id`."""
        params = _span(since, until, **filters)
        return self._sender.send(Call("GET", "/v1/usage/tokens", as_model(TokenUsage), params=params))

    def costs(
        self, *, since: datetime | None = None, until: datetime | None = None, **filters: Any
    ) -> CostUsage:
        """As `tokens`, in money."""
        params = _span(since, until, **filters)
        return self._sender.send(Call("GET", "/v1/usage/costs", as_model(CostUsage), params=params))


class Budgets:
    """What may be spent on models by day and month, in UTC."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def get(self) -> ClientBudgets:
        return self._sender.send(Call("GET", "/v1/budgets", as_model(ClientBudgets)))

    def set(
        self, *, day: Mapping[str, Any] | None = None, month: Mapping[str, Any] | None = None
    ) -> ClientBudgets:
        """All limits at once, `cap_tokens` and `cap_cost` each; what is left out has none."""
        body = given(day=day, month=month)
        return self._sender.send(Call("PUT", "/v1/budgets", as_model(ClientBudgets), json=body))


class Retention:
    """For how long the client keeps documents and what was read from them."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def get(self, *, if_days: int | None = None) -> ClientRetention:
        """With `if_days` `due` counts as if so many were set; nothing changes."""
        params = given(if_days=if_days)
        return self._sender.send(Call("GET", "/v1/retention", as_model(ClientRetention), params=params))

    def set(self, keep_days: int | None) -> ClientRetention:
        """None = for good. What is older is erased within an hour."""
        call = Call("PUT", "/v1/retention", as_model(ClientRetention), json={"keep_days": keep_days})
        return self._sender.send(call)


class Events:
    """Changes of processes as they come."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def stream(self, *, since: datetime | None = None) -> Iterator[ProcessEvent]:
        """Without end; it reconnects by itself. Events may repeat, none since `since` (or now) is missed."""
        return self._sender.events(since.isoformat() if since else None)


def _span(since: datetime | None, until: datetime | None, **filters: Any) -> dict[str, Any]:
    bounds = {"from": since and since.isoformat(), "to": until and until.isoformat()}
    return given(**bounds, **filters)

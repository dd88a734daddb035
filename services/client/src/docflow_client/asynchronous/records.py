from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from docflow_client.asynchronous.sender import AsyncSender
from docflow_client.calls import Call, as_bytes, as_json, as_model, given
from docflow_client.models.audit import AuditLog, Verification
from docflow_client.models.processes import ProcessEvent
from docflow_client.models.usage import Throughput


class AsyncAuditLogs:
    """Who did what; each row carries the hash of the one before."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    def list(self, *, limit: int | None = None, **filters: Any) -> AsyncIterator[AuditLog]:
        """Newest first."""
        params = given(limit=limit, **filters)
        return self._sender.rows(Call("GET", "/v1/audit-logs", as_json, params=params), AuditLog)

    async def csv(self, **filters: Any) -> bytes:
        """All that the filters leave, as a table; by `process_id`, `result`, `stage_type`, `after`, `before`."""
        params = given(format="csv", **filters)
        return await self._sender.send(
            Call("GET", "/v1/audit-logs", as_bytes, params=params, timeout_s=120.0)
        )

    async def verify(self) -> Verification:
        return await self._sender.send(
            Call("GET", "/v1/audit-logs/verify", as_model(Verification), timeout_s=120.0)
        )


class AsyncUsage:
    """What was done, in figures."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    async def processes(
        self, *, since: datetime | None = None, until: datetime | None = None, group_by: str = "day"
    ) -> Throughput:
        """How many came in and what became of them, by day, month or process_type; else of the last 30 days."""
        bounds = {"from": since and since.isoformat(), "to": until and until.isoformat()}
        params = given(**bounds, group_by=group_by)
        return await self._sender.send(
            Call("GET", "/v1/usage/processes", as_model(Throughput), params=params)
        )


class AsyncEvents:
    """Changes of processes as they come."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    def stream(self, *, since: datetime | None = None) -> AsyncIterator[ProcessEvent]:
        """Without end; it reconnects by itself. Events may repeat, none since `since` (or now) is missed."""
        return self._sender.events(since.isoformat() if since else None)

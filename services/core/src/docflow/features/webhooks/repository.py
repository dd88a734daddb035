"""Deliveries, as the sending worker takes and finishes them, over all clients, through two SQL functions."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.json_types import JsonObject


@dataclass(frozen=True, slots=True)
class ClaimedDelivery:
    """One delivery in hand. `attempt` is the fence; `failures` counts the receiver's own."""

    delivery_id: UUID
    client_id: UUID
    endpoint_id: UUID
    process_id: UUID | None
    event_type: str
    webhook_id: str
    url: str
    body: str
    attempt: int
    failures: int
    headers: JsonObject
    secret_sealed: bytes
    old_secret_sealed: bytes | None
    old_secret_until: datetime | None
    endpoint_state: str


@dataclass(frozen=True, slots=True)
class DeliveryOutcome:
    """`state`: delivered, failed or pending (again in `retry_in_s`). `counts`: it was the receiver's failure."""

    delivery_id: UUID
    attempt: int
    state: str
    counts: bool = False
    retry_in_s: float | None = None
    log: JsonObject | None = None
    """{"at", "status", "error", "duration_ms"}"""
    disable_endpoint: bool = False
    outbox: tuple[JsonObject, ...] = ()

    def as_json(self) -> JsonObject:
        return {
            "delivery_id": str(self.delivery_id),
            "attempt": self.attempt,
            "state": self.state,
            "counts": self.counts,
            "retry_in_s": self.retry_in_s,
            "log": self.log,
            "disable_endpoint": self.disable_endpoint,
            "outbox": list(self.outbox),
        }


async def claim_deliveries(
    session: AsyncSession, worker_id: UUID, limit: int, *, per_host: int = 8
) -> list[ClaimedDelivery]:
    """Take due deliveries and those of dead workers; none for a worker that is given up.

    The worker then has at most `per_host` to one host of a client in hand.
    """
    rows = await session.execute(
        text("SELECT * FROM claim_deliveries(:worker, :limit, :per_host)"),
        {"worker": worker_id, "limit": limit, "per_host": per_host},
    )
    return [
        ClaimedDelivery(
            delivery_id=row.delivery_id,
            client_id=row.client_id,
            endpoint_id=row.endpoint_id,
            process_id=row.process_id,
            event_type=row.event_type,
            webhook_id=row.webhook_id,
            url=row.url,
            body=row.body,
            attempt=row.attempt,
            failures=row.failures,
            headers=row.headers or {},
            secret_sealed=bytes(row.secret_sealed),
            old_secret_sealed=bytes(row.old_secret_sealed) if row.old_secret_sealed else None,
            old_secret_until=row.old_secret_until,
            endpoint_state=row.endpoint_state,
        )
        for row in rows
    ]


async def finish_deliveries(
    session: AsyncSession, worker_id: UUID, outcomes: Sequence[DeliveryOutcome]
) -> set[UUID]:
    """The deliveries that took effect; what is missing was taken away."""
    rows = await session.scalars(
        text("SELECT finish_deliveries(:worker, CAST(:outcomes AS jsonb))"),
        {"worker": worker_id, "outcomes": json.dumps([outcome.as_json() for outcome in outcomes])},
    )
    return set(rows)

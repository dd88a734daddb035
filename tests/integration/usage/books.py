"""Short words for calls against the books."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from docflow.adapters.sealing.fernet import FernetSealing
from docflow.db.database import Database
from docflow.domain.ids import new_id
from docflow.domain.llm_calls import LlmCallRecord, Reservation
from docflow.domain.ports.llm import Usage
from docflow.features.usage.books import PostgresBooks
from docflow.features.usage.budgets import Budgets, Caps, Period
from docflow.features.usage.models import Budget

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


def books_of(database: Database) -> PostgresBooks:
    return PostgresBooks(database, FernetSealing(["s" * 43]))


def asked(client_id: UUID, tokens: int = 100, micros: int | None = 1000, **changes: Any) -> Reservation:
    values: dict[str, Any] = {"call_id": new_id(), "at": AT, "ttl_s": 60.0, **changes}
    return Reservation(client_id=client_id, tokens=tokens, micros=micros, **values)


def ended(one: Reservation, tokens: int, cost_micros: int | None, **changes: Any) -> LlmCallRecord:
    values: dict[str, Any] = {
        "process_id": None, "run_id": None, "stage": None, "provider": "acme-models", "model": "small-1",
        "usage": Usage(tokens, 0, cost_micros), "outcome": "complete", "called_at": AT, "duration_ms": 5, **changes,
    }  # fmt: skip
    return LlmCallRecord(call_id=one.call_id, client_id=one.client_id, **values)


async def limit(database: Database, client_id: UUID, at: datetime = AT, **caps: Caps) -> None:
    async with database.client(client_id) as session:
        named = {Period(name): cap for name, cap in caps.items()}
        await Budgets(session, client_id).limit(named, by="test", at=at)


async def budgets(database: Database, client_id: UUID, at: datetime = AT) -> dict[Period, Budget]:
    async with database.client(client_id) as session:
        return dict(await Budgets(session, client_id).current(at))


@asynccontextmanager
async def open_books(url: str, how_many: int) -> AsyncIterator[list[PostgresBooks]]:
    """As many processes would have them: each with connections of its own."""
    databases = [Database(url, pool_size=1, max_overflow=0) for _ in range(how_many)]
    try:
        yield [books_of(database) for database in databases]
    finally:
        for database in databases:
            await database.aclose()

"""Processes to work on, and how they look afterwards."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from docflow.db.database import Database
from docflow.features.stage_runs import submission
from docflow.testing.factories import Tenancy, add_document, add_process
from sqlalchemy import text


async def submit(database: Database, tenancy: Tenancy, count: int = 1, **columns: object) -> list[UUID]:
    """Accepted processes, each with one document and its first run ready."""
    made = []
    for _ in range(count):
        process_id = await add_process(database, tenancy, **columns)
        await add_document(database, tenancy.client_id, process_id)
        async with database.client(tenancy.client_id) as session:
            await submission.start(
                session, client_id=tenancy.client_id, process_id=process_id, at=datetime.now(UTC)
            )
        made.append(process_id)
    return made


async def rows(database: Database, tenancy: Tenancy, sql: str, **values: object) -> Sequence[Any]:
    async with database.client(tenancy.client_id) as session:
        return (await session.execute(text(sql), values)).all()


async def state(database: Database, tenancy: Tenancy, process_id: UUID) -> Any:
    found = await rows(
        database, tenancy, "SELECT * FROM processes WHERE process_id = :process_id", process_id=process_id
    )
    return found[0]


async def until_status(
    database: Database, tenancy: Tenancy, processes: Sequence[UUID], *status: str, within_s: float = 60
) -> None:
    """Wait until all processes have one of these statuses."""
    async with asyncio.timeout(within_s):
        while True:
            left = await rows(
                database,
                tenancy,
                "SELECT 1 FROM processes WHERE process_id = ANY(:ids) AND NOT status = ANY(:status)",
                ids=list(processes),
                status=list(status),
            )
            if not left:
                return
            await asyncio.sleep(0.02)

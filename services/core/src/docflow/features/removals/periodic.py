"""Removing files whose time has come. A crash at any point leaves the row, and the next look finds it again."""

from collections.abc import Sequence
from typing import Any

import structlog
from sqlalchemy import Row, text

from docflow.db.database import Database
from docflow.domain.errors import DocflowError
from docflow.domain.ports.blobs import BlobStore

log = structlog.get_logger(__name__)

AT_ONCE = 50
LEASE_S = 300.0
"""So long one look may take over what it took before others take it too; removing twice is no harm."""


async def remove_files(database: Database, blobs: BlobStore, *, lease_s: float = LEASE_S) -> int:
    """Remove all that is due; returns how many plans were carried out. Holds no transaction while files go."""
    carried_out = 0
    while taken := await _take(database, lease_s):
        done = [row.removal_id for row in taken if await _removed(blobs, row.prefix)]
        async with database.nobody() as session:
            await session.execute(text("SELECT end_removals(:ids)"), {"ids": done})
        carried_out += len(done)
        if len(taken) < AT_ONCE:
            break
    return carried_out


async def _take(database: Database, lease_s: float) -> Sequence[Row[Any]]:
    async with database.nobody() as session:
        rows = await session.execute(
            text("SELECT removal_id, prefix FROM take_removals(:limit, :lease_s)"),
            {"limit": AT_ONCE, "lease_s": lease_s},
        )
        return rows.all()


async def _removed(blobs: BlobStore, prefix: str) -> bool:
    try:
        for key in [found.key async for found in blobs.list(prefix)]:
            await blobs.delete(key)
    except DocflowError as error:
        log.warning("removals.put_off", code=error.code)
        return False
    return True

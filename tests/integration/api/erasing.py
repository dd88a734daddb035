"""Erases a process, and is killed when its first file is gone: DATABASE_URL BLOBS. Prints client and process before."""

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from docflow.adapters.blobs.objects import FolderBlobs
from docflow.db.database import Database
from docflow.domain.ids import new_id
from docflow.features.erasures.service import Erasing, erase
from docflow.features.removals.periodic import remove_files
from docflow.testing.factories import add_document, add_process, add_tenancy

LEASE_S = 0.5


class Deadly(FolderBlobs):
    async def delete(self, key: str) -> None:
        await super().delete(key)
        os.kill(os.getpid(), signal.SIGKILL)


async def main(url: str, folder: str) -> None:
    database, blobs = Database(url, pool_size=1, max_overflow=1), Deadly(Path(folder))
    acme = await add_tenancy(database, "acme")
    process_id = await add_process(database, acme, status="completed")
    for position in range(3):
        key = f"{acme.client_id}/2026-11/{process_id}/{new_id()}"
        await blobs.put(key, b"x")
        await add_document(database, acme.client_id, process_id, blob_key=key, position=position)
    async with database.client(acme.client_id) as session:
        await erase(session, Erasing(acme.client_id, "user:x", datetime.now(UTC)), process_id)
    print(acme.client_id, process_id, flush=True)
    await remove_files(database, blobs, lease_s=LEASE_S)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

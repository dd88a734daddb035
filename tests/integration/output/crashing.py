"""One round of a lane in a process of its own, so that DOCFLOW_CRASH_AT can kill it: LANE URL WORKER_ID BLOBS."""

import asyncio
import sys
from pathlib import Path
from uuid import UUID

from docflow.adapters.blobs.objects import FolderBlobs
from docflow.db.database import Database
from docflow.testing.factories import Tenancy

from tests.integration.output.conftest import Output


async def main(lane: str, url: str, worker_id: str, blobs: str) -> None:
    database = Database(url, pool_size=1, max_overflow=1)
    nobody = UUID(int=0)
    output = Output(
        database, Tenancy(nobody, "", nobody, "", nobody), UUID(worker_id), FolderBlobs(Path(blobs))
    )
    await output.alive()
    await output.round(output.deliveries() if lane == "delivery" else output.actions())
    await database.aclose()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

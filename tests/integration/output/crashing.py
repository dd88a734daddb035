"""One round of a lane in a process of its own, so that DOCFLOW_CRASH_AT can kill it: LANE URL WORKER_ID BLOBS MAIL_PORT."""

import asyncio
import os
import sys
from pathlib import Path
from uuid import UUID

from docflow.adapters.blobs.objects import FolderBlobs
from docflow.adapters.clock.system import SystemClock
from docflow.adapters.mail.smtp import Safety, SmtpMail, SmtpServer
from docflow.db.database import Database
from docflow.testing.factories import Tenancy

from tests.integration.output.conftest import Output


async def main(lane: str, url: str, worker_id: str, blobs: str, mail_port: str) -> None:
    database = Database(url, pool_size=1, max_overflow=1)
    nobody = UUID(int=0)
    output = Output(
        database, Tenancy(nobody, "", nobody, "", nobody), UUID(worker_id), FolderBlobs(Path(blobs))
    )
    output.environment = dict(os.environ)
    server = SmtpServer("127.0.0.1", int(mail_port), Safety.NONE)
    output.mail = SmtpMail(server, SystemClock(), sender="DocFlow <out@docflow.test>", timeout_s=5.0)
    await output.alive()
    await output.round(output.deliveries() if lane == "delivery" else output.actions())
    await output.aclose()
    await database.aclose()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

"""Writes db/schema.sql from a database that the migrations have just made.

`python db/scripts/dump_schema.py [URL]`: the URL of a server's administrator, in whose server a database is made and
dropped again; without one a private server is started.
"""

import asyncio
import os
import sys

from docflow.db.migrate import folder_of_source
from docflow.db.schema_text import schema_text
from docflow.testing.database import SERVER_VARIABLE, open_server


async def dump() -> str:
    with open_server() as server:
        try:
            return await schema_text((await server.clone()).admin)
        finally:
            await server.drop_all()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        os.environ[SERVER_VARIABLE] = sys.argv[1]
    (folder_of_source() / "schema.sql").write_text(asyncio.run(dump()), encoding="utf-8")

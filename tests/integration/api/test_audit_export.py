"""The audit as a table."""

import csv
import io
import json
from contextlib import aclosing
from dataclasses import replace

import httpx
from docflow.db.database import Database
from docflow.testing.database import DatabaseUrls
from docflow.testing.factories import Tenancy
from docflow.testing.passwords import quick_passwords
from docflow_api.app import create_app
from docflow_audit.writer import AuditWriter

from tests.integration.api.conftest import ADDRESS, KeyFor, World
from tests.integration.api.test_sessions import acts

Clients = tuple[Tenancy, Tenancy]


async def test_the_whole_audit_can_be_taken_as_a_table(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database, audit_database: Database
) -> None:
    acme, globex = two_clients
    headers = await key_for(acme)
    await world.http.patch(
        f"/v1/process-types/{acme.process_type_id}",
        json={"display_name": "Renamed"},
        headers=headers | {"If-Match": "*"},
    )
    writer = AuditWriter(audit_database)
    while await writer.write_batch():
        pass
    tables = [
        await world.http.get("/v1/audit-logs?format=csv", headers=headers),
        await world.http.get("/v1/audit-logs", headers=headers | {"Accept": "text/csv"}),
    ]
    for table in tables:
        assert table.headers["content-type"] == "text/csv; charset=utf-8"
        assert table.headers["content-disposition"].startswith("attachment")
    (row,) = csv.DictReader(io.StringIO(tables[0].text))
    assert json.loads(row["payload"])["action"] == "process_type_changed"
    assert (row["client_id"], row["seq"]) == (str(acme.client_id), "1")
    empty = await world.http.get("/v1/audit-logs?format=csv", headers=await key_for(globex))
    assert len(empty.text.splitlines()) == 1
    exported = [act for act in await acts(database, acme) if act.action == "exported"]
    assert [act.payload["what"] for act in exported] == ["audit", "audit"]


async def test_many_exports_at_once_do_not_wait_for_each_others_connections(
    world: World, two_clients: Clients, key_for: KeyFor, database_urls: DatabaseUrls
) -> None:
    headers = await key_for(two_clients[0])
    async with aclosing(Database(database_urls.app, pool_size=1, max_overflow=0, pool_timeout_s=2)) as small:
        app = create_app(replace(world.container, database=small), quick_passwords())
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ADDRESS) as http:
            answer = await http.get("/v1/audit-logs?format=csv", headers=headers)
    assert answer.status_code == 200

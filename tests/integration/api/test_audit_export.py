"""The audit as a table."""

import csv
import io
import json

from docflow.db.database import Database
from docflow.testing.factories import Tenancy
from docflow_audit.writer import AuditWriter

from tests.integration.api.conftest import KeyFor, World
from tests.integration.api.test_sessions import acts

Clients = tuple[Tenancy, Tenancy]


async def test_the_whole_audit_can_be_taken_as_a_table(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database, audit_database: Database
) -> None:
    acme, globex = two_clients
    headers = await key_for(acme)
    await world.http.patch(
        f"/v1/process-types/{acme.process_type_id}", json={"display_name": "Renamed"}, headers=headers
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

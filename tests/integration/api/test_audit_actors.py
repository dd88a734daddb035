"""Who did what the audit tells, by name."""

import csv
import io
from datetime import UTC, datetime
from uuid import uuid4

from docflow.db.database import Database
from docflow.domain.access import Scope
from docflow.features.api_keys.service import create_api_key
from docflow.features.audit.messages import act_audit
from docflow.testing.database import DatabaseUrls
from docflow.testing.factories import Tenancy
from docflow_audit.writer import AuditWriter

from tests.integration.api.accounts import platform_session
from tests.integration.api.conftest import KeyFor, World

Clients = tuple[Tenancy, Tenancy]


async def told(database: Database, audit: Database, tenancy: Tenancy, by: dict[str, str | None]) -> None:
    """One act of each, under what it is called."""
    async with database.client(tenancy.client_id) as session:
        for action, one in by.items():
            session.add(act_audit(client_id=tenancy.client_id, at=datetime.now(UTC), action=action, by=one))
    writer = AuditWriter(audit)
    while await writer.write_batch():
        pass


async def test_rows_name_people_keys_the_platform_and_the_workers(
    *,
    world: World,
    two_clients: Clients,
    key_for: KeyFor,
    database: Database,
    audit_database: Database,
    database_urls: DatabaseUrls,
) -> None:
    acme, globex = two_clients
    async with database.client(acme.client_id) as session:
        key, _ = await create_api_key(session, acme.client_id, "n8n", (Scope.ADMIN,))
        key_id = key.api_key_id
    keeper = (await world.http.get("/v1/me", headers=await platform_session(world, database_urls))).json()
    by = {
        "person": f"user:{acme.admin_id}",
        "key": f"key:{key_id}",
        "keeper": f"user:{keeper['user_id']}",
        "operator": "operator",
        "nobody": None,
        "gone": f"user:{uuid4()}",
        "key gone": f"key:{uuid4()}",
        "foreign": f"user:{globex.admin_id}",
    }
    await told(database, audit_database, acme, by)
    headers = await key_for(acme)
    rows = (await world.http.get("/v1/audit-logs", headers=headers)).json()["data"]
    shown = {row["payload"]["action"]: (row["actor_kind"], row["actor_name"]) for row in rows}
    assert shown == {
        "person": ("user", f"admin@{acme.slug}.test"),
        "key": ("key", "n8n"),
        "keeper": ("platform", None),
        "operator": ("platform", None),
        "nobody": ("worker", None),
        "gone": ("user", None),
        "key gone": ("key", None),
        "foreign": ("user", None),
    }
    table = (await world.http.get("/v1/audit-logs?format=csv", headers=headers)).text
    written = [(row["actor_kind"], row["actor_name"] or None) for row in csv.DictReader(io.StringIO(table))]
    assert sorted(written, key=str) == sorted(shown.values(), key=str)


async def test_a_platform_admin_is_told_their_own_address(world: World, database_urls: DatabaseUrls) -> None:
    me = (await world.http.get("/v1/me", headers=await platform_session(world, database_urls))).json()
    assert (me["role"], me["client_id"]) == ("platform_admin", None)
    assert me["email"].endswith("@platform.test")

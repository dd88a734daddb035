"""The ends of chains kept in the file store, against a database whose ruler rewrote it."""

from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from docflow.adapters.blobs.objects import blobs_from
from docflow.adapters.clock.system import SystemClock
from docflow.db.database import Database
from docflow.db.roles import libpq_url
from docflow.domain.ports.blobs import BlobStore
from docflow.features.audit.anchors import compare, read_anchors
from docflow.features.audit.messages import act_audit
from docflow.runtime.metrics import Metrics
from docflow.testing.database import DatabaseUrls
from docflow.testing.factories import Tenancy
from docflow_audit.anchoring import Anchoring
from docflow_audit.writer import AuditWriter


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return blobs_from(f"file://{tmp_path}", tmp_path)


@pytest.fixture
async def anchoring(
    database: Database, audit_database: Database, two_clients: tuple[Tenancy, Tenancy], blobs: BlobStore
) -> Anchoring:
    """After three records of the first client were anchored."""
    await write(database, audit_database, two_clients[0], 3)
    made = Anchoring(audit_database, blobs, SystemClock())
    assert await made.keep() >= 1
    return made


async def write(database: Database, audit_database: Database, tenancy: Tenancy, count: int) -> None:
    async with database.client(tenancy.client_id) as session:
        for _ in range(count):
            session.add(act_audit(client_id=tenancy.client_id, at=datetime.now(UTC), action="exported"))
    writer = AuditWriter(audit_database)
    while await writer.write_batch():
        pass


async def broken(audit_database: Database, blobs: BlobStore, tenancy: Tenancy) -> list[tuple[int, str]]:
    kept = [each for each in await read_anchors(blobs) if each.client_id == tenancy.client_id]
    async with audit_database.nobody() as session:
        return [(each.seq, each.kind) for each in await compare(session, kept)]


async def rule(urls: DatabaseUrls, statement: str, tenancy: Tenancy) -> None:
    """What only the server's superuser can do."""
    async with await psycopg.AsyncConnection.connect(libpq_url(urls.admin)) as connection:
        await connection.execute("SET session_replication_role = replica")
        await connection.execute(statement, {"client": tenancy.client_id})


async def test_chains_that_only_grew_agree(
    anchoring: Anchoring,
    database: Database,
    audit_database: Database,
    blobs: BlobStore,
    two_clients: tuple[Tenancy, Tenancy],
) -> None:
    await write(database, audit_database, two_clients[0], 2)
    assert await broken(audit_database, blobs, two_clients[0]) == []


async def test_a_chain_that_did_not_grow_is_not_anchored_again(anchoring: Anchoring) -> None:
    assert await anchoring.keep() == 0


async def test_what_was_kept_and_when_is_measured(
    audit_database: Database, blobs: BlobStore, anchoring: Anchoring
) -> None:
    metrics, clock = Metrics(), SystemClock()
    before = clock.now().timestamp()
    kept = await Anchoring(audit_database, blobs, clock, metrics=metrics).keep()
    assert metrics.registry.get_sample_value("docflow_audit_anchored_total") == kept >= 1
    measured = metrics.registry.get_sample_value("docflow_audit_anchored_timestamp_seconds")
    assert measured is not None
    assert measured >= before


async def test_a_tail_cut_together_with_its_heads_is_found(
    anchoring: Anchoring,
    audit_database: Database,
    blobs: BlobStore,
    two_clients: tuple[Tenancy, Tenancy],
    database_urls: DatabaseUrls,
) -> None:
    acme, _ = two_clients
    for table in ("audit_logs", "audit_chain_heads"):
        await rule(database_urls, f"DELETE FROM {table} WHERE client_id = %(client)s AND seq > 1", acme)
    assert await broken(audit_database, blobs, acme) == [(3, "cut")]


async def test_a_chain_written_anew_is_found(
    anchoring: Anchoring,
    database: Database,
    audit_database: Database,
    blobs: BlobStore,
    two_clients: tuple[Tenancy, Tenancy],
    database_urls: DatabaseUrls,
) -> None:
    acme, _ = two_clients
    for table in ("audit_logs", "audit_chain_heads"):
        await rule(database_urls, f"DELETE FROM {table} WHERE client_id = %(client)s", acme)
    await write(database, audit_database, acme, 4)
    assert await broken(audit_database, blobs, acme) == [(3, "rewritten")]

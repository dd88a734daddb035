import asyncio
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from docflow.adapters.blobs.objects import FolderBlobs
from docflow.db.database import Database
from docflow.domain.errors import TransientError
from docflow.domain.ids import new_id
from docflow.domain.jobs import Job, Ledger
from docflow.domain.outcomes import Advance, StageOutcome
from docflow.domain.transition import Transition
from docflow.features.documents.models import Document, PageRow
from docflow.features.documents.repository import DocumentStore
from docflow.features.erasures.service import Erasing, erase
from docflow.features.outputs.models import OutputAction
from docflow.features.removals import repository as removals
from docflow.features.removals.periodic import remove_files
from docflow.features.submissions.acceptance import Acceptance, accept, accept_within
from docflow.testing.blobs import MemoryBlobs
from docflow.testing.database import DatabaseUrls
from docflow.testing.engine import open_worker, toy_pipeline
from docflow.testing.factories import Tenancy, add_document, add_process
from sqlalchemy import text

from tests.integration.api.conftest import KeyFor, World, form, pdf
from tests.integration.engine.submitting import submit

Clients = tuple[Tenancy, Tenancy]
ROOT = Path(__file__).resolve().parents[3]
OF_A_PROCESS = [
    "documents", "stage_runs", "reviews", "field_corrections", "output_actions", "notifications",
    "webhook_deliveries", "process_fields", "idempotency_keys", "processes",
]  # fmt: skip


def acceptance(tenancy: Tenancy, process_id: UUID, removal_id: UUID) -> Acceptance:
    process = {
        "process_id": process_id,
        "client_id": tenancy.client_id,
        "current_stage": "INGEST",
        "metadata": {},
        "ingestion_source": "api",
    }
    return Acceptance(removal_id, process, [], Transition(tenancy.client_id, process_id))


async def rows(database: Database, tenancy: Tenancy, table: str, process_id: str) -> int:
    async with database.client(tenancy.client_id) as session:
        query = f"SELECT count(*) FROM {table} WHERE process_id = :id"
        return int((await session.execute(text(query), {"id": UUID(process_id)})).scalar_one())


async def audited(database: Database, tenancy: Tenancy) -> list[tuple[str, str | None]]:
    """Action and process of what people did, as it waits for the audit."""
    async with database.client(tenancy.client_id) as session:
        found = await session.execute(
            text(
                "SELECT payload #>> '{data,payload,action}', payload ->> 'process_id' FROM outbox"
                " WHERE starts_with(topic, 'audit.') ORDER BY message_id"
            )
        )
        return [(row[0], row[1]) for row in found if row[0]]


async def due_again(database: Database, tenancy: Tenancy) -> None:
    async with database.client(tenancy.client_id) as session:
        await session.execute(text("UPDATE file_removals SET available_at = now(), last_at = now()"))


async def plans(database: Database, tenancy: Tenancy) -> list[str]:
    async with database.client(tenancy.client_id) as session:
        return [row[0] for row in await session.execute(text("SELECT prefix FROM file_removals"))]


async def accepted(world: World, tenancy: Tenancy, headers: dict[str, str], **fields: str) -> str:
    answer = await world.http.post("/v1/processes", headers=headers, **form(tenancy, **fields))
    assert answer.status_code == 202, answer.text
    return str(answer.json()["process_id"])


async def test_an_erased_process_is_gone_with_its_rows_and_its_files(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme) | {"Idempotency-Key": "k1"}
    process_id = await accepted(world, acme, headers, callback_url="https://callback.test/")
    kept = await accepted(world, acme, await key_for(acme))
    (original,) = [key for key in await world.stored(acme) if process_id in key]
    await world.blobs.put(f"{original}.words/1", b"{}")
    await world.blobs.put(f"{acme.client_id}/exports/2026-11/{process_id}/0-a.json", b"{}")
    in_a_folder = f"{acme.client_id}/exports/invoices/{process_id}/1-a.json"
    await world.blobs.put(in_a_folder, b"{}")
    async with database.client(acme.client_id) as session:
        for position, result in enumerate((None, {"key": in_a_folder, "size_bytes": 2})):
            session.add(
                OutputAction(
                    client_id=acme.client_id,
                    process_id=UUID(process_id),
                    position=position,
                    action_type="file_export",
                    created_at=datetime(2026, 11, 30, tzinfo=UTC),
                    result=result,
                )
            )
    answer = await world.http.delete(f"/v1/processes/{process_id}", headers=headers)
    assert (answer.status_code, answer.content) == (204, b"")
    assert {table: await rows(database, acme, table, process_id) for table in OF_A_PROCESS} == dict.fromkeys(
        OF_A_PROCESS, 0
    )
    again = await world.http.delete(f"/v1/processes/{process_id}", headers=headers)
    assert (again.status_code, again.json()["code"]) == (404, "not_found")
    assert await remove_files(database, world.blobs) >= 2
    assert [key for key in await world.stored(acme) if process_id in key] == []
    assert [key for key in await world.stored(acme) if kept in key] != []


async def test_a_process_at_work_is_cancelled_first_and_the_audit_says_erased(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    process_id = await accepted(world, acme, headers)
    await world.http.delete(f"/v1/processes/{process_id}", headers=headers)
    told = await audited(database, acme)
    assert [each for each in told if each[1] == process_id] == [
        ("cancelled", process_id),
        ("erased", process_id),
    ]


async def test_an_upload_goes_with_the_process_that_took_it(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    asked = {"file_name": "a.pdf", "mime_type": "application/pdf", "file_size": len(pdf())}
    ticket = (await world.http.post("/v1/uploads", headers=headers, json=asked)).json()
    await world.http.put(ticket["url"], content=pdf())
    body = {"process_type_id": acme.process_type_id, "documents": [{"upload_id": ticket["upload_id"]}]}
    made = (await world.http.post("/v1/processes", headers=headers, json=body)).json()
    await world.http.delete(f"/v1/processes/{made['process_id']}", headers=headers)
    await remove_files(database, world.blobs)
    assert await world.stored(acme) == []
    assert await rows(database, acme, "uploads", made["process_id"]) == 0


async def test_what_a_late_worker_still_writes_goes_with_the_second_look(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    process_id = await accepted(world, acme, headers)
    (key,) = await world.stored(acme)
    await world.http.delete(f"/v1/processes/{process_id}", headers=headers)
    await remove_files(database, world.blobs)
    await world.blobs.put(f"{key}.words/1", b"late")
    assert len(await plans(database, acme)) == 1
    await due_again(database, acme)
    await remove_files(database, world.blobs)
    assert (await world.stored(acme), await plans(database, acme)) == ([], [])


async def test_a_worker_that_has_it_in_hand_ends_quietly_and_writes_nothing(
    two_clients: Clients, database: Database
) -> None:
    acme, _ = two_clients
    (process_id,) = await submit(database, acme)
    at_work, erased = asyncio.Event(), asyncio.Event()

    async def wait(job: Job, _: Ledger) -> StageOutcome:
        at_work.set()
        await erased.wait()
        return Advance()

    async with open_worker(database, toy_pipeline(ingest=wait)):
        await asyncio.wait_for(at_work.wait(), 20)
        async with database.client(acme.client_id) as session:
            asked = Erasing(acme.client_id, "user:x", datetime.now(UTC))
            await erase(session, asked, process_id)
        erased.set()
    for table in ("processes", "stage_runs"):
        assert await rows(database, acme, table, str(process_id)) == 0


async def test_pages_of_an_erased_document_are_not_kept(two_clients: Clients, database: Database) -> None:
    acme, _ = two_clients
    page = PageRow(number=1, width=1.0, height=1.0, rotation=0, word_count=1, confidence=None, words_key="k")
    await DocumentStore(database).keep(acme.client_id, new_id(), [page])
    async with database.client(acme.client_id) as session:
        assert (await session.execute(text("SELECT count(*) FROM pages"))).scalar_one() == 0


async def test_what_was_split_from_a_process_goes_with_it(two_clients: Clients, database: Database) -> None:
    acme, _ = two_clients
    parent = await add_process(database, acme, status="classifying")
    child = await add_process(database, acme, status="completed", parent_process_id=parent)
    async with database.client(acme.client_id) as session:
        await erase(session, Erasing(acme.client_id, "user:x", datetime.now(UTC)), parent)
    for process_id in (parent, child):
        assert await rows(database, acme, "processes", str(process_id)) == 0


async def test_flags_of_other_documents_keep_the_ids_of_an_erased_one(
    two_clients: Clients, database: Database
) -> None:
    acme, _ = two_clients
    first, second = [await add_process(database, acme, status="completed") for _ in range(2)]
    flag = {"code": "duplicate_exact", "evidence": {"process_id": str(first)}}
    document_id = await add_document(database, acme.client_id, second, fraud_flags=[flag])
    async with database.client(acme.client_id) as session:
        await erase(session, Erasing(acme.client_id, "user:x", datetime.now(UTC)), first)
        kept = await session.get(Document, document_id)
    assert kept is not None
    assert kept.fraud_flags == [flag]


async def expected(
    database: Database, client: Tenancy, *, process_id: UUID, prefix: str, at: datetime
) -> UUID:
    """The plan for files of a process that does not exist yet."""
    found = await removals.expect(
        database, client.client_id, client.process_type_id, process_id=process_id, prefix=prefix, at=at
    )
    assert found.is_active
    return found.removal_id


async def test_a_submission_that_never_commits_leaves_no_file_behind(
    two_clients: Clients, database: Database
) -> None:
    acme, _ = two_clients
    blobs, process_id = MemoryBlobs(), new_id()
    prefix = f"{acme.client_id}/2026-11/{process_id}/"
    await expected(database, acme, process_id=process_id, prefix=prefix, at=datetime.now(UTC))
    await blobs.put(f"{prefix}a", b"x")
    await remove_files(database, blobs)
    assert [info.key async for info in blobs.list(prefix)] == [f"{prefix}a"]
    await due_again(database, acme)
    await remove_files(database, blobs)
    assert [info.key async for info in blobs.list(prefix)] == []


async def test_for_a_type_that_takes_nothing_there_is_no_plan(
    two_clients: Clients, database: Database
) -> None:
    acme, _ = two_clients
    found = await removals.expect(
        database, acme.client_id, "nothing", process_id=new_id(), prefix="x/", at=datetime.now(UTC)
    )
    assert found.is_active is None
    assert await plans(database, acme) == []


async def test_an_accepted_submission_has_no_plan_against_its_files(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    await accepted(world, acme, await key_for(acme))
    assert await plans(database, acme) == []


async def test_a_commit_that_comes_after_its_files_were_taken_is_refused(
    two_clients: Clients, database: Database
) -> None:
    """Of the sweep and the commit exactly one wins: a process never stands without its files."""
    acme, _ = two_clients
    long_ago, process_id = datetime.now(UTC) - timedelta(days=1), new_id()
    removal_id = await expected(
        database, acme, process_id=process_id, prefix=f"{acme.client_id}/x/", at=long_ago
    )
    await remove_files(database, MemoryBlobs())
    with pytest.raises(TransientError) as refused:
        await accept(database, acceptance(acme, process_id, removal_id))
    assert refused.value.code == "submission_expired"
    assert await rows(database, acme, "processes", str(process_id)) == 0


async def test_files_that_are_being_accepted_are_passed_over(
    two_clients: Clients, database: Database
) -> None:
    acme, _ = two_clients
    blobs, key = MemoryBlobs(), f"{acme.client_id}/x/a"
    await blobs.put(key, b"x")
    long_ago, process_id = datetime.now(UTC) - timedelta(days=1), new_id()
    removal_id = await expected(
        database, acme, process_id=process_id, prefix=f"{acme.client_id}/x/", at=long_ago
    )
    async with database.client(acme.client_id) as session:
        await accept_within(session, acceptance(acme, process_id, removal_id))
        await remove_files(database, blobs)
    await remove_files(database, blobs)
    assert await blobs.get(key) == b"x"


async def test_while_a_process_stands_no_plan_takes_its_files(
    two_clients: Clients, database: Database
) -> None:
    acme, _ = two_clients
    process_id = await add_process(database, acme)
    blobs, key = MemoryBlobs(), f"{acme.client_id}/2026-11/{process_id}/a"
    await blobs.put(key, b"x")
    async with database.client(acme.client_id) as session:
        removals.plan(session, acme.client_id, [key], at=datetime.now(UTC), process_id=process_id)
    await remove_files(database, blobs)
    assert await blobs.get(key) == b"x"
    assert await plans(database, acme) == []


async def test_a_store_that_is_away_puts_the_removal_off(two_clients: Clients, database: Database) -> None:
    acme, _ = two_clients

    class Away(MemoryBlobs):
        async def delete(self, key: str) -> None:
            raise TransientError("away")

    blobs, key = Away(), f"{acme.client_id}/x/a"
    await blobs.put(key, b"x")
    async with database.client(acme.client_id) as session:
        removals.plan(session, acme.client_id, [key], at=datetime.now(UTC))
    assert await remove_files(database, blobs) == 0
    assert await plans(database, acme) == [key]


@pytest.mark.full
async def test_a_crash_between_the_commit_and_the_removal_of_files_loses_neither(
    fresh_database_urls: DatabaseUrls, tmp_path: Path
) -> None:
    """Killed after the first file of three; whoever looks next removes the others."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.integration.api.erasing", fresh_database_urls.app, str(tmp_path),
        cwd=ROOT, env=dict(os.environ), stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, _ = await child.communicate()
    assert child.returncode == -9, out
    client_id, process_id = out.decode().split()
    blobs, database = FolderBlobs(tmp_path), Database(fresh_database_urls.app, pool_size=1, max_overflow=1)
    left = [info.key async for info in blobs.list(f"{client_id}/")]
    assert len(left) == 2
    async with database.client(UUID(client_id)) as session:
        found = await session.execute(
            text("SELECT count(*) FROM processes WHERE process_id = :id"), {"id": UUID(process_id)}
        )
        assert found.scalar_one() == 0
    async with asyncio.timeout(20):
        while [info.key async for info in blobs.list(f"{client_id}/")]:
            await remove_files(database, blobs)
            await asyncio.sleep(0.1)
    await database.aclose()

"""How long a client keeps its documents, and what becomes of those that are older."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from docflow.db.database import Database
from docflow.db.roles import libpq_url
from docflow.domain.ids import new_id
from docflow.features.erasures.service import Erasing, erase
from docflow.features.processes.models import Process
from docflow.features.removals.periodic import remove_files
from docflow.features.retention.periodic import erase_old
from docflow.features.retention.service import Retention
from docflow.features.stage_runs.lifecycle import retry
from docflow.testing.database import DatabaseUrls
from docflow.testing.factories import Tenancy, add_document, add_process
from sqlalchemy import select

from tests.integration.api.conftest import KeyFor, World
from tests.integration.api.tenants import code, pointers
from tests.integration.api.test_client_package import client_of
from tests.integration.api.test_erasing import audited
from tests.integration.api.test_own_sessions import waits_for_a_lock

Clients = tuple[Tenancy, Tenancy]
NOW = datetime.now(UTC)


async def keep(database: Database, tenancy: Tenancy, days: int | None) -> None:
    async with database.client(tenancy.client_id) as session:
        await Retention(session, tenancy.client_id).change(days, by="user:x", at=NOW)


async def left(database: Database, tenancy: Tenancy) -> set[UUID]:
    async with database.client(tenancy.client_id) as session:
        return set(await session.scalars(select(Process.process_id)))


async def ended(database: Database, tenancy: Tenancy, *, days_ago: int, **values: object) -> UUID:
    then = NOW - timedelta(days=days_ago)
    given = {"status": "completed", "updated_at": then, **values}
    return await add_process(database, tenancy, **given)


async def test_nothing_is_erased_by_its_age_until_a_client_says_so(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    old = await ended(database, acme, days_ago=4_000)
    answer = await world.http.get("/v1/retention", headers=await key_for(acme))
    assert answer.json() == {"keep_days": None, "due": 0}
    assert await erase_old(database, NOW) == 0
    assert old in await left(database, acme)


async def test_the_answer_tells_what_a_setting_lets_go_before_it_goes(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, globex = two_clients
    for tenancy in (acme, globex):
        await ended(database, tenancy, days_ago=40)
    await ended(database, acme, days_ago=20)
    headers = await key_for(acme)
    asked = await world.http.get("/v1/retention", params={"if_days": 10}, headers=headers)
    assert asked.json() == {"keep_days": None, "due": 2}
    refused = await world.http.get("/v1/retention", params={"if_days": 0}, headers=headers)
    assert refused.status_code == 422
    set_to = await world.http.put("/v1/retention", json={"keep_days": 30}, headers=headers)
    assert (set_to.status_code, set_to.json()) == (200, {"keep_days": 30, "due": 1})
    assert (await world.http.get("/v1/retention", headers=await key_for(globex))).json()["keep_days"] is None
    back = await world.http.put("/v1/retention", json={"keep_days": None}, headers=headers)
    assert back.json() == {"keep_days": None, "due": 0}
    assert [action for action, _ in await audited(database, acme)] == ["retention_changed"] * 2


async def test_the_client_package_sets_it_and_takes_it_back(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    async with await client_of(world, two_clients[0], key_for) as client:
        assert (await client.retention.set(30)).keep_days == 30
        assert (await client.retention.get()).keep_days == 30
        assert (await client.retention.set(None)).keep_days is None


@pytest.mark.parametrize("days", [0, -1, 1.5, "30", 36_501])
async def test_days_are_whole_and_at_least_one(
    world: World, two_clients: Clients, key_for: KeyFor, days: object
) -> None:
    answer = await world.http.put(
        "/v1/retention", json={"keep_days": days}, headers=await key_for(two_clients[0])
    )
    assert (code(answer), pointers(answer)) == ((422, "validation_failed"), ["/keep_days"])


async def test_what_ended_long_ago_goes_with_its_files_and_the_audit_says_why(
    world: World, two_clients: Clients, database: Database
) -> None:
    acme, globex = two_clients
    old = await ended(database, acme, days_ago=31)
    key = f"{acme.client_id}/2026-10/{old}/{new_id()}"
    await world.blobs.put(key, b"x")
    await add_document(database, acme.client_id, old, blob_key=key)
    young = await ended(database, acme, days_ago=29)
    foreign = await ended(database, globex, days_ago=31)
    await keep(database, acme, 30)
    assert await erase_old(database, NOW) == 1
    assert await left(database, acme) == {young}
    assert await left(database, globex) == {foreign}
    assert ("erased", str(old)) in await audited(database, acme)
    await remove_files(database, world.blobs)
    assert await world.stored(acme) == []


@pytest.mark.parametrize("status", ["pending", "hitl_review"])
async def test_what_has_not_ended_stays_however_old_it_is(
    two_clients: Clients, database: Database, status: str
) -> None:
    acme, _ = two_clients
    waiting = await ended(database, acme, days_ago=400, status=status)
    await keep(database, acme, 30)
    assert await erase_old(database, NOW) == 0
    assert await left(database, acme) == {waiting}


async def test_a_stack_stays_while_a_part_of_it_is_young(two_clients: Clients, database: Database) -> None:
    acme, _ = two_clients
    stack = await ended(database, acme, days_ago=40)
    part = await ended(database, acme, days_ago=20, parent_process_id=stack)
    await keep(database, acme, 30)
    assert await erase_old(database, NOW) == 0
    assert await left(database, acme) == {stack, part}
    assert await erase_old(database, NOW + timedelta(days=11)) >= 1
    assert await left(database, acme) == set()


async def test_a_long_past_is_erased_in_portions_the_oldest_first(
    two_clients: Clients, database: Database
) -> None:
    acme, _ = two_clients
    olds = [await ended(database, acme, days_ago=40 + n) for n in range(5)]
    await keep(database, acme, 30)
    assert await erase_old(database, NOW, at_once=2, most=3) == 3
    assert await left(database, acme) == set(olds[:2])
    assert await erase_old(database, NOW, at_once=2, most=3) == 2
    assert await left(database, acme) == set()


async def test_a_batch_that_others_erased_meanwhile_keeps_no_more_from_going(
    two_clients: Clients, database: Database
) -> None:
    acme, _ = two_clients
    olds = [await ended(database, acme, days_ago=50 - n) for n in range(4)]
    await keep(database, acme, 30)
    async with database.client(acme.client_id) as others:
        for process_id in olds[:2]:
            await erase(others, Erasing(acme.client_id, "user:x", NOW), process_id)
        running = asyncio.create_task(erase_old(database, NOW, at_once=2))
        await waits_for_a_lock(database)
    assert await running == 2
    assert await left(database, acme) == set()


async def test_what_is_tried_again_while_it_was_about_to_go_stays(
    two_clients: Clients, database: Database
) -> None:
    acme, _ = two_clients
    failed = await ended(database, acme, days_ago=40, status="failed")
    await keep(database, acme, 30)
    async with database.client(acme.client_id) as session:
        await retry(session, client_id=acme.client_id, process_id=failed, by="user:x", at=NOW)
        # It has seen the process as it was, and waits for its row.
        erasing = asyncio.create_task(erase_old(database, NOW))
        await waits_for_a_lock(database)
    assert await erasing == 0
    assert await left(database, acme) == {failed}


async def test_what_cannot_be_erased_keeps_nothing_else_from_going(
    two_clients: Clients, database: Database, database_urls: DatabaseUrls
) -> None:
    stuck = await ended(database, two_clients[0], days_ago=50)
    for tenancy in two_clients:
        await ended(database, tenancy, days_ago=40)
        await keep(database, tenancy, 30)
    async with await psycopg.AsyncConnection.connect(libpq_url(database_urls.admin)) as admin:
        await admin.execute(_REFUSING.replace("%", str(stuck)).encode())
        await admin.commit()
        assert await erase_old(database, NOW) == 2
        await admin.execute("DROP FUNCTION refuse_one() CASCADE")
    assert [await left(database, tenancy) for tenancy in two_clients] == [{stuck}, set()]
    assert await erase_old(database, NOW) == 1


_REFUSING = """
CREATE FUNCTION refuse_one() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF OLD.process_id = '%' THEN RAISE check_violation; END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER refuse_one BEFORE DELETE ON processes FOR EACH ROW EXECUTE FUNCTION refuse_one();
"""

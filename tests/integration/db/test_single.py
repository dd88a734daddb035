"""`Database.single`: one statement that commits by itself, on the same pool as everything else."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest
from docflow.db.database import Database
from docflow.domain.errors import NotFound, TransientError
from docflow.domain.ids import new_id
from docflow.features.clients.models import Client
from docflow.features.processes.view import view_process
from docflow.testing.database import DatabaseUrls
from docflow.testing.factories import Tenancy, add_process
from sqlalchemy import func, select, text, update
from sqlalchemy.pool import QueuePool

HEARTBEAT = "SELECT heartbeat(%(worker)s, 'test', 'host', 1, 60)"


@pytest.fixture(params=[1, 4], ids=["nothing kept", "one kept"])
async def narrow(request: pytest.FixtureRequest, database_urls: DatabaseUrls) -> AsyncIterator[Database]:
    """One connection, so that each use follows another on it; or four, of which one is kept for single statements."""
    database = Database(database_urls.app, pool_size=request.param, max_overflow=0)
    yield database
    await database.aclose()


async def test_it_has_committed_when_it_returns(narrow: Database, database: Database) -> None:
    worker_id = new_id()
    await narrow.single(HEARTBEAT, {"worker": worker_id})
    async with database.nobody() as session:
        found = await session.scalar(
            text("SELECT count(*) FROM workers WHERE worker_id = :worker"), {"worker": worker_id}
        )
    assert found == 1


async def test_the_next_transaction_on_its_connection_rolls_back_whole(
    narrow: Database, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    acme, _ = two_clients
    await narrow.single("SELECT 1", {})
    with pytest.raises(ZeroDivisionError):
        async with narrow.client(acme.client_id) as session:
            await session.execute(update(Client).values(name="changed"))
            raise ZeroDivisionError
    async with narrow.client(acme.client_id) as session:
        assert await session.scalar(select(Client.name)) != "changed"


async def test_it_sees_no_clients_rows_after_a_clients_transaction(
    narrow: Database, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    async with narrow.client(two_clients[0].client_id) as session:
        assert await session.scalar(select(func.count()).select_from(Client)) == 1
    ((count,),) = await narrow.single("SELECT count(*) FROM clients", {})
    assert count == 0


async def test_what_binds_a_client_within_it_binds_nothing_after_it(
    narrow: Database, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    acme, globex = two_clients
    process_id = await add_process(narrow, acme)
    assert (await view_process(narrow, acme.client_id, process_id)).process_id == process_id
    ((count,),) = await narrow.single("SELECT count(*) FROM processes", {})
    assert count == 0
    with pytest.raises(NotFound):
        await view_process(narrow, globex.client_id, process_id)


async def test_after_a_broken_connection_the_next_call_has_a_new_one(
    database_urls: DatabaseUrls, narrow: Database
) -> None:
    ((backend,),) = await narrow.single("SELECT pg_backend_pid()", {})
    admin = Database(database_urls.admin, pool_size=1, max_overflow=0)
    await admin.single("SELECT pg_terminate_backend(%(backend)s, 5000)", {"backend": backend})
    await admin.aclose()
    with pytest.raises(TransientError):
        await narrow.single("SELECT 1", {})
    ((one,),) = await narrow.single("SELECT 1", {})
    assert one == 1


async def test_what_a_session_learnt_of_the_server_spares_the_next_statement_the_error(
    database_urls: DatabaseUrls,
) -> None:
    database = Database(database_urls.app, pool_size=4, max_overflow=0)
    admin = Database(database_urls.admin, pool_size=1, max_overflow=0)
    ((kept,),) = await database.single("SELECT pg_backend_pid()", {})
    async with database.nobody() as session:
        other = await session.scalar(text("SELECT pg_backend_pid()"))
    for backend in (kept, other):
        await admin.single("SELECT pg_terminate_backend(%(backend)s, 5000)", {"backend": backend})
    with pytest.raises(TransientError):
        async with database.nobody() as session:
            await session.execute(text("SELECT 1"))
    ((now,),) = await database.single("SELECT pg_backend_pid()", {})
    assert now not in (kept, other)
    await admin.aclose()
    await database.aclose()


async def test_after_a_refused_statement_the_pool_goes_on(narrow: Database) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero):
        await narrow.single("SELECT 1 / 0", {})
    ((one,),) = await narrow.single("SELECT 1", {})
    assert one == 1
    assert narrow.connections()["busy"] == 0


@pytest.mark.parametrize(("recycle_s", "busy_in_pool"), [(1800, 1), (0, 0)], ids=["kept", "too old to keep"])
async def test_a_connection_that_is_kept_counts_as_idle_until_it_goes_back(
    recycle_s: int, busy_in_pool: int, database_urls: DatabaseUrls
) -> None:
    database = Database(database_urls.app, pool_size=4, max_overflow=0, pool_recycle_s=recycle_s)
    for _ in range(2):
        await database.single("SELECT 1", {})
    pool = database.engine.pool
    assert isinstance(pool, QueuePool)
    assert (pool.checkedout(), database.connections()["busy"]) == (busy_in_pool, 0)
    assert database.connections()["idle"] == 1
    await database.aclose()


async def test_many_statements_at_once_leave_the_pool_to_others(database_urls: DatabaseUrls) -> None:
    database = Database(database_urls.app, pool_size=4, max_overflow=0, pool_timeout_s=5)
    await asyncio.gather(*(database.single("SELECT pg_sleep(0.01)", {}) for _ in range(40)))
    async with database.nobody(), database.nobody(), database.nobody():
        ((one,),) = await database.single("SELECT 1", {})
    assert one == 1
    await database.aclose()


async def test_a_database_that_is_away_is_trouble_of_the_world() -> None:
    gone = Database("postgresql+psycopg://nobody:x@127.0.0.1:1/nothing", connect_timeout_s=1)
    with pytest.raises(TransientError):
        await gone.single("SELECT 1", {})
    await gone.aclose()

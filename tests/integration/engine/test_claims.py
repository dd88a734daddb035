"""Who gets which run, and whose word counts."""

import asyncio
from collections import Counter

import pytest
from docflow.db.database import Database
from docflow.domain.ids import new_id
from docflow.domain.outcomes import Advance, RetryLater
from docflow.domain.stages import Stage
from docflow.features.stage_runs import repository
from docflow.testing.database import DatabaseUrls
from docflow.testing.factories import Tenancy, add_tenancy
from sqlalchemy import text

from tests.integration.engine.claiming import beat, claim, decided, finish, lose, new_worker
from tests.integration.engine.submitting import rows, state, submit


@pytest.fixture(autouse=True)
async def _empty_queue(database: Database, database_urls: DatabaseUrls) -> None:
    """Claims go across clients: what other tests left behind must not be found."""
    admin = Database(database_urls.admin, pool_size=1, max_overflow=0)
    async with admin.nobody() as session:
        await session.execute(text("DELETE FROM stage_runs"))
    await admin.aclose()


async def test_a_small_client_is_not_kept_waiting_by_a_large_one(
    database: Database, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    large, small = two_clients
    await submit(database, large, 30)
    await submit(database, small, 3)

    claimed = await claim(database, await new_worker(database), 6)

    assert Counter(run.client_id for run in claimed) == {large.client_id: 3, small.client_id: 3}


async def test_a_client_with_much_in_hand_yields_to_others(
    database: Database, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    large, small = two_clients
    await submit(database, large, 20)
    await claim(database, await new_worker(database), 10)
    await submit(database, small, 5)

    claimed = await claim(database, await new_worker(database), 5)

    assert {run.client_id for run in claimed} == {small.client_id}


async def test_a_lone_client_gets_all_there_is(
    database: Database, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    acme, _ = two_clients
    await submit(database, acme, 20)
    assert len(await claim(database, await new_worker(database), 16)) == 16


async def test_claims_at_the_same_time_take_different_runs(
    database: Database, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    acme, _ = two_clients
    await submit(database, acme, 24)
    workers = [await new_worker(database) for _ in range(4)]

    taken = await asyncio.gather(*(claim(database, worker, 6) for worker in workers))

    ids = [run.run_id for runs in taken for run in runs]
    assert (len(ids), len(set(ids))) == (24, 24)


async def test_only_the_stages_asked_for_are_given(
    database: Database, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    await submit(database, two_clients[0])
    assert await claim(database, await new_worker(database), 5, Stage.OUTPUT) == []


async def test_a_run_that_is_due_later_is_left(
    database: Database, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    acme, _ = two_clients
    await submit(database, acme)
    worker = await new_worker(database)
    (run,) = await claim(database, worker)
    await finish(database, worker, run, RetryLater("later", after_s=3600))

    assert await claim(database, worker) == []


async def test_a_worker_that_is_not_alive_gets_nothing(
    database: Database, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    await submit(database, two_clients[0])
    worker = await new_worker(database)
    await lose(database, worker)
    assert await claim(database, worker) == []
    assert await claim(database, new_id()) == []


async def test_a_worker_given_up_for_dead_never_comes_back_under_its_id(database: Database) -> None:
    worker = await new_worker(database)
    await lose(database, worker)
    assert not await beat(database, worker)


async def test_the_runs_of_a_lost_worker_are_taken_over_and_counted(
    database: Database, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    acme, _ = two_clients
    await submit(database, acme, 3)
    first, second = await new_worker(database), await new_worker(database)
    await claim(database, first)
    await lose(database, first)

    taken = await claim(database, second)

    assert [(run.attempt, run.losses) for run in taken] == [(2, 1)] * 3


async def test_orphans_do_not_queue_behind_the_backlog(
    database: Database, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    acme, globex = two_clients
    await submit(database, acme, 2)
    first, second = await new_worker(database), await new_worker(database)
    orphans = {run.run_id for run in await claim(database, first)}
    await submit(database, globex, 20)
    await lose(database, first)

    assert {run.run_id for run in await claim(database, second, 2)} == orphans


async def test_a_lost_workers_word_counts_no_more(
    database: Database, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    acme, _ = two_clients
    (process_id,) = await submit(database, acme)
    first, second = await new_worker(database), await new_worker(database)
    (old,) = await claim(database, first)
    await lose(database, first)
    (new,) = await claim(database, second)

    assert await finish(database, first, old) is None
    assert (await state(database, acme, process_id)).status == "pending"
    assert await finish(database, second, new) is not None


async def test_a_finish_counts_once(database: Database, two_clients: tuple[Tenancy, Tenancy]) -> None:
    acme, _ = two_clients
    await submit(database, acme)
    worker = await new_worker(database)
    (run,) = await claim(database, worker)
    transition = await decided(database, run, Advance())

    async with database.nobody() as session:
        first = await repository.finish(session, worker, [transition])
        second = await repository.finish(session, worker, [transition])

    assert (len(first), len(second)) == (1, 0)


async def test_a_batch_writes_what_still_counts_and_leaves_the_rest(
    database: Database, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    acme, _ = two_clients
    await submit(database, acme, 5)
    first, second = await new_worker(database), await new_worker(database)
    runs = await claim(database, first)
    transitions = [await decided(database, run, Advance()) for run in runs]
    await lose(database, first)
    taken = {run.run_id for run in await claim(database, second, 2)}

    async with database.nobody() as session:
        finished = await repository.finish(session, first, transitions)

    assert finished.keys() == {run.run_id for run in runs} - taken


async def test_finishes_in_opposite_order_do_not_deadlock(
    database: Database, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    acme, _ = two_clients
    await submit(database, acme, 40)
    worker = await new_worker(database)
    runs = await claim(database, worker)
    transitions = [await decided(database, run, Advance()) for run in runs]

    async def write(some: list[object]) -> int:
        async with database.nobody() as session:
            return len(await repository.finish(session, worker, some))  # type: ignore[arg-type]

    counts = await asyncio.gather(write(list(transitions)), write(list(reversed(transitions))))

    assert sum(counts) == 40


async def test_a_worker_that_stops_in_order_frees_its_runs_uncounted(
    database: Database, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    await submit(database, two_clients[0], 2)
    first, second = await new_worker(database), await new_worker(database)
    await claim(database, first)
    async with database.nobody() as session:
        assert await session.scalar(text("SELECT stop_worker(:w)"), {"w": first}) == 2

    assert [run.losses for run in await claim(database, second)] == [0, 0]


async def test_a_document_that_kills_workers_does_not_take_its_neighbours_down(
    database: Database, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    acme, _ = two_clients
    await submit(database, acme, 4)
    for _ in range(3):
        worker = await new_worker(database)
        await claim(database, worker)
        await lose(database, worker)
    worker = await new_worker(database)
    in_turn = []
    for _ in range(4):
        (run,) = await claim(database, worker, 100, Stage.INGEST)
        in_turn.append(run.losses)
        await finish(database, worker, run)

    assert in_turn == [3, 3, 3, 3]


async def test_there_is_never_a_second_open_run(
    database: Database, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    acme, _ = two_clients
    (process_id,) = await submit(database, acme)
    with pytest.raises(Exception, match="uq_stage_runs_open"):
        await rows(
            database,
            acme,
            "INSERT INTO stage_runs (run_id, client_id, process_id, stage, step)"
            " VALUES (:r, :c, :p, 'OUTPUT', 'output')",
            r=new_id(),
            c=acme.client_id,
            p=process_id,
        )


async def test_claiming_stays_quick_with_many_clients_and_a_long_backlog(
    database: Database, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    tenancies = [await add_tenancy(database, f"many-{new_id().hex}") for _ in range(20)]
    for tenancy in tenancies:
        await submit(database, tenancy, 1)
    await submit(database, two_clients[0], 40)

    claimed = await claim(database, await new_worker(database), 21)

    assert len({run.client_id for run in claimed}) == 21

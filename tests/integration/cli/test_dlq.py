"""`docflow dlq` against a database, as an operator calls it."""

import asyncio
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from docflow.db.database import Database
from docflow.domain.errors import NotFound, UserError
from docflow.domain.jobs import Job, Ledger
from docflow.domain.outcomes import Fail, StageOutcome
from docflow.testing.database import DatabaseUrls
from docflow.testing.engine import open_worker, toy_pipeline
from docflow.testing.factories import Tenancy
from docflow_cli.main import app
from typer.testing import CliRunner

from tests.integration.engine.submitting import rows, state, submit, until_status


class Dlq:
    """Calls the command; gives what it said. An error that people can fix is raised as the program reports it."""

    def __init__(self, home: Path, url: str) -> None:
        self._given = {"DOCFLOW_HOME": str(home), "DOCFLOW_DB__URL": url}

    async def __call__(self, *words: str) -> str:
        # The command runs a loop of its own, which needs a thread of its own.
        result = await asyncio.to_thread(CliRunner().invoke, app, ["dlq", *words], env=self._given)
        if result.exception is not None:
            raise result.exception
        return result.output


@pytest.fixture
def dlq(tmp_path: Path, database_urls: DatabaseUrls) -> Dlq:
    return Dlq(tmp_path, database_urls.app)


async def refuse(_job: Job, _ledger: Ledger) -> StageOutcome:
    return Fail("file_corrupt", "it ends early")


@pytest.fixture
async def dead(database: Database, two_clients: tuple[Tenancy, Tenancy]) -> UUID:
    """A process that failed for good while it was read."""
    (process_id,) = await submit(database, two_clients[0])
    async with open_worker(database, toy_pipeline(intelligent_ocr=refuse)):
        await until_status(database, two_clients[0], [process_id], "failed")
    return process_id


async def test_what_failed_for_good_is_listed_with_its_code(dlq: Dlq, dead: UUID) -> None:
    (line,) = [line for line in (await dlq("list")).splitlines() if str(dead) in line]
    assert line.split("  ", 1)[1] == (
        f"{dead}  INTELLIGENT_OCR  file_corrupt  attempts 1, failures 0, losses 0"
    )


async def test_a_replayed_process_goes_on_where_it_stopped_and_is_listed_no_more(
    dlq: Dlq, dead: UUID, database: Database, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    assert await dlq("replay", str(dead)) == f"{dead} INTELLIGENT_OCR\n"
    assert str(dead) not in await dlq("list")

    async with open_worker(database, toy_pipeline()):
        await until_status(database, two_clients[0], [dead], "completed")

    runs = await rows(
        database,
        two_clients[0],
        "SELECT stage, status FROM stage_runs WHERE process_id = :p ORDER BY created_at",
        p=dead,
    )
    assert [tuple(run) for run in runs] == [
        ("INGEST", "done"),
        ("INTELLIGENT_OCR", "failed"),
        ("INTELLIGENT_OCR", "done"),
        ("INTELLIGENT_PROCESS", "done"),
        ("OUTPUT", "done"),
    ]


async def test_a_process_that_fails_again_is_listed_once_with_its_last_code(
    dlq: Dlq, dead: UUID, database: Database, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    async def other(_job: Job, _ledger: Ledger) -> StageOutcome:
        return Fail("file_encrypted")

    await dlq("replay", str(dead))
    async with open_worker(database, toy_pipeline(intelligent_ocr=other)):
        await until_status(database, two_clients[0], [dead], "failed")

    listed = [line for line in (await dlq("list")).splitlines() if str(dead) in line]
    assert ["file_encrypted" in line for line in listed] == [True]


async def test_a_run_that_cost_five_workers_can_be_replayed(
    dlq: Dlq, dead: UUID, database: Database, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    await rows(
        database,
        two_clients[0],
        "UPDATE stage_runs SET losses = 5, failures = 5 WHERE process_id = :p AND status = 'failed' RETURNING 1",
        p=dead,
    )
    await dlq("replay", str(dead))
    async with open_worker(database, toy_pipeline()):
        await until_status(database, two_clients[0], [dead], "completed", "failed")
    assert (await state(database, two_clients[0], dead)).status == "completed"


async def test_a_dropped_process_stays_failed_and_is_listed_no_more(
    dlq: Dlq, dead: UUID, database: Database, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    assert await dlq("drop", str(dead)) == f"{dead} dropped\n"
    assert str(dead) not in await dlq("list")
    assert (await state(database, two_clients[0], dead)).status == "failed"


@pytest.mark.parametrize("verb", ["replay", "drop"])
async def test_what_is_not_dead_is_refused(
    verb: str, dlq: Dlq, database: Database, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    (alive,) = await submit(database, two_clients[0])
    for process_id in (str(alive), str(uuid4())):
        with pytest.raises(NotFound, match=f"process {process_id} is not on the list of dead work"):
            await dlq(verb, process_id)
    with pytest.raises(UserError, match="'7' is no process id"):
        await dlq(verb, "7")


async def test_acts_of_the_operator_are_audited(
    dlq: Dlq, dead: UUID, database: Database, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    await dlq("replay", str(dead))
    told = await rows(
        database,
        two_clients[0],
        "SELECT payload #> '{data,payload}' AS told FROM outbox WHERE topic = 'audit.act'"
        " AND payload ->> 'process_id' = :p",
        p=str(dead),
    )
    assert [(row.told["action"], row.told["by"]) for row in told] == [("retried", "operator:command-line")]

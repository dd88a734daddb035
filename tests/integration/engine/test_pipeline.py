"""A process on its way through all stages, on the real database."""

from docflow.db.database import Database
from docflow.testing.engine import open_worker, toy_pipeline
from docflow.testing.factories import Tenancy

from tests.integration.engine.submitting import rows, state, submit, until_status


async def test_a_process_goes_through_all_stages_and_is_complete(
    database: Database, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    acme, _ = two_clients
    (process_id,) = await submit(database, acme)

    async with open_worker(database, toy_pipeline()):
        await until_status(database, acme, [process_id], "completed", "failed")

    process = await state(database, acme, process_id)
    assert (process.status, process.current_stage, process.version) == ("completed", "OUTPUT", 5)
    runs = await rows(
        database,
        acme,
        "SELECT stage, status, attempt FROM stage_runs WHERE process_id = :p ORDER BY created_at",
        p=process_id,
    )
    assert [tuple(run) for run in runs] == [
        ("INGEST", "done", 1),
        ("INTELLIGENT_OCR", "done", 1),
        ("INTELLIGENT_PROCESS", "done", 1),
        ("OUTPUT", "done", 1),
    ]

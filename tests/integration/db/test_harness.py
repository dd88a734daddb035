from docflow.db.database import Database
from docflow.testing.factories import Tenancy, add_document, add_process, add_run
from sqlalchemy import text


async def test_a_client_sees_its_own_rows_and_no_others(
    database: Database, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    ours, theirs = two_clients
    process_id = await add_process(database, ours)
    await add_document(database, ours.client_id, process_id)
    await add_run(database, ours.client_id, process_id)
    counts = []
    for tenancy in (ours, theirs):
        async with database.client(tenancy.client_id) as session:
            counts.append((await session.execute(text("SELECT count(*) FROM documents"))).scalar_one())
    assert counts == [1, 0]

from docflow.testing.factories import Tenancy
from sqlalchemy import text

from tests.integration.api.conftest import KeyFor, World

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


async def test_the_callers_trace_goes_on_in_the_first_run(
    world: World, two_clients: tuple[Tenancy, Tenancy], key_for: KeyFor
) -> None:
    tenancy = two_clients[0]
    headers = {**await key_for(tenancy), "traceparent": TRACE}
    answer = await world.http.post(
        "/v1/processes",
        headers=headers,
        data={"process_type_id": tenancy.process_type_id},
        files={"file": ("a.txt", b"some text", "text/plain")},
    )
    assert answer.status_code == 202, answer.text
    async with world.container.database.client(tenancy.client_id) as session:
        kept = await session.scalar(
            text("SELECT traceparent FROM stage_runs WHERE process_id = :id"),
            {"id": answer.json()["process_id"]},
        )
    assert kept == TRACE

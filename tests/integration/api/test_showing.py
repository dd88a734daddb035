from docflow.db.database import Database
from docflow.testing.factories import Tenancy, add_document, add_process

from tests.integration.api.conftest import KeyFor, World

Clients = tuple[Tenancy, Tenancy]


async def test_a_process_shows_its_documents_in_the_order_they_were_sent(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    process_id = await add_process(database, acme)
    for position in (2, 0, 1):
        await add_document(
            database, acme.client_id, process_id, position=position, file_name=f"{position}.pdf"
        )
    alone = await add_process(database, acme)
    headers = await key_for(acme)
    shown = (await world.http.get(f"/v1/processes/{process_id}", headers=headers)).json()
    assert [document["file_name"] for document in shown["documents"]] == ["0.pdf", "1.pdf", "2.pdf"]
    assert (await world.http.get(f"/v1/processes/{alone}", headers=headers)).json()["documents"] == []

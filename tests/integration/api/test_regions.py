"""A box on a page, read again."""

import asyncio
from uuid import UUID

import pytest
from docflow.adapters.ocr.rapidocr import read_image
from docflow.db.database import Database
from docflow.domain.access import Scope
from docflow.domain.file_types import TIFF
from docflow.domain.reading import ReadPicture, Word
from docflow.features.reading.stored_pages import object_of
from docflow.testing.factories import Tenancy, add_document, add_page, add_process
from docflow_ocr.pages import pdf

from tests.integration.api.conftest import KeyFor, World
from tests.integration.api.test_reading import held
from tests.unit.reading.made_stacks import INVOICE, OTHER_INVOICE, stack_pdf, stack_tiff

Clients = tuple[Tenancy, Tenancy]
#: Around the third line, `Invoice No: NW-1001`, of a made page.
NUMBER_LINE = [0.05, 0.115, 0.6, 0.145]


@pytest.fixture
def ocr(world: World) -> list[bytes]:
    """What the engine is shown, the number on every picture."""
    seen: list[bytes] = []

    def read(picture: bytes) -> ReadPicture:
        seen.append(picture)
        return ReadPicture((Word("119,00", (0.1, 0.3, 0.5, 0.7), 0.9),))

    world.container.read_image = read
    return seen


async def stored(
    world: World, database: Database, tenancy: Tenancy, data: bytes, *, layer: bool = False, **columns: object
) -> str:
    process_id = UUID(await held(database, tenancy))
    document_id = await add_document(database, tenancy.client_id, process_id, **columns)
    key = f"{tenancy.client_id}/2026-11/{process_id}/{document_id}"
    await world.container.blobs.put(key, data)
    if layer:
        page = pdf.text_pages(data).pages[0]
        await world.container.blobs.put(f"{key}.words/1", object_of(page))
        await add_page(database, tenancy.client_id, document_id, f"{key}.words/1")
    return f"/v1/documents/{document_id}/read-region"


async def test_words_of_a_text_layer_are_taken_as_they_are(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database, ocr: list[bytes]
) -> None:
    acme, _ = two_clients
    url = await stored(world, database, acme, stack_pdf(INVOICE), layer=True)
    body = {"page": 1, "box": NUMBER_LINE}
    answer = await world.http.post(url, headers=await key_for(acme), json=body)
    assert answer.status_code == 200, answer.text
    read = answer.json()
    assert (read["text"], read["source"], read["confidence"], read["value"]) == (
        "Invoice No: NW-1001",
        "text_layer",
        1.0,
        None,
    )
    assert [word["text"] for word in read["words"]] == ["Invoice", "No:", "NW-1001"]
    assert ocr == []


async def test_where_there_is_no_text_the_region_is_read_by_ocr_and_typed(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database, ocr: list[bytes]
) -> None:
    acme, _ = two_clients
    url = await stored(world, database, acme, stack_tiff(INVOICE, OTHER_INVOICE), mime_type=TIFF)
    body = {"page": 2, "box": [0.5, 0.5, 0.7, 0.6], "kind": "money"}
    read = (await world.http.post(url, headers=await key_for(acme), json=body)).json()
    assert (read["text"], read["value"], read["source"], read["kind"]) == ("119,00", "119.00", "ocr", "money")
    x0, y0, x1, y1 = read["words"][0]["box"]
    assert 0.5 <= x0 < x1 <= 0.7
    assert 0.5 <= y0 < y1 <= 0.6
    assert len(ocr) == 1


async def test_the_engine_reads_small_print_of_a_scan(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    world.container.read_image = read_image
    acme, _ = two_clients
    url = await stored(world, database, acme, stack_tiff(INVOICE, OTHER_INVOICE), mime_type=TIFF)
    body = {"page": 2, "box": [0.05, 0.14, 0.9, 0.185], "kind": "id"}
    read = (await world.http.post(url, headers=await key_for(acme), json=body)).json()
    assert "C-77412" in read["text"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"page": 9, "box": [0.1, 0.1, 0.2, 0.2]}, 404),
        ({"page": 0, "box": [0.1, 0.1, 0.2, 0.2]}, 422),
        ({"page": 1, "box": [0.2, 0.1, 0.1, 0.2]}, 422),
        ({"page": 1, "box": [0.2, 0.1, 1.1, 0.2]}, 422),
        ({"page": 1, "box": [0.1, 0.1, 0.2, 0.2], "kind": "colour"}, 422),
    ],
)
async def test_what_cannot_be_read_is_refused(
    body: dict[str, object],
    status: int,
    world: World,
    two_clients: Clients,
    key_for: KeyFor,
    database: Database,
    ocr: list[bytes],
) -> None:
    acme, _ = two_clients
    url = await stored(world, database, acme, stack_pdf(INVOICE), layer=True)
    answer = await world.http.post(url, headers=await key_for(acme), json=body)
    assert answer.status_code == status, answer.text


async def test_another_clients_document_is_404_and_reading_needs_the_scope_of_reviews(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database, ocr: list[bytes]
) -> None:
    acme, globex = two_clients
    url = await stored(world, database, acme, stack_pdf(INVOICE), layer=True)
    body = {"page": 1, "box": NUMBER_LINE}
    foreign = await world.http.post(url, headers=await key_for(globex), json=body)
    reader = await world.http.post(url, headers=await key_for(acme, Scope.RESULTS_READ), json=body)
    assert [foreign.status_code, reader.status_code] == [404, 403]


async def test_one_is_read_at_a_time_and_a_crowd_is_told_to_come_back(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    at_once, most = 0, 0

    def slow(_: bytes) -> ReadPicture:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        asyncio.run(asyncio.sleep(0.05))
        at_once -= 1
        return ReadPicture(())

    world.container.read_image = slow
    acme, _ = two_clients
    url = await stored(world, database, acme, stack_tiff(INVOICE, OTHER_INVOICE), mime_type=TIFF)
    headers, body = await key_for(acme), {"page": 1, "box": NUMBER_LINE}
    answers = await asyncio.gather(*(world.http.post(url, headers=headers, json=body) for _ in range(9)))
    refused = [answer for answer in answers if answer.status_code == 429]
    assert most == 1
    assert len(refused) == 4
    assert {(answer.json()["code"], answer.headers["retry-after"]) for answer in refused} == {
        ("rate_limited", "3")
    }


async def test_a_page_of_a_text_that_was_not_read_is_404(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database, ocr: list[bytes]
) -> None:
    acme, _ = two_clients
    process_id = await add_process(database, acme)
    document_id = await add_document(database, acme.client_id, process_id, mime_type="text/plain")
    answer = await world.http.post(
        f"/v1/documents/{document_id}/read-region",
        headers=await key_for(acme),
        json={"page": 1, "box": NUMBER_LINE},
    )
    assert answer.status_code == 404

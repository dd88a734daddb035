"""What a reviewer says of a stack over HTTP, and how parents and children are shown."""

from uuid import uuid4

import pytest
from docflow.db.database import Database
from docflow.domain.access import Scope
from docflow.testing.factories import Tenancy, add_document, add_process

from tests.integration.api.conftest import KeyFor, World
from tests.integration.api.test_reading import held
from tests.integration.engine.submitting import rows, state

Clients = tuple[Tenancy, Tenancy]
CUTS = [{"page": 4, "score": 0.86}]


async def stack(database: Database, tenancy: Tenancy, **columns: object) -> tuple[str, str]:
    """A held process with one PDF of nine pages, and that document."""
    process_id = await held(database, tenancy, **columns)
    document_id = await add_document(
        database,
        tenancy.client_id,
        (await rows(database, tenancy, "SELECT CAST(:p AS uuid) AS id", p=process_id))[0].id,
        page_count=9,
        status="completed",
    )
    return process_id, str(document_id)


def cut(document_id: str, *pages: int) -> dict[str, object]:
    return {"documents": [{"document_id": document_id, "cuts": list(pages)}]}


async def test_cuts_are_kept_and_the_process_goes_back_to_be_cut(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    process_id, document_id = await stack(database, acme)
    answer = await world.http.post(
        f"/v1/reviews/{process_id}/split", headers=await key_for(acme), json=cut(document_id, 4, 7)
    )
    assert (answer.status_code, answer.json()["status"]) == (200, "ingested"), answer.text
    row = await state(database, acme, process_id)
    assert answer.headers["etag"] == f'"{row.version}"'
    assert row.classification_result["split"]["decided"] == {
        "by": "person",
        "documents": [{"document_id": document_id, "cuts": [4, 7]}],
    }
    (review,) = await rows(
        database, acme, "SELECT status, decision FROM reviews WHERE process_id = :p", p=process_id
    )
    assert tuple(review) == ("decided", "split")


async def test_no_cuts_send_it_on_as_one_document(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    process_id, _ = await stack(database, acme)
    answer = await world.http.post(
        f"/v1/reviews/{process_id}/split", headers=await key_for(acme), json={"documents": []}
    )
    assert (answer.status_code, answer.json()["status"]) == (200, "validating")


@pytest.mark.parametrize(
    ("pages", "code"),
    [
        ((1,), "page_unknown"),
        ((10,), "page_unknown"),
        ((7, 4), "cuts_not_ascending"),
        ((4, 4), "cuts_not_ascending"),
    ],
)
async def test_cuts_that_cannot_be_made_are_422_with_their_code_and_change_nothing(
    pages: tuple[int, ...], code: str, world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    process_id, document_id = await stack(database, acme)
    answer = await world.http.post(
        f"/v1/reviews/{process_id}/split", headers=await key_for(acme), json=cut(document_id, *pages)
    )
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert (await state(database, acme, process_id)).status == "hitl_review"


async def test_a_document_of_another_process_and_one_without_pages_are_422(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    process_id, _ = await stack(database, acme)
    _, other = await stack(database, acme)
    process_id2, _ = await stack(database, acme)
    text = await add_document(
        database,
        acme.client_id,
        (await state(database, acme, process_id2)).process_id,
        position=1,
        mime_type="text/plain",
        page_count=4,
    )
    url = "/v1/reviews/{}/split"
    unknown = await world.http.post(url.format(process_id), headers=headers, json=cut(other, 4))
    uncuttable = await world.http.post(url.format(process_id2), headers=headers, json=cut(str(text), 2))
    assert [unknown.json()["code"], uncuttable.json()["code"]] == ["document_unknown", "file_not_cuttable"]
    assert unknown.json()["errors"][0]["pointer"] == "/documents/0/document_id"


async def test_a_stale_version_a_process_that_is_not_held_and_a_strangers_are_refused(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, globex = two_clients
    headers = await key_for(acme)
    process_id, document_id = await stack(database, acme)
    running = await add_process(database, acme)
    body = cut(document_id, 4)
    stale = await world.http.post(
        f"/v1/reviews/{process_id}/split", headers={**headers, "If-Match": '"99"'}, json=body
    )
    not_held = await world.http.post(f"/v1/reviews/{running}/split", headers=headers, json={"documents": []})
    foreign = await world.http.post(
        f"/v1/reviews/{process_id}/split", headers=await key_for(globex), json=body
    )
    assert [stale.status_code, not_held.status_code, foreign.status_code] == [412, 409, 404]


async def test_a_repeat_with_its_key_is_answered_with_the_first_answer(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    process_id, document_id = await stack(database, acme)
    headers = {**await key_for(acme), "Idempotency-Key": str(uuid4())}
    url = f"/v1/reviews/{process_id}/split"
    first, again = [await world.http.post(url, headers=headers, json=cut(document_id, 4)) for _ in range(2)]
    assert first.json() == again.json()
    assert again.headers["idempotent-replayed"] == "true"
    other = await world.http.post(url, headers=headers, json=cut(document_id, 5))
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_the_queue_shows_the_proposed_cuts_with_their_scores(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    document_id = str(uuid4())
    proposed = [{"document_id": document_id, "cuts": CUTS}]
    await held(database, acme, classification_result={"split": {"proposed": proposed}})
    plain = await held(database, acme)
    listed = (await world.http.get("/v1/reviews", headers=await key_for(acme))).json()["data"]
    assert {row["process_id"]: row["cuts"] for row in listed} == {
        listed[0]["process_id"]: proposed,
        plain: [],
    }


async def test_children_name_their_parent_and_are_listed_by_its_link(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, globex = two_clients
    parent = await add_process(database, acme, status="classifying", current_stage="INTELLIGENT_OCR")
    made = [str(await add_process(database, acme, parent_process_id=parent)) for _ in range(2)]
    headers = await key_for(acme)
    shown = (await world.http.get(f"/v1/processes/{parent}", headers=headers)).json()
    children = await world.http.get(shown["links"]["children"], headers=headers)
    assert [row["process_id"] for row in children.json()["data"]] == made[::-1]
    assert {row["parent_process_id"] for row in children.json()["data"]} == {str(parent)}
    others = await world.http.get(shown["links"]["children"], headers=await key_for(globex))
    assert others.json()["data"] == []


async def test_reviewing_needs_its_scope(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    process_id, _ = await stack(database, acme)
    headers = await key_for(acme, Scope.PROCESSES_READ)
    answer = await world.http.post(f"/v1/reviews/{process_id}/split", headers=headers, json={"documents": []})
    assert answer.status_code == 403

import asyncio
import base64
import hashlib

import pytest
from docflow.db.database import Database
from docflow.domain.errors import StorageFull, TransientError
from docflow.features.processes.models import Process
from docflow.features.removals.models import FileRemoval
from docflow.features.stage_runs.models import StageRun
from docflow.features.webhooks.models import WebhookEndpoint
from docflow.testing.factories import Tenancy, add_configuration, add_type
from sqlalchemy import func, select, text

from tests.integration.api.conftest import KeyFor, World, form, pdf

Clients = tuple[Tenancy, Tenancy]


async def test_a_file_is_accepted_as_a_process_that_can_be_read_back(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    answer = await world.http.post(
        "/v1/processes", headers=headers, **form(acme, external_id="A-1", metadata='{"desk": 7}')
    )
    assert answer.status_code == 202, answer.text
    made = answer.json()
    assert answer.headers["location"] == f"/v1/processes/{made['process_id']}"
    read = (await world.http.get(answer.headers["location"], headers=headers)).json()
    assert read == made
    assert (read["status"], read["current_stage"], read["version"]) == ("pending", "INGEST", 1)
    assert (read["external_id"], read["metadata"]) == ("A-1", {"desk": 7})
    assert read["documents"][0]["sha256"] == hashlib.sha256(pdf()).hexdigest()


async def test_an_accepted_process_has_its_first_run_and_its_file(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    made = (await world.http.post("/v1/processes", headers=await key_for(acme), **form(acme))).json()
    async with database.client(acme.client_id) as session:
        runs = (await session.scalars(select(StageRun))).all()
    assert [(str(run.process_id), run.stage, run.status) for run in runs] == [
        (made["process_id"], "INGEST", "ready")
    ]
    assert [await world.blobs.get(key) for key in await world.stored(acme)] == [pdf()]


async def test_a_callback_address_brings_the_row_that_signs_its_calls(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    for mark in "ab":
        sent = form(acme, content=pdf(mark), callback_url="https://callback.test/hook?x=%7e")
        answer = await world.http.post("/v1/processes", headers=headers, **sent)
        assert answer.status_code == 202, answer.text
    async with database.client(acme.client_id) as session:
        assert list(await session.scalars(select(WebhookEndpoint.kind))) == ["callback"]


async def test_one_process_takes_many_files_in_their_order(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    files = [("files", (f"{n}.pdf", pdf(n), "application/pdf")) for n in "abc"]
    answer = await world.http.post(
        "/v1/processes",
        headers=await key_for(acme),
        files=files,
        data={"process_type_id": acme.process_type_id},
    )
    assert [document["file_name"] for document in answer.json()["documents"]] == ["a.pdf", "b.pdf", "c.pdf"]


async def test_a_file_may_come_as_base64_in_json(world: World, two_clients: Clients, key_for: KeyFor) -> None:
    acme, _ = two_clients
    body = {
        "process_type_id": acme.process_type_id,
        "documents": [{"file_name": "x.pdf", "base64": base64.b64encode(pdf()).decode()}],
    }
    answer = await world.http.post("/v1/processes", headers=await key_for(acme), json=body)
    assert answer.status_code == 202, answer.text


async def test_a_file_may_be_the_whole_body(world: World, two_clients: Clients, key_for: KeyFor) -> None:
    acme, _ = two_clients
    answer = await world.http.post(
        f"/v1/processes?process_type_id={acme.process_type_id}&file_name=x.pdf",
        headers=await key_for(acme) | {"Content-Type": "application/pdf"},
        content=pdf(),
    )
    assert answer.status_code == 202, answer.text


REFUSED = {
    "empty": ({"content": b""}, 422, "file_empty"),
    "too large": ({"content": pdf() + b"x" * 20_000}, 413, "file_too_large"),
    "unsupported": (
        {"content": b"MZ\x90\x00\x03\x00", "name": "x.exe", "declared": "application/octet-stream"},
        415,
        "file_unsupported",
    ),
    "spoofed": ({"content": b"\x89PNG\r\n\x1a\n....."}, 415, "file_type_mismatch"),
    "path in the name": ({"name": "..\\x.pdf"}, 422, "invalid_filename"),
    "turned name": ({"name": "x\u202efdp.exe"}, 422, "invalid_filename"),
    "unknown type": ({"process_type_id": "nothing"}, 422, "process_type_unknown"),
    "metadata is no JSON": ({"metadata": "{"}, 422, "validation_failed"),
    "metadata is no object": ({"metadata": "[1]"}, 422, "validation_failed"),
    "metadata with NUL": ({"metadata": '{"a": "\\u0000"}'}, 422, "validation_failed"),
    "unknown source": ({"ingestion_source": "fax"}, 422, "validation_failed"),
    "inner callback": ({"callback_url": "http://inner.test/"}, 422, "egress_refused"),
    "long external id": ({"external_id": "x" * 256}, 422, "validation_failed"),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_bad_input_is_refused_with_its_code_and_stores_nothing(
    case: str, world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    given, status, code = REFUSED[case]
    answer = await world.http.post("/v1/processes", headers=await key_for(acme), **form(acme, **given))
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert await world.stored(acme) == []
    assert await processes_of(database, acme) == 0


async def test_a_type_that_is_not_active_is_refused(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    asleep = await add_type(database, f"{acme.slug}.asleep", client_id=acme.client_id, is_active=False)
    answer = await world.http.post(
        "/v1/processes", headers=await key_for(acme), **form(acme, process_type_id=asleep)
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "process_type_inactive")


async def test_a_type_without_a_configuration_is_refused(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    bare = await add_type(database, f"{acme.slug}.bare", client_id=acme.client_id)
    answer = await world.http.post(
        "/v1/processes", headers=await key_for(acme), **form(acme, process_type_id=bare)
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "configuration_missing")


async def test_the_input_schema_judges_each_document_and_points_at_it(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    type_id = await add_type(database, f"{acme.slug}.small", client_id=acme.client_id)
    schema = {"properties": {"file_size": {"maximum": 5}}}
    await add_configuration(database, acme.client_id, type_id, input_schema=schema)
    answer = await world.http.post(
        "/v1/processes", headers=await key_for(acme), **form(acme, process_type_id=type_id)
    )
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"pointer": "/documents/0/file_size", "message": "does not fit `maximum`"}
    ]


async def test_another_clients_type_is_unknown(world: World, two_clients: Clients, key_for: KeyFor) -> None:
    acme, globex = two_clients
    answer = await world.http.post(
        "/v1/processes", headers=await key_for(acme), **form(acme, process_type_id=globex.process_type_id)
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "process_type_unknown")


async def test_a_full_disk_is_507_and_nothing_is_accepted(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    world.blobs.fails_with = StorageFull("no room")
    answer = await world.http.post("/v1/processes", headers=await key_for(acme), **form(acme))
    assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")
    assert await processes_of(database, acme) == 0


async def test_a_repeat_with_its_key_gets_the_first_answer(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme) | {"Idempotency-Key": "k1"}
    first = await world.http.post("/v1/processes", headers=headers, **form(acme))
    again = await world.http.post("/v1/processes", headers=headers, **form(acme))
    assert (again.status_code, again.json()) == (202, first.json())
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert await processes_of(database, acme) == 1


async def test_a_key_is_free_again_after_a_day_swept_or_not(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme) | {"Idempotency-Key": "k1"}
    first = await world.http.post("/v1/processes", headers=headers, **form(acme))
    async with database.client(acme.client_id) as session:
        await session.execute(text("UPDATE idempotency_keys SET expires_at = now()"))
    again = await world.http.post("/v1/processes", headers=headers, **form(acme))
    assert again.status_code == 202, again.text
    assert "idempotent-replayed" not in again.headers
    assert again.json()["process_id"] != first.json()["process_id"]


async def test_a_key_with_other_content_is_refused(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme) | {"Idempotency-Key": "k1"}
    await world.http.post("/v1/processes", headers=headers, **form(acme))
    other = await world.http.post("/v1/processes", headers=headers, **form(acme, content=pdf("other")))
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert len(await world.stored(acme)) == 1


async def test_a_refused_request_leaves_its_key_free(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme) | {"Idempotency-Key": "k1"}
    await world.http.post("/v1/processes", headers=headers, **form(acme, content=b""))
    answer = await world.http.post("/v1/processes", headers=headers, **form(acme))
    assert answer.status_code == 202


async def test_twenty_at_once_with_one_key_make_one_process(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme) | {"Idempotency-Key": "k1"}
    answers = await asyncio.gather(
        *(world.http.post("/v1/processes", headers=headers, **form(acme)) for _ in range(20))
    )
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["process_id"] for answer in answers}) == 1
    assert await processes_of(database, acme) == 1
    assert len(await world.stored(acme)) == 1


async def test_two_clients_may_use_the_same_key(world: World, two_clients: Clients, key_for: KeyFor) -> None:
    made = [
        await world.http.post(
            "/v1/processes", headers=await key_for(tenancy) | {"Idempotency-Key": "k1"}, **form(tenancy)
        )
        for tenancy in two_clients
    ]
    assert [answer.status_code for answer in made] == [202, 202]
    assert made[0].json()["process_id"] != made[1].json()["process_id"]


async def test_a_copy_gives_the_earlier_process_where_the_configuration_says_so(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    type_id = await add_type(database, f"{acme.slug}.once", client_id=acme.client_id)
    await add_configuration(database, acme.client_id, type_id, duplicate_policy="return_existing")
    headers = await key_for(acme)
    given = form(acme, process_type_id=type_id)
    answers = await asyncio.gather(
        *(world.http.post("/v1/processes", headers=headers, **given) for _ in range(2))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 202]
    assert len({answer.json()["process_id"] for answer in answers}) == 1
    assert len(await world.stored(acme)) == 1


async def test_a_copy_is_answered_although_its_file_cannot_be_taken_away_now(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    type_id = await add_type(database, f"{acme.slug}.once", client_id=acme.client_id)
    await add_configuration(database, acme.client_id, type_id, duplicate_policy="return_existing")
    headers, given = await key_for(acme), form(acme, process_type_id=type_id)
    first = await world.http.post("/v1/processes", headers=headers, **given)
    world.container.blobs.delete_fails_with = TransientError("away", code="storage_unavailable")
    second = await world.http.post("/v1/processes", headers=headers, **given)
    assert (first.status_code, second.status_code) == (202, 200)
    assert first.json()["process_id"] == second.json()["process_id"]
    async with database.client(acme.client_id) as session:
        plans = await session.scalar(select(func.count()).select_from(FileRemoval))
    assert plans == 1


async def processes_of(database: Database, tenancy: Tenancy) -> int:
    async with database.client(tenancy.client_id) as session:
        return await session.scalar(select(func.count()).select_from(Process)) or 0


async def test_a_number_of_any_size_comes_back(world: World, two_clients: Clients, key_for: KeyFor) -> None:
    """The database gives 1e300 back as an integer of 301 digits."""
    acme, _ = two_clients
    headers = await key_for(acme) | {"Idempotency-Key": "k1"}
    given = form(acme)
    given["data"] = {**given["data"], "metadata": '{"n": 1e300}'}
    answers = [await world.http.post("/v1/processes", headers=headers, **given) for _ in range(2)]
    answers.append(await world.http.get(answers[0].headers["location"], headers=headers))
    assert [answer.status_code for answer in answers] == [202, 202, 200]
    assert [float(answer.json()["metadata"]["n"]) for answer in answers] == [1e300] * 3

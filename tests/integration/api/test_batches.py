import base64
import io
import json
import zipfile

import pytest
from docflow.db.database import Database
from docflow.features.processes.models import Process
from docflow.testing.factories import Tenancy
from sqlalchemy import func, select

from tests.integration.api.conftest import KeyFor, World, pdf

Clients = tuple[Tenancy, Tenancy]
NDJSON = {"Content-Type": "application/x-ndjson"}
ZIP = {"Content-Type": "application/zip"}


def item(tenancy: Tenancy, mark: str, **fields: object) -> dict:
    document = {"file_name": f"{mark}.pdf", "base64": base64.b64encode(pdf(mark)).decode()}
    return {"process_type_id": tenancy.process_type_id, "documents": [document], **fields}


def lines(*items: object) -> bytes:
    return b"\n".join(each if isinstance(each, bytes) else json.dumps(each).encode() for each in items)


def packed(manifest: object, **files: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("manifest.json", json.dumps(manifest))
        for name, data in files.items():
            package.writestr(f"{name}.pdf", data)
    return written.getvalue()


async def count(database: Database, tenancy: Tenancy) -> int:
    async with database.client(tenancy.client_id) as session:
        return await session.scalar(select(func.count()).select_from(Process)) or 0


async def test_each_line_is_accepted_or_refused_by_itself_in_order(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    unknown = item(acme, "b") | {"process_type_id": "nothing"}
    body = lines(item(acme, "a", external_id="A"), unknown, b"{", {"documents": []}, b"  ", item(acme, "c"))
    answer = await world.http.post("/v1/processes/batch", headers=await key_for(acme) | NDJSON, content=body)
    assert answer.status_code == 207, answer.text
    data = answer.json()["data"]
    assert [one["index"] for one in data] == [0, 1, 2, 3, 4]
    assert [one["status"] for one in data] == [202, 422, 400, 422, 202]
    assert data[0]["process"]["external_id"] == "A"
    assert data[1]["error"]["code"] == "process_type_unknown"
    assert data[3]["error"]["errors"][0]["pointer"] == "/documents"
    assert await count(database, acme) == 2


async def test_a_batch_that_is_repeated_with_its_key_makes_nothing_twice(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme) | NDJSON | {"Idempotency-Key": "k" * 255}
    body = lines(item(acme, "a"), item(acme, "b"))
    first = await world.http.post("/v1/processes/batch", headers=headers, content=body)
    again = await world.http.post("/v1/processes/batch", headers=headers, content=body)
    assert again.json() == first.json()
    assert [one.headers.get("idempotent-replayed") for one in (first, again)] == [None, "true"]
    assert await count(database, acme) == 2
    other = await world.http.post(
        "/v1/processes/batch", headers=headers, content=lines(item(acme, "a"), item(acme, "c"))
    )
    assert [one["status"] for one in other.json()["data"]] == [202, 422]
    assert other.json()["data"][1]["error"]["code"] == "idempotency_key_reused"
    longer = lines(item(acme, "a"), item(acme, "b"), item(acme, "d"))
    more = await world.http.post("/v1/processes/batch", headers=headers, content=longer)
    assert [one["status"] for one in more.json()["data"]] == [202, 202, 202]
    assert "idempotent-replayed" not in more.headers


async def test_a_zip_brings_its_files_along(world: World, two_clients: Clients, key_for: KeyFor) -> None:
    acme, _ = two_clients
    type_id = acme.process_type_id
    manifest = {
        "processes": [
            {"process_type_id": type_id, "documents": [{"file": "in/one.pdf"}, {"file": "two.pdf"}]},
            {"process_type_id": type_id, "documents": [{"file": "missing.pdf"}]},
            item(acme, "inline"),
        ]
    }
    body = packed(manifest, **{"in/one": pdf("1"), "two": pdf("2")})
    answer = await world.http.post("/v1/processes/batch", headers=await key_for(acme) | ZIP, content=body)
    data = answer.json()["data"]
    assert [one["status"] for one in data] == [202, 422, 202], answer.text
    assert [one["file_name"] for one in data[0]["process"]["documents"]] == ["one.pdf", "two.pdf"]
    assert data[1]["error"]["errors"][0]["pointer"] == "/documents/0/file"


async def test_a_file_of_the_zip_has_the_limit_of_every_file(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    manifest = {
        "processes": [{"process_type_id": acme.process_type_id, "documents": [{"file": "large.pdf"}]}]
    }
    body = packed(manifest, large=pdf() + bytes(10_000_000))
    answer = await world.http.post("/v1/processes/batch", headers=await key_for(acme) | ZIP, content=body)
    (only,) = answer.json()["data"]
    assert (only["status"], only["error"]["code"]) == (413, "file_too_large")


@pytest.mark.parametrize(
    ("headers", "body", "status", "code"),
    [
        (NDJSON, b"", 400, "malformed_request"),
        (NDJSON, b"\n \n", 400, "malformed_request"),
        (NDJSON, b"{}\n" * 201, 413, "payload_too_large"),
        (NDJSON, b"x" * 300_001, 413, "payload_too_large"),
        (ZIP, b"PK\x03\x04 no end", 400, "malformed_request"),
        (ZIP, packed({"processes": [{}] * 201}), 413, "payload_too_large"),
        (ZIP, packed([]), 422, "validation_failed"),
        ({"Content-Type": "application/json"}, b"{}", 415, "unsupported_media_type"),
    ],
)
async def test_a_batch_that_is_none_is_refused_as_a_whole(
    headers: dict[str, str],
    body: bytes,
    status: int,
    code: str,
    world: World,
    two_clients: Clients,
    key_for: KeyFor,
) -> None:
    key = await key_for(two_clients[0])
    answer = await world.http.post("/v1/processes/batch", headers=key | headers, content=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text

"""Files that a JSON body names: at an address, or uploaded before."""

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from docflow.db.database import Database
from docflow.domain.errors import Conflict, Forbidden, TransientError, UserError
from docflow.domain.ports.egress import HttpAnswer
from docflow.features.removals.models import FileRemoval
from docflow.features.uploads.links import UploadLink
from docflow.features.uploads.service import KEPT, LINK_S, AskedUpload, Uploads
from docflow.testing.blobs import MemoryBlobs
from docflow.testing.factories import Tenancy
from sqlalchemy import select, text

from tests.integration.api.conftest import KeyFor, World, pdf

Clients = tuple[Tenancy, Tenancy]
URL = "https://files.test/in/invoice%207.pdf?token=t"


def of(tenancy: Tenancy, *documents: dict, **fields: object) -> dict:
    return {"process_type_id": tenancy.process_type_id, "documents": list(documents), **fields}


def ok(body: bytes, status: int = 200) -> HttpAnswer:
    return HttpAnswer(status, {}, body, 1)


async def test_a_file_is_fetched_from_its_address_under_its_name(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    world.egress.answers[URL] = ok(pdf())
    answer = await world.http.post("/v1/processes", headers=await key_for(acme), json=of(acme, {"url": URL}))
    assert answer.status_code == 202, answer.text
    (document,) = answer.json()["documents"]
    assert (document["file_name"], document["mime_type"]) == ("invoice 7.pdf", "application/pdf")
    assert document["sha256"] == hashlib.sha256(pdf()).hexdigest()


async def test_an_address_without_a_name_gives_a_document(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    world.egress.answers["https://files.test/"] = ok(pdf())
    body = of(acme, {"url": "https://files.test/"})
    answer = await world.http.post("/v1/processes", headers=await key_for(acme), json=body)
    assert answer.json()["documents"][0]["file_name"] == "document.pdf"


REFUSED: dict[str, tuple[str, HttpAnswer | Exception, int, str]] = {
    "inner": ("http://inner.test/a.pdf", ok(b""), 422, "egress_refused"),
    "redirect": (URL, ok(b"", 302), 422, "source_unavailable"),
    "missing": (URL, ok(b"", 404), 422, "source_unavailable"),
    "away": (URL, TransientError("the address could not be reached"), 422, "source_unavailable"),
    "too large": (URL, ok(pdf() + b"x" * 20_000), 413, "file_too_large"),
    "empty": (URL, ok(b""), 422, "file_empty"),
    "something else": (URL, ok(b"MZ\x90\x00\x03\x00"), 415, "file_type_mismatch"),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_what_an_address_may_not_give_is_refused_and_stores_nothing(
    case: str, world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    url, given, status, code = REFUSED[case]
    world.egress.answers[url] = given
    answer = await world.http.post("/v1/processes", headers=await key_for(acme), json=of(acme, {"url": url}))
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert await world.stored(acme) == []


async def test_nothing_is_fetched_for_a_type_that_is_unknown(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    body = of(acme, {"url": URL}) | {"process_type_id": "nothing"}
    answer = await world.http.post("/v1/processes", headers=await key_for(acme), json=body)
    assert answer.json()["code"] == "process_type_unknown"
    assert world.egress.asked == []


async def test_a_repeat_is_answered_without_fetching_again(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme) | {"Idempotency-Key": "k1"}
    world.egress.answers[URL] = ok(pdf())
    first = await world.http.post("/v1/processes", headers=headers, json=of(acme, {"url": URL}))
    again = await world.http.post("/v1/processes", headers=headers, json=of(acme, {"url": URL}))
    assert (again.status_code, again.json()) == (202, first.json())
    assert world.egress.asked == [URL]
    other = of(acme, {"url": "https://files.test/other.pdf"})
    refused = await world.http.post("/v1/processes", headers=headers, json=other)
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")


async def test_a_document_of_no_or_two_sources_is_422(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    for document in (
        {"file_name": "a.pdf"},
        {"base64": "eA==", "url": URL, "file_name": "a.pdf"},
        {"base64": "eA=="},
    ):
        answer = await world.http.post("/v1/processes", headers=headers, json=of(acme, document))
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/documents/0")


async def announced(world: World, headers: dict[str, str], data: bytes, name: str = "large.pdf") -> dict:
    body = {"file_name": name, "mime_type": "application/pdf", "file_size": len(data)}
    answer = await world.http.post("/v1/uploads", headers=headers, json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_an_upload_becomes_the_document_of_one_process(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme) | {"Idempotency-Key": "k1"}
    ticket = await announced(world, headers, pdf())
    early = await world.http.post(
        "/v1/processes", headers=headers, json=of(acme, {"upload_id": ticket["upload_id"]})
    )
    assert (early.status_code, early.json()["code"]) == (409, "state_conflict")
    digest = base64.b64encode(hashlib.sha256(pdf()).digest()).decode()
    sent = await world.http.request(
        ticket["method"],
        ticket["url"],
        headers=ticket["headers"] | {"Content-Digest": f"sha-256=:{digest}:"},
        content=pdf(),
    )
    assert sent.status_code == 204, sent.text
    body = of(acme, {"upload_id": ticket["upload_id"]})
    made = await world.http.post("/v1/processes", headers=headers, json=body)
    assert made.status_code == 202, made.text
    assert made.json()["documents"][0]["file_name"] == "large.pdf"
    again = await world.http.post("/v1/processes", headers=headers, json=body)
    assert (again.json(), again.headers["idempotent-replayed"]) == (made.json(), "true")
    second = await world.http.post("/v1/processes", headers=headers | {"Idempotency-Key": "k2"}, json=body)
    assert (second.status_code, second.json()["code"]) == (409, "state_conflict")


async def test_an_upload_that_is_asked_for_again_with_its_key_is_the_same(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    headers = await key_for(two_clients[0]) | {"Idempotency-Key": "k1"}
    first = await announced(world, headers, pdf())
    assert await announced(world, headers, pdf()) == first
    body = {"file_name": "b.pdf", "mime_type": "application/pdf", "file_size": 1}
    other = await world.http.post("/v1/uploads", headers=headers, json=body)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_a_link_takes_one_file_of_the_announced_kind_size_and_digest(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    url = (await announced(world, await key_for(acme), pdf()))["url"]
    cases = [
        (pdf() + b"x", {}, 413, "file_too_large"),
        (pdf()[:-1], {}, 422, "upload_incomplete"),
        (b"\x89PNG\r\n\x1a\n".ljust(len(pdf()), b"x"), {}, 415, "file_type_mismatch"),
        (pdf(), {"Content-Digest": f"sha-256=:{'A' * 43}=:"}, 422, "digest_mismatch"),
    ]
    for content, headers, status, code in cases:
        answer = await world.http.put(url, content=content, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await world.stored(acme) == []
    assert (await world.http.put(url, content=pdf())).status_code == 204
    assert (await world.http.put(url, content=pdf())).status_code == 409


async def test_a_link_that_was_changed_is_403(world: World, two_clients: Clients, key_for: KeyFor) -> None:
    acme, globex = two_clients
    ticket = await announced(world, await key_for(acme), pdf())
    url = str(ticket["url"])
    for changed in (
        url.replace(str(acme.client_id), str(globex.client_id)),
        url.replace(ticket["upload_id"], str(uuid4())),
        url.replace("expires=1", "expires=2"),
        url[:-2],
    ):
        answer = await world.http.put(changed, content=pdf())
        assert (answer.status_code, answer.json()["code"]) == (403, "link_invalid")


async def test_another_clients_upload_is_404_as_one_that_is_not_there(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, globex = two_clients
    ticket = await announced(world, await key_for(globex), pdf())
    headers = await key_for(acme)
    for upload_id in (ticket["upload_id"], str(uuid4())):
        answer = await world.http.post(
            "/v1/processes", headers=headers, json=of(acme, {"upload_id": upload_id})
        )
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_what_is_too_large_to_be_read_is_not_announced(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    headers = await key_for(two_clients[0])
    body = {"file_name": "a.pdf", "mime_type": "application/pdf", "file_size": 20_001}
    answer = await world.http.post("/v1/uploads", headers=headers, json=body)
    assert (answer.status_code, answer.json()["code"]) == (413, "file_too_large")


class Later:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 21, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()


class SigningBlobs(MemoryBlobs):
    """A store that signs links of its own."""

    async def presign_put(self, key: str, *, expires_s: int) -> str:
        return f"https://store.test/{key}?for={expires_s}"


async def test_a_store_that_signs_links_takes_the_file_itself(
    database: Database, two_clients: Clients
) -> None:
    acme, _ = two_clients
    blobs = SigningBlobs()
    uploads = Uploads(database, blobs, Later(), key=b"k")
    ticket = await uploads.announce(
        acme.client_id, "user:x", AskedUpload("a.pdf", "application/pdf", len(pdf()))
    )
    key = ticket.url.removeprefix("https://store.test/").partition("?")[0]
    assert key.startswith(f"{acme.client_id}/uploads/2026-11/")
    waiting = await uploads.waiting(acme.client_id, ticket.upload_id)
    with pytest.raises(Conflict):
        await uploads.content(waiting)
    await blobs.put(key, pdf() + b"more than was announced")
    with pytest.raises(UserError, match="another size"):
        await uploads.content(waiting)
    await blobs.put(key, pdf())
    assert await uploads.content(waiting) == pdf()


async def test_a_link_ends_after_an_hour_and_its_file_waits_a_day_longer(
    database: Database, two_clients: Clients
) -> None:
    acme, _ = two_clients
    clock = Later()
    uploads = Uploads(database, MemoryBlobs(), clock, key=b"k")
    ticket = await uploads.announce(acme.client_id, "user:x", AskedUpload("a.pdf", "application/pdf", 4))
    link = UploadLink(acme.client_id, ticket.upload_id, int(ticket.expires_at.timestamp()))
    signature = ticket.url.rpartition("signature=")[2]
    assert (await uploads.admit(link, signature)).file_name == "a.pdf"
    clock.at += timedelta(seconds=LINK_S)
    with pytest.raises(Forbidden):
        await uploads.admit(link, signature)
    await uploads.waiting(acme.client_id, ticket.upload_id)
    clock.at += KEPT
    with pytest.raises(UserError, match="expired"):
        await uploads.waiting(acme.client_id, ticket.upload_id)


async def test_the_removal_of_an_upload_is_planned_with_it(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    ticket = await announced(world, await key_for(acme), pdf())
    async with database.client(acme.client_id) as session:
        (plan,) = (await session.scalars(select(FileRemoval))).all()
    assert plan.prefix.endswith(f"/{ticket['upload_id']}/")
    assert plan.available_at == datetime.fromisoformat(ticket["expires_at"]) + KEPT


async def test_uploads_are_forgotten_two_days_after_their_link(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    gone, kept = [UUID((await announced(world, headers, pdf()))["upload_id"]) for _ in range(2)]
    async with database.client(acme.client_id) as session:
        await session.execute(
            text("UPDATE uploads SET expires_at = now() - interval '49 hours' WHERE upload_id = :id"),
            {"id": gone},
        )
    async with database.nobody() as session:
        await session.execute(text("SELECT sweep_uploads()"))
    async with database.client(acme.client_id) as session:
        left = [row[0] for row in await session.execute(text("SELECT upload_id FROM uploads"))]
    assert left == [kept]

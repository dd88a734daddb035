import asyncio
from pathlib import Path
from uuid import UUID

import httpx
import orjson
import pytest
from docflow.db.database import Database
from docflow.domain.access import Scope
from docflow.features.processes.models import Process
from docflow.features.reviews.models import Review
from docflow.testing.factories import Tenancy, add_document, add_page, add_process
from sqlalchemy import update

from tests.integration.api.conftest import KeyFor, World, form, pdf

Clients = tuple[Tenancy, Tenancy]
DEMO = Path(__file__).parents[2] / "data" / "demo"
EXTRACTION = {
    "fields": {
        "invoice_number": {
            "value": "=A1",
            "confidence": 0.9,
            "page": 1,
            "box": None,
            "source": "ocr",
            "checks": [],
        }
    },
    "tables": {},
    "documents": [],
}


async def held(database: Database, tenancy: Tenancy, **columns: object) -> str:
    process_id = await add_process(
        database,
        tenancy,
        **{
            "status": "hitl_review",
            "current_stage": "INTELLIGENT_PROCESS",
            "extraction_result": EXTRACTION,
            "requires_review": True,
            "review_reasons": [{"code": "confidence_low", "field": "grand_total", "message": "0.61"}],
            **columns,
        },
    )
    async with database.client(tenancy.client_id) as session:
        session.add(
            Review(
                client_id=tenancy.client_id,
                process_id=process_id,
                stage="INTELLIGENT_PROCESS",
                reasons=[{"code": "confidence_low", "field": "grand_total", "message": "0.61"}],
            )
        )
    return str(process_id)


async def test_the_list_is_newest_first_and_pages_do_not_overlap(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, globex = two_clients
    made = [str(await add_process(database, acme)) for _ in range(5)]
    await add_process(database, globex)
    headers = await key_for(acme)
    seen: list[str] = []
    url: str | None = "/v1/processes?limit=2"
    while url:
        answer = await world.http.get(url, headers=headers)
        page = answer.json()
        seen += [row["process_id"] for row in page["data"]]
        assert page["has_more"] == (page["next"] is not None) == ("link" in answer.headers)
        url = page["next"]
    assert seen == made[::-1]


async def test_filters_narrow_the_list(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    done = str(await add_process(database, acme, status="completed", external_id="A-1"))
    failed = str(await add_process(database, acme, status="failed", created_by="user:x"))

    async def ids(query: str) -> list[str]:
        answer = await world.http.get(f"/v1/processes?{query}", headers=headers)
        return [row["process_id"] for row in answer.json()["data"]]

    assert await ids("status=completed") == [done]
    assert await ids("status=completed&status=failed") == [failed, done]
    assert await ids("external_id=A-1") == [done]
    assert await ids("created_by=user:x") == [failed]
    assert await ids("created_by=me") == []
    assert await ids("created_after=2999-01-01T00:00:00Z") == []
    assert await ids("process_type_id=other") == []
    assert await ids("something=else") == [failed, done]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "cursor=x", "status=lost", "created_after=yesterday"]
)
async def test_wrong_values_in_a_query_are_422_with_a_pointer(
    query: str, world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    answer = await world.http.get(f"/v1/processes?{query}", headers=await key_for(two_clients[0]))
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert answer.json()["errors"][0]["pointer"].startswith("/query/")


async def test_a_held_process_shows_its_result_in_each_form(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    process_id = await held(database, acme)
    await add_document(database, acme.client_id, process_id, ocr_text="<b>Total</b>", text_source="ocr")
    headers = await key_for(acme)
    url = f"/v1/processes/{process_id}/result"
    as_json = (await world.http.get(url, headers=headers)).json()
    assert as_json["fields"]["invoice_number"]["value"] == "=A1"
    assert as_json["data"]["invoice_number"] == "=A1"
    as_csv = await world.http.get(url, params={"format": "csv"}, headers=headers)
    assert "'=A1" in as_csv.text
    as_html = await world.http.get(url, headers=headers | {"Accept": "text/html"})
    assert "&lt;b&gt;Total&lt;/b&gt;" in as_html.text
    assert "sandbox" in as_html.headers["content-security-policy"]


async def test_the_result_of_a_completed_process_is_its_final_output(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    final = {
        "fields": {},
        "tables": {},
        "documents": [],
        "data": {"a": 1},
        "validation": None,
        "classification": None,
    }
    process_id = await add_process(database, acme, status="completed", final_output=final)
    answer = await world.http.get(f"/v1/processes/{process_id}/result", headers=await key_for(acme))
    assert answer.json()["data"] == {"a": 1}


async def test_there_is_no_result_before_the_review(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    process_id = await add_process(database, acme, status="extracting")
    answer = await world.http.get(f"/v1/processes/{process_id}/result", headers=await key_for(acme))
    assert (answer.status_code, answer.json()["code"]) == (409, "state_conflict")


async def test_an_original_is_an_attachment_that_no_browser_runs(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    made = (await world.http.post("/v1/processes", headers=headers, **form(acme, name="Größe.pdf"))).json()
    answer = await world.http.get(made["documents"][0]["links"]["file"], headers=headers)
    assert answer.content == pdf()
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert "filename*=UTF-8''Gr%C3%B6%C3%9Fe.pdf" in answer.headers["content-disposition"]
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_words_are_read_from_the_file_store_page_by_page(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    process_id = await add_process(database, acme)
    document_id = await add_document(database, acme.client_id, process_id)
    key = f"{acme.client_id}/x.words/1"
    await world.blobs.put(key, orjson.dumps({"words": [["Total", 0.1, 0.2, 0.3, 0.4, 0.9]]}))
    await add_page(database, acme.client_id, document_id, key, source="ocr")
    answer = await world.http.get(f"/v1/documents/{document_id}/words", headers=await key_for(acme))
    assert answer.json()["pages"][0]["words"] == [
        {"text": "Total", "box": [0.1, 0.2, 0.3, 0.4], "confidence": 0.9}
    ]


async def test_the_queue_shows_what_waits_and_a_decision_ends_it(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    first, second = await held(database, acme), await held(database, acme)
    queue = (await world.http.get("/v1/reviews?limit=1", headers=headers)).json()
    assert [row["process_id"] for row in queue["data"]] == [first]
    assert queue["data"][0]["process"]["status"] == "hitl_review"
    rest = (await world.http.get(queue["next"], headers=headers)).json()
    assert [row["process_id"] for row in rest["data"]] == [second]
    url = f"/v1/reviews/{first}/decision"
    answer = await world.http.post(url, headers=headers, json={"decision": "approve"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "validating"
    again = await world.http.post(url, headers=headers, json={"decision": "reject"})
    assert (again.status_code, again.json()["code"]) == (409, "state_conflict")


async def test_a_stale_version_is_412(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    process_id = await held(database, acme, version=4)
    answer = await world.http.post(
        f"/v1/reviews/{process_id}/decision",
        headers=await key_for(acme) | {"If-Match": '"3"'},
        json={"decision": "approve"},
    )
    assert (answer.status_code, answer.json()["code"]) == (412, "precondition_failed")


async def test_a_process_can_be_cancelled_once_and_tried_again(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    made = (await world.http.post("/v1/processes", headers=headers, **form(acme))).json()
    url = f"/v1/processes/{made['process_id']}"
    cancelled = await world.http.post(f"{url}/cancel", headers=headers)
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    again = await world.http.post(f"{url}/cancel", headers=headers)
    assert (again.status_code, again.json()["code"]) == (409, "state_conflict")
    retried = await world.http.post(f"{url}/retry", headers=headers)
    assert (retried.status_code, retried.json()["status"]) == (202, "pending")
    assert (retried.headers["location"], retried.headers["retry-after"]) == (url, "1")
    stages = (await world.http.get(f"{url}/stages", headers=headers)).json()["data"]
    assert [run["status"] for run in stages] == ["cancelled", "ready"]
    events = (await world.http.get(f"{url}/events", headers=headers)).json()["data"]
    assert events[0]["type"] == "process.received"


async def test_the_audit_can_be_verified(world: World, two_clients: Clients, key_for: KeyFor) -> None:
    answer = await world.http.get("/v1/audit-logs/verify", headers=await key_for(two_clients[0]))
    assert answer.json() == {"ok": True, "checked": 0, "verified_through": None, "broken": [], "chains": 0}


async def test_whoever_reads_a_process_reads_its_audit_but_not_the_clients(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    process_id = await add_process(database, acme)
    headers = await key_for(acme, Scope.PROCESSES_READ)
    assert (await world.http.get(f"/v1/processes/{process_id}/audit", headers=headers)).status_code == 200
    assert (await world.http.get("/v1/audit-logs", headers=headers)).status_code == 403


async def test_a_wait_ends_when_the_process_settles(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    waiting = asyncio.create_task(
        world.http.post("/v1/processes?wait=30", headers=await key_for(acme), **form(acme))
    )
    await settle_all(database, acme, waiting)
    answer = await waiting
    assert (answer.status_code, answer.json()["status"]) == (200, "completed")
    assert answer.json()["result"]["data"] == {"total": "1.00"}


async def test_a_wait_that_is_over_gives_the_accepted_process(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    answer = await world.http.post("/v1/processes?wait=1", headers=await key_for(acme), **form(acme))
    assert (answer.status_code, answer.json()["status"]) == (202, "pending")


async def test_a_stop_ends_waits_at_once(world: World, two_clients: Clients, key_for: KeyFor) -> None:
    acme, _ = two_clients
    waiting = asyncio.create_task(
        world.http.post("/v1/processes?wait=55", headers=await key_for(acme), **form(acme))
    )
    while not await world.stored(acme):
        await asyncio.sleep(0.01)
    world.container.stopping.set()
    assert (await asyncio.wait_for(waiting, 3)).status_code == 202


async def test_a_key_without_the_scope_gets_no_stream(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    headers = await key_for(two_clients[0], Scope.RESULTS_READ)
    assert (await world.http.get("/v1/events", headers=headers)).status_code == 403


async def settle_all(database: Database, tenancy: Tenancy, waiting: "asyncio.Task[httpx.Response]") -> None:
    """What a worker would do, once the process is there."""
    final = {"fields": {}, "tables": {}, "documents": [], "data": {"total": "1.00"}}
    changed = 0
    while not changed and not waiting.done():
        async with database.client(tenancy.client_id) as session:
            done = await session.execute(
                update(Process)
                .where(Process.client_id == tenancy.client_id)
                .values(status="completed", final_output=final, version=Process.version + 1)
            )
        changed = done.rowcount
        await asyncio.sleep(0.02)


async def test_a_decision_repeated_with_its_key_gets_the_first_answer(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme) | {"Idempotency-Key": "k1"}
    url = f"/v1/reviews/{await held(database, acme)}/decision"
    first = await world.http.post(url, headers=headers, json={"decision": "approve"})
    again = await world.http.post(url, headers=headers, json={"decision": "approve"})
    assert (again.status_code, again.json()) == (200, first.json())
    assert again.headers["idempotent-replayed"] == "true"
    other = await world.http.post(url, headers=headers, json={"decision": "reject"})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("name", "mime_type"),
    [("us-w9-dunbar.pdf", "application/pdf"), ("receipt-maple-and-pine.jpg", "image/jpeg")],
)
async def test_a_page_is_drawn_as_png_and_one_past_the_end_is_not_there(
    name: str, mime_type: str, world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    process_id = await add_process(database, acme)
    key = f"{acme.client_id}/drawn"
    document_id = await add_document(database, acme.client_id, process_id, mime_type=mime_type, blob_key=key)
    await world.blobs.put(key, (DEMO / name).read_bytes())
    headers = await key_for(acme)
    drawn = await world.http.get(f"/v1/documents/{document_id}/pages/1", headers=headers)
    assert drawn.headers["content-type"] == "image/png"
    assert drawn.content.startswith(b"\x89PNG")
    beyond = await world.http.get(f"/v1/documents/{document_id}/pages/99", headers=headers)
    assert (beyond.status_code, beyond.json()["code"]) == (404, "not_found")


async def test_a_page_of_text_is_drawn_once_it_was_read(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    process_id = await add_process(database, acme)
    document_id = await add_document(database, acme.client_id, process_id, mime_type="text/csv")
    url, headers = f"/v1/documents/{document_id}/pages/1", await key_for(acme)
    assert (await world.http.get(url, headers=headers)).json()["code"] == "not_found"
    words = {"width": 480, "height": 720, "words": [["Total", 0.1, 0.1, 0.2, 0.12, 1.0]]}
    await world.blobs.put("words", orjson.dumps(words))
    await add_page(database, acme.client_id, document_id, "words", width=480, height=720)
    drawn = await world.http.get(url, headers=headers)
    assert drawn.content.startswith(b"\x89PNG")
    assert (await world.http.get(url, headers=await key_for(two_clients[1]))).status_code == 404


async def test_a_damaged_file_has_no_pages(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    process_id = await add_process(database, acme)
    key = f"{acme.client_id}/damaged"
    document_id = await add_document(database, acme.client_id, process_id, blob_key=key)
    await world.blobs.put(key, b"%PDF-1.7 nothing")
    answer = await world.http.get(f"/v1/documents/{document_id}/pages/1", headers=await key_for(acme))
    assert (answer.status_code, answer.json()["code"]) == (422, "file_corrupt")


async def test_one_process_shows_what_the_list_shows_of_it(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    process_id = await held(
        database, acme, overall_confidence=0.61, external_id="R-1", metadata_={"number": 1.5, "text": "ä"}
    )
    for position in (1, 0):
        await add_document(
            database,
            acme.client_id,
            UUID(process_id),
            position=position,
            ocr_confidence=0.9,
            fraud_flags=[{"code": "duplicate"}],
            classification={"process_type_id": acme.process_type_id, "confidence": 0.8},
        )
    headers = await key_for(acme)
    one = await world.http.get(f"/v1/processes/{process_id}", headers=headers)
    listed = await world.http.get("/v1/processes", headers=headers)
    row = next(each for each in listed.json()["data"] if each["process_id"] == process_id)
    assert row == {**one.json(), "seller": None, "amount": None, "currency": None}
    assert len(one.json()["documents"]) == 2
    assert one.headers["etag"] == f'"{one.json()["version"]}"'

import io
import zipfile
from uuid import UUID

import httpx
import pytest
from docflow.db.database import Database
from docflow.testing.factories import Tenancy, add_document, add_process

from tests.integration.api.conftest import KeyFor, World, form
from tests.integration.api.test_sessions import acts
from tests.unit.api.test_sheet import sheets

Clients = tuple[Tenancy, Tenancy]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def read(**values: str) -> dict:
    fields = {name: {"value": value, "confidence": 0.9} for name, value in values.items()}
    return {"fields": fields, "tables": {}, "documents": [], "data": {}}


INVOICE = read(
    invoice_number="R-1", issue_date="2026-05-01", currency="EUR", seller_name="A & B", grand_total="119.00"
)


async def completed(database: Database, tenancy: Tenancy, output: dict) -> str:
    process_id = await add_process(
        database, tenancy, status="completed", current_stage="OUTPUT", final_output=output
    )
    return f"/v1/processes/{process_id}/result"


async def test_a_result_comes_as_a_workbook(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    url, headers = await completed(database, acme, INVOICE), await key_for(acme)
    asked = await world.http.get(f"{url}?format=xlsx", headers=headers)
    accepted = await world.http.get(url, headers=headers | {"Accept": XLSX})
    for answer in (asked, accepted):
        assert answer.status_code == 200
        assert answer.headers["content-type"] == XLSX
        assert "attachment" in answer.headers["content-disposition"]
        assert zipfile.ZipFile(io.BytesIO(answer.content)).testzip() is None


async def test_a_saved_result_is_called_as_its_document(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    url, headers = await completed(database, acme, INVOICE), await key_for(acme)
    process_id = url.split("/")[3]
    nameless = await world.http.get(f"{url}?format=csv", headers=headers)
    assert f'filename="{process_id}.csv"' in nameless.headers["content-disposition"]
    await add_document(database, acme.client_id, UUID(process_id), file_name="R-1 Mai.pdf")
    named = await world.http.get(f"{url}?format=csv", headers=headers)
    assert 'filename="R-1 Mai.csv"' in named.headers["content-disposition"]


async def test_an_invoice_comes_as_ubl(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    url, headers = await completed(database, acme, INVOICE), await key_for(acme)
    answer = await world.http.get(f"{url}?format=ubl", headers=headers)
    assert answer.headers["content-type"] == "application/xml"
    assert b"A &amp; B" in answer.content
    assert (
        await world.http.get(url, headers=headers | {"Accept": "application/xml"})
    ).content == answer.content


async def test_an_invoice_comes_as_cii(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    url = await completed(database, acme, INVOICE)
    answer = await world.http.get(f"{url}?format=cii", headers=await key_for(acme))
    assert answer.headers["content-type"] == "application/xml"
    assert b"CrossIndustryInvoice" in answer.content
    assert b"A &amp; B" in answer.content


@pytest.mark.parametrize("syntax", ["ubl", "cii"])
async def test_what_is_no_invoice_leaves_in_no_syntax_of_invoices(
    syntax: str, world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    url = await completed(database, acme, read(invoice_number="R-1"))
    answer = await world.http.get(f"{url}?format={syntax}", headers=await key_for(acme))
    assert (answer.status_code, answer.json()["code"]) == (422, "export_incomplete")


async def test_there_is_no_result_in_any_form_before_there_is_one(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    made = (await world.http.post("/v1/processes", headers=headers, **form(acme))).json()
    for shape in ("json", "csv", "xlsx", "html", "ubl", "cii"):
        answer = await world.http.get(f"{made['links']['result']}?format={shape}", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (409, "state_conflict")


async def test_a_stage_that_was_not_reached_cannot_be_tried_again(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    made = (await world.http.post("/v1/processes", headers=headers, **form(acme))).json()
    url = f"/v1/processes/{made['process_id']}"
    early = await world.http.post(f"{url}/retry", headers=headers)
    assert (early.status_code, early.json()["code"]) == (409, "state_conflict")
    await world.http.post(f"{url}/cancel", headers=headers)
    for stage in ("OUTPUT", "NOWHERE"):
        answer = await world.http.post(f"{url}/retry?from_stage={stage}", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    again = await world.http.post(f"{url}/retry?from_stage=INGEST", headers=headers)
    assert (again.status_code, again.json()["current_stage"]) == (202, "INGEST")


async def test_a_submission_may_wait_for_its_end_and_a_repeat_waits_again(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme) | {"Idempotency-Key": "k1"}
    made = (await world.http.post("/v1/processes", headers=headers, **form(acme))).json()
    await world.http.post(f"/v1/processes/{made['process_id']}/cancel", headers=headers)
    answer = await world.http.post("/v1/processes?wait=5", headers=headers, **form(acme))
    assert (answer.status_code, answer.json()["status"], answer.json()["result"]) == (200, "cancelled", None)
    assert answer.headers["idempotent-replayed"] == "true"
    assert (await world.http.post("/v1/processes?wait=56", headers=headers, **form(acme))).status_code == 422


async def test_results_of_many_come_as_one_workbook_and_the_audit_tells(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, globex = two_clients
    made = [(await completed(database, acme, read(invoice_number=number))).split("/")[3] for number in "AB"]
    running = str(await add_process(database, acme, status="extracting", extraction_result=read(early="x")))
    foreign = (await completed(database, globex, read(invoice_number="C"))).split("/")[3]
    headers = await key_for(acme)

    async def export(*ids: str) -> httpx.Response:
        return await world.http.post("/v1/exports", headers=headers, json={"process_ids": list(ids)})

    answer = await export(made[1], running, made[0], made[1])
    assert (answer.status_code, answer.headers["content-type"]) == (200, XLSX)
    (rows,) = sheets(answer.content).values()
    assert rows[0][-1] == "invoice_number"
    assert [row[0] for row in rows[1:]] == [made[1], running, made[0]]
    assert [row[-1] for row in rows[1:]] == ["B", rows[2][-1], "A"]
    assert "x" not in rows[2]
    (told,) = [act.payload for act in await acts(database, acme) if act.action == "exported"]
    assert (told["what"], told["processes"]) == ("results", 3)
    assert (await export(made[0], foreign)).status_code == 404
    assert (await export()).status_code == 422

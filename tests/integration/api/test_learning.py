"""What a reviewer puts right is read right on the vendor's next document: through the API and the real stages."""

import base64
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from docflow.adapters.llm.offline.provider import OfflineProvider
from docflow.db.database import Database
from docflow.domain.access import Scope
from docflow.domain.ports.llm import Example, Extraction, ExtractRequest
from docflow.domain.stages import Role
from docflow.features.classification.repository import TypeCatalog
from docflow.features.documents.repository import DocumentStore
from docflow.features.vendor_memory.index import VendorIndex
from docflow.features.vendor_memory.remembering import Remembering
from docflow.testing.engine import open_worker, toy_pipeline
from docflow.testing.factories import Tenancy, add_configuration, add_tenancy, add_type
from docflow_ocr.pages.inspection import FileLimits
from docflow_ocr.pages.opening import open_file
from docflow_ocr.stages import handlers
from docflow_processor.stages import stages as checking_stages

from tests.integration.api.conftest import KeyFor, World
from tests.integration.api.desks import desk
from tests.integration.engine.submitting import rows, until_status
from tests.unit.vendor_memory.papers import SCHEMA, Paper, harbour, nordwind

LIMITS = FileLimits(pages=50, image_pixels=50_000_000, page_pixels=12_000_000)
LAYOUTS = [nordwind, harbour]


class Office:
    """One client's API and its workers."""

    def __init__(self, world: World, database: Database, tenancy: Tenancy, headers: dict[str, str]) -> None:
        self.world = world
        self.database = database
        self.tenancy = tenancy
        self.headers = headers
        self.index = VendorIndex(database)

    async def send(self, paper: Paper) -> str:
        """The process, once it waits for a person or is completed."""
        document = {
            "file_name": "invoice.txt",
            "mime_type": "text/plain",
            "base64": base64.b64encode(paper.text.encode()).decode(),
        }
        sent = await self.world.http.post(
            "/v1/processes",
            headers=self.headers,
            json={"process_type_id": self.tenancy.process_type_id, "documents": [document]},
        )
        assert sent.status_code == 202, sent.text
        process_id: str = sent.json()["process_id"]
        await self.work([process_id])
        return process_id

    async def work(self, process_ids: list[str]) -> None:
        container = self.world.container
        store = DocumentStore(self.database)
        reading = handlers(
            blobs=container.blobs,
            workbench=container.workbench,
            provider=Remembering(
                OfflineProvider(container.workbench), self.index, self.database, container.workbench
            ),
            read_image=lambda picture: None,  # type: ignore[arg-type,return-value]
            duplicates=store,
            pages=store,
            types=TypeCatalog(self.database),
            limits=LIMITS,
        )
        checking = checking_stages()
        done = [stage.stage for stage in (*reading, *checking)]
        later = [stage for stage in toy_pipeline() if stage.stage not in done]
        wanted = [UUID(one) for one in process_ids]
        async with open_worker(self.database, (*reading, *checking, *later)):
            await until_status(self.database, self.tenancy, wanted, "completed", "failed", "hitl_review")

    async def fields(self, process_id: str) -> dict[str, Any]:
        answer = await self.world.http.get(f"/v1/processes/{process_id}/result", headers=self.headers)
        fields: dict[str, Any] = answer.json()["fields"]
        return fields

    async def status(self, process_id: str) -> str:
        answer = await self.world.http.get(f"/v1/processes/{process_id}", headers=self.headers)
        status: str = answer.json()["status"]
        return status

    async def approve(self, process_id: str, **corrections: str) -> None:
        body = {"decision": "approve", **({"corrections": corrections} if corrections else {})}
        answer = await self.world.http.post(
            f"/v1/reviews/{process_id}/decision", headers=self.headers, json=body
        )
        assert answer.status_code == 200, answer.text
        await self.work([process_id])

    async def put_right(self, paper: Paper) -> str:
        """Send it, correct what was read wrong, approve."""
        process_id = await self.send(paper)
        assert await self.status(process_id) == "hitl_review"
        await self.approve(process_id, **wrong(await self.fields(process_id), paper))
        return process_id

    async def templates(self) -> list[dict[str, Any]]:
        answer = await self.world.http.get("/v1/vendor-templates", headers=self.headers)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["data"]
        return found


def wrong(fields: dict[str, Any], paper: Paper) -> dict[str, str]:
    return {
        name: value for name, value in paper.truth.items() if (fields.get(name) or {}).get("value") != value
    }


@pytest.fixture
async def office(world: World, database: Database, request: pytest.FixtureRequest) -> AsyncIterator[Office]:
    slug = f"v{abs(hash(request.node.name)) % 10**8}"
    tenancy = await add_tenancy(database, slug)
    type_id = await add_type(database, f"{slug}.bill", client_id=tenancy.client_id)
    await add_configuration(
        database, tenancy.client_id, type_id, output_schema=SCHEMA, confidence_threshold=0.8, enable_hitl=True
    )
    tenancy = replace(tenancy, process_type_id=type_id)
    headers = await desk(world, database, tenancy, role=Role.ADMIN)
    yield Office(world, database, tenancy, headers)


@pytest.mark.parametrize("layout", LAYOUTS)
async def test_one_correction_teaches_where_a_vendors_fields_stand(
    layout: Callable[[int], Paper], office: Office
) -> None:
    first = await office.send(layout(1))
    before = await office.fields(first)
    assert set(wrong(before, layout(1))) >= {"invoice_number", "grand_total"}, "the labels are unknown"
    await office.approve(first, **wrong(before, layout(1)))
    assert await office.status(first) == "completed"

    second = await office.send(layout(2))
    after = await office.fields(second)
    assert wrong(after, layout(2)) == {}
    assert {after[name]["source"] for name in ("invoice_number", "grand_total")} == {"template"}
    assert all(after[name]["page"] == 1 and after[name]["box"] for name in layout(2).truth)
    # A place that nobody has confirmed makes nothing confident: a person looks at it.
    assert max(after[name]["confidence"] for name in ("invoice_number", "grand_total")) <= 0.75
    assert await office.status(second) == "hitl_review"


async def test_what_was_saved_before_the_decision_teaches_as_much(office: Office) -> None:
    first = await office.send(nordwind(1))
    right = wrong(await office.fields(first), nordwind(1))
    for name, value in right.items():
        url = f"/v1/reviews/{first}/fields"
        headers = office.headers | {"If-Match": "*"}
        saved = await office.world.http.patch(url, headers=headers, json={"fields": {name: value}})
        assert saved.status_code == 200, saved.text
        assert saved.json()["result"]["fields"][name]["page"] == 1
    await office.approve(first)
    assert await office.status(first) == "completed"
    assert {one["field"] for one in await office.templates()} == set(right)
    second = await office.fields(await office.send(nordwind(2)))
    assert wrong(second, nordwind(2)) == {}


async def test_a_template_that_was_right_three_times_is_believed(office: Office) -> None:
    for serial in range(1, 5):
        await office.put_right(nordwind(serial))
    assert {one["say"] for one in await office.templates()} == {"proven"}
    process_id = await office.send(nordwind(5))
    assert wrong(await office.fields(process_id), nordwind(5)) == {}
    assert await office.status(process_id) == "completed"


async def test_a_template_that_keeps_being_wrong_loses_its_say(office: Office) -> None:
    await office.put_right(nordwind(1))
    for serial in (2, 3):
        process_id = await office.send(nordwind(serial))
        # What is right stands nowhere on the page, whatever the template shows.
        await office.approve(process_id, grand_total=f"{serial}.11")
    (total,) = [one for one in await office.templates() if one["field"] == "grand_total"]
    assert (total["hits"], total["misses"], total["say"]) == (0, 2, "none")
    process_id = await office.send(nordwind(4))
    assert (await office.fields(process_id))["grand_total"]["source"] != "template"


async def test_another_vendor_is_not_read_by_its_templates(office: Office) -> None:
    await office.put_right(nordwind(1))
    process_id = await office.send(harbour(1))
    assert {one["source"] for one in (await office.fields(process_id)).values()} == {"text_layer"}


async def test_a_removed_template_has_no_say_and_no_memory_of_another_client_is_used(
    office: Office, database: Database, key_for: KeyFor, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    await office.put_right(nordwind(1))
    stranger = await key_for(two_clients[0])
    for one in await office.templates():
        url = f"/v1/vendor-templates/{one['template_id']}"
        assert (await office.world.http.delete(url, headers=stranger)).status_code == 404
        assert (await office.world.http.delete(url, headers=office.headers)).status_code == 204
        assert (await office.world.http.delete(url, headers=office.headers)).status_code == 404
    assert await office.templates() == []
    assert (await office.world.http.get("/v1/vendor-templates", headers=stranger)).json()["data"] == []
    (told,) = await rows(
        database,
        office.tenancy,
        "SELECT count(*) AS told FROM outbox WHERE payload::text LIKE '%vendor_template_removed%'",
    )
    assert told.told == 2


async def test_erasing_a_process_takes_what_it_taught(office: Office, database: Database) -> None:
    process_id = await office.put_right(nordwind(1))
    assert len(await office.templates()) == 2
    answer = await office.world.http.delete(f"/v1/processes/{process_id}", headers=office.headers)
    assert answer.status_code == 204
    assert await office.templates() == []
    (left,) = await rows(database, office.tenancy, "SELECT count(*) AS left FROM vendor_memories")
    assert left.left == 0
    again = await office.send(nordwind(2))
    assert {one["source"] for one in (await office.fields(again)).values()} == {"text_layer"}


async def test_a_correction_tells_its_cause_and_where_the_right_value_stands(
    office: Office, database: Database
) -> None:
    process_id = await office.send(nordwind(1))
    paper = nordwind(1)
    await office.approve(
        process_id, grand_total=paper.grand_total, issue_date="2026-11-02", seller_name="Nordwind Werkzeug AG"
    )
    found = await rows(
        database,
        office.tenancy,
        "SELECT field, before, after, page, box, cause, corrected_by, document_id FROM field_corrections"
        " WHERE process_id = :p",
        p=process_id,
    )
    told = {one.field: one for one in found}
    assert {name: one.cause for name, one in told.items()} == {
        "grand_total": "missing",
        "issue_date": "format",
        "seller_name": "misread",
    }
    total = told["grand_total"]
    assert total.before["value"] is None
    assert total.after["value"] == paper.grand_total
    assert total.page == 1
    assert total.box == total.after["box"]
    assert total.corrected_by.startswith("user:")
    assert total.document_id is not None


class Listening:
    """A model's place: keeps what it was asked, reads nothing."""

    name = "router"

    def __init__(self) -> None:
        self.shown: Sequence[Example] = ()

    async def extract(self, request: ExtractRequest) -> Extraction:
        self.shown = request.examples
        return Extraction({}, provider="router")

    async def aclose(self) -> None:
        return None


async def examples_for(office: Office, paper: Paper, process_id: str) -> Sequence[Example]:
    """What a model would be shown with this process's document."""
    (document,) = await rows(
        office.database,
        office.tenancy,
        "SELECT document_id FROM documents WHERE process_id = :p",
        p=process_id,
    )
    model = Listening()
    workbench = office.world.container.workbench
    await Remembering(model, office.index, office.database, workbench).extract(
        ExtractRequest(
            client_id=office.tenancy.client_id,
            process_id=UUID(process_id),
            document_id=document.document_id,
            process_type_id=office.tenancy.process_type_id,
            output_schema=SCHEMA,
            pages=tuple(open_file(paper.text.encode(), "text/plain", LIMITS).pages),
        )
    )
    return model.shown


async def test_the_newest_corrected_document_of_a_vendor_is_an_example(
    office: Office, database: Database
) -> None:
    corrected = await office.put_right(nordwind(1))
    await office.put_right(nordwind(2))
    (example,) = await examples_for(office, nordwind(3), await office.send(nordwind(3)))
    (first,) = await rows(
        database, office.tenancy, "SELECT document_id FROM documents WHERE process_id = :p", p=corrected
    )
    assert example.example_id == str(first.document_id), "the second was approved without a correction"
    assert len(example.text) <= 600
    assert example.answer["grand_total"] == {"text": nordwind(1).grand_total, "quote": "", "page": 1}


async def test_a_file_is_no_example_for_itself(office: Office) -> None:
    await office.put_right(nordwind(1))
    assert await examples_for(office, nordwind(1), await office.send(nordwind(1))) == ()


async def test_what_a_key_approved_is_no_example(office: Office, key_for: KeyFor) -> None:
    office.headers = await key_for(office.tenancy)
    await office.put_right(nordwind(1))
    assert len(await office.templates()) == 2
    assert await examples_for(office, nordwind(2), await office.send(nordwind(2))) == ()


async def test_nothing_crosses_from_one_client_to_another(
    office: Office, database: Database, world: World
) -> None:
    await office.put_right(nordwind(1))
    slug = f"other-{office.tenancy.slug}"
    tenancy = await add_tenancy(database, slug)
    type_id = await add_type(database, f"{slug}.bill", client_id=tenancy.client_id)
    await add_configuration(database, tenancy.client_id, type_id, output_schema=SCHEMA)
    tenancy = replace(tenancy, process_type_id=type_id)
    other = Office(world, database, tenancy, await desk(world, database, tenancy, role=Role.ADMIN))
    other.index = office.index
    process_id = await other.send(nordwind(2))
    assert {one["source"] for one in (await other.fields(process_id)).values()} == {"text_layer"}
    assert await other.templates() == []


async def test_reviewers_may_not_remove_templates(office: Office, key_for: KeyFor) -> None:
    headers = await key_for(office.tenancy, Scope.REVIEWS_WRITE)
    assert (await office.world.http.get("/v1/vendor-templates", headers=headers)).status_code == 403

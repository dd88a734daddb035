"""Workflows from a template to the end of a document, as a client sees them."""

from typing import Any
from uuid import UUID, uuid4

from docflow.db.database import Database
from docflow.domain.access import Scope
from docflow.domain.jobs import Job, Ledger
from docflow.domain.outcomes import Advance, StageOutcome
from docflow.domain.stages import Stage
from docflow.testing.engine import open_worker, toy_pipeline
from docflow.testing.factories import Tenancy
from docflow_output.stages import stages as sending
from docflow_processor.stages import stages as checking

from tests.integration.api.conftest import KeyFor, World, form, pdf
from tests.integration.api.tenants import code, draft, pointers, publish_prompts
from tests.integration.engine.submitting import until_status
from tests.unit.workflows.made import SCHEMA

Clients = tuple[Tenancy, Tenancy]


async def reading(job: Job, _ledger: Ledger) -> StageOutcome:
    """What its metadata says stands in the document."""
    fields = {"total": {"value": job.process.metadata.get("total"), "confidence": 0.99, "checks": []}}
    return Advance({"extraction_result": {"fields": fields}, "overall_confidence": 0.99})


async def published(world: World, headers: dict[str, str], tenancy: Tenancy, workflow: Any) -> None:
    made = await draft(
        world, headers, tenancy.process_type_id, output_schema=SCHEMA, workflow=workflow, validation_rules=[]
    )
    await publish_prompts(world, headers, tenancy.process_type_id, made["version"])
    answer = await world.http.post(f"/v1/configurations/{made['config_id']}/publish", headers=headers)
    assert answer.status_code == 200, answer.text


async def sent(world: World, headers: dict[str, str], tenancy: Tenancy, total: str) -> str:
    answer = await world.http.post(
        "/v1/processes",
        headers=headers,
        **form(tenancy, content=pdf(uuid4().hex), metadata=f'{{"total": "{total}"}}'),
    )
    assert answer.status_code == 202, answer.text
    return str(answer.json()["process_id"])


async def work(database: Database, tenancy: Tenancy, *processes: str) -> None:
    """The real check and the real output, behind a reading that knows what it reads."""
    first = [
        one
        for one in toy_pipeline(intelligent_ocr=reading)
        if one.stage in (Stage.INGEST, Stage.INTELLIGENT_OCR)
    ]
    async with open_worker(database, (*first, *checking(), *sending())):
        ids = [UUID(process_id) for process_id in processes]
        await until_status(database, tenancy, ids, "completed", "failed", "hitl_review")


async def shown(world: World, headers: dict[str, str], process_id: str, part: str = "") -> dict[str, Any]:
    answer = await world.http.get(f"/v1/processes/{process_id}{part}", headers=headers)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_a_template_branches_documents_by_their_amount_until_a_person_approves(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    template = {"template": "review_above_amount", "parameters": {"field": "total", "above": "1000"}}
    await published(world, headers, acme, template)
    small, large = [await sent(world, headers, acme, total) for total in ("999.99", "1000.01")]
    await work(database, acme, small, large)
    held = await shown(world, headers, large)
    assert (await shown(world, headers, small))["status"] == "completed"
    assert (held["status"], [reason["code"] for reason in held["review_reasons"]]) == (
        "hitl_review",
        ["workflow_review"],
    )
    decided = await world.http.post(
        f"/v1/reviews/{large}/decision", json={"decision": "approve"}, headers=headers
    )
    assert decided.status_code == 200, decided.text
    await work(database, acme, large)
    assert (await shown(world, headers, large))["status"] == "completed"
    runs = (await shown(world, headers, large, "/stages"))["data"]
    assert [run["step"] for run in runs] == ["ingest", "read", "check", "review", "output"]
    assert (await shown(world, headers, large, "/result"))["data"] == {"total": "1000.01"}


async def test_a_value_that_was_not_read_is_looked_at_and_its_correction_decides_the_way(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    template = {"template": "four_eyes_above_amount", "parameters": {"field": "total"}}
    await published(world, headers, acme, template)
    process_id = await sent(world, headers, acme, "")
    await work(database, acme, process_id)
    held = await shown(world, headers, process_id)
    assert [reason["code"] for reason in held["review_reasons"]] == ["workflow_condition_failed"]
    body = {"decision": "approve", "corrections": {"total": "25000.00"}}
    decided = await world.http.post(f"/v1/reviews/{process_id}/decision", json=body, headers=headers)
    assert decided.status_code == 200, decided.text
    await work(database, acme, process_id)
    codes = [reason["code"] for reason in (await shown(world, headers, process_id))["review_reasons"]]
    assert codes == ["workflow_review"]


async def test_a_failed_process_is_tried_again_from_a_step(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    await published(world, headers, acme, {"template": "review_always"})
    process_id = await sent(world, headers, acme, "5")
    await work(database, acme, process_id)
    await world.http.post(f"/v1/processes/{process_id}/cancel", headers=headers)
    path = f"/v1/processes/{process_id}/retry"
    for query, status in (
        ("from_step=nowhere", 422),
        ("from_step=output", 422),
        ("from_step=check&from_stage=INGEST", 422),
        ("from_step=check", 202),
        ("from_step=check", 409),
    ):
        answer = await world.http.post(f"{path}?{query}", headers=headers)
        assert answer.status_code == status, (query, answer.text)
    runs = (await shown(world, headers, process_id, "/stages"))["data"]
    assert [run["step"] for run in runs] == ["ingest", "read", "check", "review", "check"]


async def test_a_workflow_that_cannot_work_is_refused_with_every_place(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    steps = [
        {"name": "take", "type": "ingest"},
        {"name": "read", "type": "ocr"},
        {"name": "check", "type": "process", "next": [{"to": "look", "when": "totl > 1"}, {"to": "send"}]},
        {"name": "look", "type": "review", "config": {"approvals": 9}},
        {"name": "send", "type": "output"},
    ]
    made = await draft(world, headers, acme.process_type_id, workflow={"steps": steps})
    path = f"/v1/configurations/{made['config_id']}"
    answer = await world.http.post(f"{path}/publish", headers=headers)
    assert (code(answer), pointers(answer)) == (
        (422, "configuration_invalid"),
        ["/workflow/steps/3/config/approvals"],
    )
    steps[3]["config"] = {"approvals": 2}
    changed = await world.http.patch(
        path, json={"workflow": {"steps": steps}}, headers={**headers, "If-Match": '"1"'}
    )
    assert changed.status_code == 200, changed.text
    answer = await world.http.post(f"{path}/publish", headers=headers)
    assert pointers(answer) == ["/workflow/steps/2/next/0/when"]


async def test_what_stands_in_steps_is_judged_like_the_rest(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    secret = {"url": "https://erp.test/in", "headers": {"Authorization": "Bearer abcdef"}}
    action = {"action_type": "webhook", "target_config": secret}
    steps = [{"name": "send", "type": "output", "config": {"actions": [action]}}]
    body = {"process_type_id": acme.process_type_id, "workflow": {"steps": steps}}
    refused = await world.http.post("/v1/configurations", json=body, headers=headers)
    assert pointers(refused) == ["/workflow/steps/0/config/actions/0/target_config/headers/Authorization"]
    template = {"template": "archive_and_erp", "parameters": {"erp_url": "https://inner.test/in"}}
    made = await draft(world, headers, acme.process_type_id, workflow=template)
    answer = await world.http.post(f"/v1/configurations/{made['config_id']}/publish", headers=headers)
    assert code(answer) == (422, "egress_refused")


async def test_step_types_and_templates_are_told(world: World, two_clients: Clients, key_for: KeyFor) -> None:
    headers = await key_for(two_clients[0])
    types = (await world.http.get("/v1/workflow-steps", headers=headers)).json()["data"]
    assert [one["type"] for one in types] == ["ingest", "ocr", "process", "review", "output"]
    assert set(types[3]["config_schema"]["properties"]) == {
        "when",
        "approvals",
        "priority",
        "message",
        "again",
    }
    templates = (await world.http.get("/v1/workflow-templates", headers=headers)).json()["data"]
    assert [one["template"] for one in templates] == [
        "straight_through", "review_always", "review_above_amount", "four_eyes_above_amount", "archive_and_erp",
    ]  # fmt: skip
    reader = await key_for(two_clients[0], Scope.PROCESSES_READ)
    assert (await world.http.get("/v1/workflow-steps", headers=reader)).status_code == 403

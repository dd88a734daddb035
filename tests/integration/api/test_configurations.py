"""Configurations from draft to retired, and what of one client reaches another: nothing."""

from typing import Any
from uuid import uuid4

import pytest
from docflow.db.database import Database
from docflow.db.outbox import OutboxRow
from docflow.features.configurations.repository import ConfigurationRepository
from docflow.features.process_types.models import ProcessType
from docflow.features.prompts.repository import PromptRepository
from docflow.testing.factories import Tenancy, add_configuration, add_prompt, add_type
from sqlalchemy import select, update

from tests.integration.api.conftest import KeyFor, World, form, pdf
from tests.integration.api.tenants import SCHEMA, TEMPLATES, code, draft, platform, pointers, publish_prompts

Clients = tuple[Tenancy, Tenancy]
__all__ = ["platform"]


@pytest.fixture
async def template(owner_database: Database) -> str:
    """A platform type with a template of version 1 and a prompt for each stage."""
    name = await add_type(owner_database, f"form_{uuid4().hex[:8]}")
    await add_configuration(owner_database, None, name)
    for stage, text in TEMPLATES.items():
        await add_prompt(owner_database, None, name, stage, prompt_template=text)  # type: ignore[arg-type]
    return name


async def publish(world: World, headers: dict[str, str], made: dict[str, Any]) -> dict[str, Any]:
    answer = await world.http.post(f"/v1/configurations/{made['config_id']}/publish", headers=headers)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def submitted(world: World, headers: dict[str, str], tenancy: Tenancy, name: str) -> Any:
    answer = await world.http.post(
        "/v1/processes",
        headers=headers,
        **form(tenancy, content=pdf(uuid4().hex), process_type_id=name),
    )
    return answer.json().get("config_version", answer.json().get("code"))


async def test_a_client_starts_with_the_template_and_publishes_its_own(
    world: World, two_clients: Clients, key_for: KeyFor, template: str
) -> None:
    acme, globex = two_clients
    ours, theirs = await key_for(acme), await key_for(globex)
    first = await submitted(world, ours, acme, template)
    made = await draft(world, ours, template)
    drafted = await submitted(world, ours, acme, template)
    published = await publish(world, ours, made)
    after = await submitted(world, ours, acme, template)
    others = await submitted(world, theirs, globex, template)
    assert (made["version"], made["state"], made["is_platform"]) == (2, "draft", False)
    assert (published["state"], set(published["prompt_ids"])) == ("published", set(TEMPLATES))
    assert (first, drafted, after, others) == (1, 1, 2, 1)


async def test_a_draft_made_before_any_document_leaves_the_template_in_force(
    world: World, two_clients: Clients, key_for: KeyFor, template: str
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    made = await draft(world, headers, template)
    assert (made["version"], await submitted(world, headers, acme, template)) == (2, 1)


async def test_a_retired_version_gives_way_at_once_and_keeps_its_processes(
    world: World, two_clients: Clients, key_for: KeyFor, template: str, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    made = await publish(world, headers, await draft(world, headers, template))
    before = await submitted(world, headers, acme, template)
    retired = await world.http.post(f"/v1/configurations/{made['config_id']}/retire", headers=headers)
    after = await submitted(world, headers, acme, template)
    async with database.client(acme.client_id) as session:
        pinned = await ConfigurationRepository(session, acme.client_id).get(template, 2)
    assert (retired.json()["state"], before, after) == ("retired", 2, 1)
    assert str(pinned.config_id) == made["config_id"]


async def test_without_any_version_in_force_a_document_is_configuration_missing(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    name = f"{acme.slug}.lease"
    await world.http.post(
        "/v1/process-types", json={"process_type_id": name, "display_name": "Lease"}, headers=headers
    )
    assert await submitted(world, headers, acme, name) == "configuration_missing"
    assert await submitted(world, headers, acme, "no_such_type") == "process_type_unknown"


async def test_a_client_reads_a_type_of_its_own_from_end_to_end(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    name = f"{acme.slug}.lease"
    await world.http.post(
        "/v1/process-types", json={"process_type_id": name, "display_name": "Lease"}, headers=headers
    )
    made = await draft(world, headers, name)
    refused = await world.http.post(f"/v1/configurations/{made['config_id']}/publish", headers=headers)
    await publish_prompts(world, headers, name, made["version"])
    published = await publish(world, headers, made)
    assert (made["version"], code(refused)) == (1, (422, "prompts_missing"))
    assert pointers(refused) == [f"/prompt_ids/{stage}" for stage in TEMPLATES]
    assert (published["state"], await submitted(world, headers, acme, name)) == ("published", 1)


async def test_the_clients_own_prompt_of_the_version_wins_over_the_platforms(
    world: World, two_clients: Clients, key_for: KeyFor, template: str, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    made = await draft(world, headers, template)
    await publish_prompts(world, headers, template, made["version"], "ocr")
    published = await publish(world, headers, made)
    listed = await world.http.get(f"/v1/prompts?process_type_id={template}", headers=headers)
    own = {row["prompt_id"] for row in listed.json()["data"] if not row["is_platform"]}
    pinned = {stage for stage, prompt_id in published["prompt_ids"].items() if prompt_id in own}
    assert pinned == {"ocr"}


async def test_a_prompt_that_is_retired_later_stays_with_what_was_published_with_it(
    world: World, two_clients: Clients, key_for: KeyFor, template: str, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    made = await draft(world, headers, template)
    await publish_prompts(world, headers, template, made["version"], "ocr")
    prompt_id = (await publish(world, headers, made))["prompt_ids"]["ocr"]
    await world.http.post(f"/v1/prompts/{prompt_id}/retire", headers=headers)
    async with database.client(acme.client_id) as session:
        kept = await PromptRepository(session, acme.client_id).get(prompt_id)
    assert kept.prompt_template == TEMPLATES["ocr"]


async def test_a_published_configuration_never_changes(
    world: World, two_clients: Clients, key_for: KeyFor, template: str
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    made = await publish(world, headers, await draft(world, headers, template))
    address = f"/v1/configurations/{made['config_id']}"
    read = await world.http.get(address, headers=headers)
    answers = [
        await world.http.patch(
            address, json={"enable_hitl": False}, headers={**headers, "If-Match": read.headers["etag"]}
        ),
        await world.http.post(f"{address}/publish", headers=headers),
    ]
    assert [code(answer) for answer in answers] == [(409, "state_conflict")] * 2


async def test_of_two_who_change_a_draft_one_is_told_to_read_it_again(
    world: World, two_clients: Clients, key_for: KeyFor, template: str
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    made = await draft(world, headers, template)
    address = f"/v1/configurations/{made['config_id']}"
    bare = await world.http.patch(address, json={"enable_hitl": False}, headers=headers)
    seen = {**headers, "If-Match": (await world.http.get(address, headers=headers)).headers["etag"]}
    first = await world.http.patch(address, json={"confidence_threshold": 0.95}, headers=seen)
    second = await world.http.patch(address, json={"enable_hitl": False}, headers=seen)
    stale = await world.http.post(f"{address}/publish", headers=seen)
    assert (first.json()["confidence_threshold"], first.json()["enable_hitl"]) == (0.95, True)
    assert first.json()["output_schema"] == SCHEMA
    assert code(bare) == (428, "precondition_required")
    assert [code(second), code(stale)] == [(412, "precondition_failed")] * 2


async def test_every_fault_of_a_draft_is_named_when_it_is_published(
    world: World, two_clients: Clients, key_for: KeyFor, template: str
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    made = await draft(
        world,
        headers,
        template,
        input_schema={"$ref": "https://elsewhere.test/schema"},
        validation_rules=[
            {"field": "nowhere", "rule": "required"},
            {"field": "tenant_name", "rule": "guess"},
        ],
        plugin_name="no_such_plugin",
        workflow={"steps": [{"name": "out", "stage": "OUTPUT"}]},
        output_actions=[{"action_type": "webhook", "target_config": {"url": "ftp://x"}}],
    )
    answer = await world.http.post(f"/v1/configurations/{made['config_id']}/publish", headers=headers)
    assert code(answer) == (422, "configuration_invalid")
    assert pointers(answer) == [
        "/input_schema/$ref", "/validation_rules/0", "/validation_rules/1", "/plugin_name", "/workflow/steps/0",
        "/output_actions/0/target_config/url",
    ]  # fmt: skip


async def test_a_plain_secret_is_not_even_stored(
    world: World, two_clients: Clients, key_for: KeyFor, template: str
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    target = {"url": "https://hook.test/in", "headers": {"Authorization": "Bearer abcdef"}}
    body = {
        "process_type_id": template,
        "output_actions": [{"action_type": "webhook", "target_config": target}],
        "llm_policy": {"api_key": "sk-live-0123456789abcdef"},
    }
    answer = await world.http.post("/v1/configurations", json=body, headers=headers)
    listed = await world.http.get(
        f"/v1/configurations?process_type_id={template}&state=draft", headers=headers
    )
    assert (answer.status_code, pointers(answer)) == (
        422, ["/llm_policy/api_key", "/output_actions/0/target_config/headers/Authorization"],
    )  # fmt: skip
    assert "abcdef" not in answer.text
    assert listed.json()["data"] == []


async def test_a_clone_is_a_draft_of_the_next_version_and_the_difference_is_told(
    world: World, two_clients: Clients, key_for: KeyFor, template: str
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    listed = await world.http.get(f"/v1/configurations?process_type_id={template}", headers=headers)
    source = listed.json()["data"][0]
    keyed = {**headers, "Idempotency-Key": uuid4().hex}
    address = f"/v1/configurations/{source['config_id']}/clone"
    clone = (await world.http.post(address, headers=keyed)).json()
    again = await world.http.post(address, headers=keyed)
    own = f"/v1/configurations/{clone['config_id']}"
    await world.http.patch(
        own, json={"confidence_threshold": 0.5}, headers={**headers, "If-Match": f'"{clone["revision"]}"'}
    )
    diff = await world.http.get(f"{own}/diff?against={source['config_id']}", headers=headers)
    assert (source["is_platform"], clone["is_platform"], clone["version"]) == (True, False, 2)
    assert again.json() == clone
    assert diff.json()["data"] == [
        {"pointer": "/confidence_threshold", "kind": "changed", "before": 0.8, "after": 0.5}
    ]


async def test_rules_are_taken_as_a_list_and_in_the_form_that_is_stored(
    world: World, two_clients: Clients, key_for: KeyFor, template: str
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    rules = [{"field": "tenant_name", "rule": "required"}]
    plain = await draft(world, headers, template, validation_rules=rules)
    wrapped = await draft(world, headers, template, validation_rules={"validation_rules": rules})
    assert plain["validation_rules"] == wrapped["validation_rules"] == rules
    assert (plain["version"], wrapped["version"]) == (2, 3)


async def test_a_client_changes_no_template_and_sees_no_other_clients_configuration(
    world: World, two_clients: Clients, key_for: KeyFor, template: str
) -> None:
    acme, globex = two_clients
    headers = await key_for(acme)
    listed = await world.http.get(f"/v1/configurations?process_type_id={template}", headers=headers)
    templates = f"/v1/configurations/{listed.json()['data'][0]['config_id']}"
    foreign = f"/v1/configurations/{globex.config_id}"
    platforms = [
        await world.http.patch(templates, json={}, headers=headers),
        await world.http.post(f"{templates}/publish", headers=headers),
        await world.http.post(f"{templates}/retire", headers=headers),
    ]
    others = [
        await world.http.get(foreign, headers=headers),
        await world.http.patch(foreign, content=b"{", headers=headers),
        *[
            await world.http.post(f"{foreign}/{act}", content=b"{", headers=headers)
            for act in ("publish", "retire", "clone")
        ],
        await world.http.get(f"{templates}/diff?against={globex.config_id}", headers=headers),
        await world.http.post(
            "/v1/configurations", json={"process_type_id": globex.process_type_id}, headers=headers
        ),
    ]
    assert [code(answer) for answer in platforms] == [(403, "forbidden")] * 3
    assert [code(answer) for answer in others] == [(404, "not_found")] * len(others)


async def test_nothing_one_client_does_changes_what_anothers_documents_are_read_with(
    world: World, two_clients: Clients, key_for: KeyFor, template: str, database: Database
) -> None:
    """Neither its own versions, nor prompts of the same place, nor retiring what it can reach."""
    acme, globex = two_clients
    ours, theirs = await key_for(acme), await key_for(globex)
    await submitted(world, theirs, globex, template)

    async def read_with() -> object:
        async with database.client(globex.client_id) as session:
            found = await ConfigurationRepository(session, globex.client_id).in_force(template)
            assert found is not None
            prompts = PromptRepository(session, globex.client_id)
            return found, await prompts.resolve(template, found.version, 1)

    before = await read_with()
    await publish_prompts(world, ours, template, 1)
    made = await publish(world, ours, await draft(world, ours, template, enable_hitl=False))
    await world.http.post(f"/v1/configurations/{made['config_id']}/retire", headers=ours)
    for prompt_id in before[1].values():  # type: ignore[index]
        await world.http.post(f"/v1/prompts/{prompt_id}/retire", headers=ours)
    await world.http.patch(
        f"/v1/process-types/{template}", json={"is_active": False}, headers=ours | {"If-Match": "*"}
    )
    assert await read_with() == before
    assert await submitted(world, theirs, globex, template) == 1


async def test_a_platform_administrator_publishes_a_template_that_clients_start_from(
    world: World, platform: dict[str, str], two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    name = f"notice_{uuid4().hex[:8]}"
    body = {"process_type_id": name, "display_name": "Notice", "default_version": 1}
    await world.http.post("/v1/process-types", json=body, headers=platform)
    await publish_prompts(world, platform, name, 1)
    made = await draft(world, platform, name, confidence_threshold=0.9)
    changed = await world.http.patch(
        f"/v1/configurations/{made['config_id']}",
        json={"enable_fraud_detection": False},
        headers={**platform, "If-Match": f'"{made["revision"]}"'},
    )
    published = await publish(world, platform, made)
    first = await submitted(world, await key_for(acme), acme, name)
    assert (made["is_platform"], made["version"], changed.json()["enable_fraud_detection"]) == (
        True,
        1,
        False,
    )
    assert (set(published["prompt_ids"]), first) == (set(TEMPLATES), 1)


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"confidence_threshold": 1.5}, "/confidence_threshold"),
        ({"duplicate_policy": "guess"}, "/duplicate_policy"),
        ({"output_schema": []}, "/output_schema"),
        ({"output_schema": {"title": "a\x00"}}, "/output_schema"),
        ({"validation_rules": "none"}, "/validation_rules"),
        ({"colour": "red"}, "/colour"),
    ],
)
async def test_a_wrong_value_of_a_configuration_is_named(
    world: World, two_clients: Clients, key_for: KeyFor, wrong: dict[str, Any], pointer: str
) -> None:
    acme, _ = two_clients
    body = {"process_type_id": acme.process_type_id, **wrong}
    answer = await world.http.post("/v1/configurations", json=body, headers=await key_for(acme))
    assert (answer.status_code, pointers(answer)) == (422, [pointer])


async def test_a_schema_nested_without_end_is_refused(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    deep: dict[str, Any] = {}
    for _ in range(200):
        deep = {"items": deep}
    body = {"process_type_id": acme.process_type_id, "output_schema": deep}
    headers = {**await key_for(acme), "Idempotency-Key": uuid4().hex}
    answer = await world.http.post("/v1/configurations", json=body, headers=headers)
    assert (answer.status_code, pointers(answer)) == (422, ["/output_schema"])


async def test_an_address_that_may_not_be_called_is_refused_before_publishing(
    world: World, two_clients: Clients, key_for: KeyFor, template: str
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    target = {"action_type": "webhook", "target_config": {"url": "https://inner.test/hook"}}
    made = await draft(world, headers, template, output_actions=[target])
    answer = await world.http.post(f"/v1/configurations/{made['config_id']}/publish", headers=headers)
    assert code(answer) == (422, "egress_refused")


async def test_what_is_published_and_retired_stands_in_the_clients_audit(
    world: World, two_clients: Clients, key_for: KeyFor, template: str, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    made = await draft(world, headers, template)
    await publish_prompts(world, headers, template, made["version"], "ocr")
    await publish(world, headers, made)
    await world.http.post(f"/v1/configurations/{made['config_id']}/retire", headers=headers)
    async with database.client(acme.client_id) as session:
        rows = await session.scalars(select(OutboxRow).order_by(OutboxRow.message_id))
        told = [row.payload["data"]["payload"] for row in rows]
    assert [one["action"] for one in told] == [
        "prompt_published", "configuration_published", "configuration_retired",
    ]  # fmt: skip
    assert told[1]["config_id"] == made["config_id"]


async def test_a_draft_does_not_bring_a_later_template_into_force(
    world: World, two_clients: Clients, key_for: KeyFor, template: str, owner_database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    before = await submitted(world, headers, acme, template)
    await add_configuration(owner_database, None, template, 2)
    async with owner_database.nobody() as session:
        await session.execute(
            update(ProcessType).where(ProcessType.process_type_id == template).values(default_version=2)
        )
    made = await draft(world, headers, template)
    assert (before, made["version"], await submitted(world, headers, acme, template)) == (1, 3, 1)


async def test_approval_limits_are_kept_to_the_cent_and_compared_with_other_versions(
    world: World, two_clients: Clients, key_for: KeyFor, template: str
) -> None:
    headers = await key_for(two_clients[0])
    made = await draft(world, headers, template)
    at = f"/v1/configurations/{made['config_id']}"
    assert made["approval_limits"] == {}
    changed = await world.http.patch(
        at,
        headers=headers | {"If-Match": f'"{made["revision"]}"'},
        json={"approval_limits": {"EUR": "5000.10", "USD": 7}},
    )
    assert changed.json()["approval_limits"] == {"EUR": "5000.10", "USD": "7"}
    clone = (await world.http.post(f"{at}/clone", headers=headers)).json()
    assert clone["approval_limits"] == changed.json()["approval_limits"]


@pytest.mark.parametrize("limits", [{"EUR": "0"}, {"EUR": "1.001"}, {"euro": "5"}, {"EUR": "much"}])
async def test_what_is_no_limit_is_refused(
    world: World, two_clients: Clients, key_for: KeyFor, template: str, limits: dict[str, str]
) -> None:
    headers = await key_for(two_clients[0])
    made = await draft(world, headers, template)
    answer = await world.http.patch(
        f"/v1/configurations/{made['config_id']}",
        headers=headers | {"If-Match": f'"{made["revision"]}"'},
        json={"approval_limits": limits},
    )
    assert answer.status_code == 422

"""What a client asks before a prompt or a configuration is published."""

from typing import Any
from uuid import UUID

import pytest
from docflow.db.database import Database
from docflow.db.outbox import OutboxRow
from docflow.domain.access import Scope
from docflow.testing.factories import OUTPUT_SCHEMA, Tenancy
from sqlalchemy import select

from tests.integration.api.conftest import KeyFor, World
from tests.integration.api.evaluating import Reader, a_set, begun, prompt, read_all
from tests.integration.api.tenants import code, draft, pointers, publish_prompts

Clients = tuple[Tenancy, Tenancy]
OTHER = {**OUTPUT_SCHEMA, "title": "another"}


@pytest.fixture
def reader(world: World) -> Reader:
    world.container.provider = Reader()
    return world.container.provider


async def gate(world: World, headers: dict[str, str], mode: str, min_documents: int = 3) -> None:
    answer = await world.http.put(
        "/v1/publish-gate", json={"mode": mode, "min_documents": min_documents}, headers=headers
    )
    assert answer.status_code == 200, answer.text


async def version_two(world: World, headers: dict[str, str], tenancy: Tenancy, **values: Any) -> str:
    made = await draft(world, headers, tenancy.process_type_id, **{"output_schema": OTHER, **values})
    await publish_prompts(world, headers, tenancy.process_type_id, made["version"], *STAGES)
    return str(made["config_id"])


STAGES = ("classification", "validation", "summarization")


async def with_prompt(world: World, headers: dict[str, str], tenancy: Tenancy) -> str:
    """The draft of version 2 and a published prompt of it."""
    prompt_id = await prompt(world, headers, tenancy, 2)
    await world.http.post(f"/v1/prompts/{prompt_id}/publish", headers=headers)
    return prompt_id


async def publish(world: World, headers: dict[str, str], config_id: str) -> Any:
    return await world.http.post(f"/v1/configurations/{config_id}/publish", headers=headers)


async def test_without_a_gate_publishing_tells_that_nothing_was_compared(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    await with_prompt(world, headers, acme)
    answer = await publish(world, headers, await version_two(world, headers, acme))
    assert answer.json()["gate"] == {
        "mode": "off", "min_documents": 50, "standing": "missing", "comparison": None,
    }  # fmt: skip


async def test_a_gate_that_refuses_wants_a_comparison_of_exactly_this_draft(
    world: World, two_clients: Clients, key_for: KeyFor, reader: Reader
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    await gate(world, headers, "refuse")
    set_id = await a_set(world, headers, acme, documents=3)
    # The prompt is read by the version in force, which has none of its own.
    prompt_id = await prompt(world, headers, acme, 2)
    refused_prompt = await world.http.post(f"/v1/prompts/{prompt_id}/publish", headers=headers)
    await begun(world, headers, set_id, candidate={"prompt_id": prompt_id})
    await read_all(world)
    published_prompt = await world.http.post(f"/v1/prompts/{prompt_id}/publish", headers=headers)
    config_id = await version_two(world, headers, acme)
    first = await publish(world, headers, config_id)
    await begun(world, headers, set_id, candidate={"config_id": config_id})
    await read_all(world)
    changed = await world.http.patch(
        f"/v1/configurations/{config_id}",
        json={"confidence_threshold": 0.7},
        headers={**headers, "If-Match": "*", **(await seen(world, headers, config_id))},
    )
    second = await publish(world, headers, config_id)
    await begun(world, headers, set_id, candidate={"config_id": config_id})
    await read_all(world)
    third = await publish(world, headers, config_id)
    assert code(refused_prompt) == (409, "evaluation_required")
    assert published_prompt.json()["gate"]["standing"] == "passed"
    assert changed.status_code == 200
    assert [code(first), code(second)] == [(409, "evaluation_required")] * 2
    assert (third.status_code, third.json()["state"]) == (200, "published")
    assert third.json()["gate"]["standing"] == "passed"
    assert third.json()["gate"]["comparison"]["figures"]["comparison"]["worse_fields"] == []


async def seen(world: World, headers: dict[str, str], config_id: str) -> dict[str, str]:
    shown = await world.http.get(f"/v1/configurations/{config_id}", headers=headers)
    return {"If-Match": shown.headers["etag"]}


async def test_a_worse_prompt_is_refused_with_the_figures_and_only_warned_of_where_that_is_wanted(
    world: World, two_clients: Clients, key_for: KeyFor, reader: Reader
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    set_id = await a_set(world, headers, acme, documents=3)
    prompt_id = await prompt(world, headers, acme, 2)
    reader.wrong[UUID(prompt_id)] = {"grand_total": "911.00"}
    await begun(world, headers, set_id, candidate={"prompt_id": prompt_id})
    await read_all(world)
    await gate(world, headers, "refuse")
    refused = await world.http.post(f"/v1/prompts/{prompt_id}/publish", headers=headers)
    await gate(world, headers, "warn")
    warned = await world.http.post(f"/v1/prompts/{prompt_id}/publish", headers=headers)
    assert (code(refused), pointers(refused)) == ((409, "evaluation_worse"), ["/fields/grand_total"])
    assert "-100.0 points" in refused.json()["errors"][0]["message"]
    assert (warned.json()["state"], warned.json()["gate"]["standing"]) == ("published", "worse")


async def test_a_comparison_over_too_few_documents_does_not_count(
    world: World, two_clients: Clients, key_for: KeyFor, reader: Reader
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    set_id = await a_set(world, headers, acme, documents=2)
    prompt_id = await prompt(world, headers, acme, 2)
    await begun(world, headers, set_id, candidate={"prompt_id": prompt_id})
    await read_all(world)
    await gate(world, headers, "refuse", 3)
    refused = await world.http.post(f"/v1/prompts/{prompt_id}/publish", headers=headers)
    await gate(world, headers, "refuse", 2)
    published = await world.http.post(f"/v1/prompts/{prompt_id}/publish", headers=headers)
    assert (code(refused), published.status_code) == ((409, "evaluation_required"), 200)


async def test_what_shapes_no_reading_needs_no_comparison(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    await gate(world, headers, "refuse")
    prompts = [
        {
            "process_type_id": acme.process_type_id,
            "version": 2,
            "stage": "summarization",
            "prompt_template": "{{data}} in {{language}}",
        }
    ]
    made = await world.http.post("/v1/prompts", json=prompts[0], headers=headers)
    answer = await world.http.post(f"/v1/prompts/{made.json()['prompt_id']}/publish", headers=headers)
    assert (answer.status_code, answer.json()["gate"]["standing"]) == (200, "not_needed")


async def test_a_canary_does_not_walk_around_the_gate(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    await with_prompt(world, headers, acme)
    config_id = await version_two(world, headers, acme)
    await gate(world, headers, "refuse")
    answer = await world.http.post(
        f"/v1/configurations/{config_id}/canary", json={"percent": 99}, headers=headers
    )
    assert code(answer) == (409, "evaluation_required")


async def test_who_may_publish_may_not_therefore_lift_the_gate_and_a_change_is_audited(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, globex = two_clients
    publisher = await key_for(acme, Scope.CONFIG_WRITE)
    refused = await world.http.put("/v1/publish-gate", json={"mode": "off"}, headers=publisher)
    await gate(world, await key_for(acme), "refuse", 7)
    seen_by_publisher = await world.http.get("/v1/publish-gate", headers=publisher)
    theirs = await world.http.get("/v1/publish-gate", headers=await key_for(globex))
    async with database.client(acme.client_id) as session:
        payloads = (
            await session.scalars(select(OutboxRow.payload).where(OutboxRow.client_id == acme.client_id))
        ).all()
    assert code(refused) == (403, "forbidden")
    assert seen_by_publisher.json() == {"mode": "refuse", "min_documents": 7}
    assert theirs.json() == {"mode": "off", "min_documents": 50}
    assert "publish_gate_changed" in str(payloads)

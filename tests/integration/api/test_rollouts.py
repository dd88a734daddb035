"""A version on its way into force: shadow, canary, published, and back."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from docflow.db.database import Database
from docflow.db.outbox import OutboxRow
from docflow.domain.ids import new_id
from docflow.domain.traffic import bucket_of
from docflow.features.configurations.models import ConfigurationRow
from docflow.features.configurations.service import Configurations
from docflow.features.reviews.models import FieldCorrection, Review
from docflow.features.usage.models import LlmCall
from docflow.testing.factories import Tenancy, add_process
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from tests.integration.api.conftest import KeyFor, World, form, pdf
from tests.integration.api.tenants import code, draft, publish_prompts

Clients = tuple[Tenancy, Tenancy]


async def version(world: World, headers: dict[str, str], tenancy: Tenancy) -> str:
    """A draft that can be published."""
    made = await draft(world, headers, tenancy.process_type_id)
    await publish_prompts(world, headers, tenancy.process_type_id, made["version"])
    return str(made["config_id"])


async def step(world: World, headers: dict[str, str], config_id: str, verb: str, **body: Any) -> Any:
    return await world.http.post(f"/v1/configurations/{config_id}/{verb}", json=body or None, headers=headers)


async def pinned(world: World, headers: dict[str, str], tenancy: Tenancy) -> tuple[UUID, int]:
    answer = await world.http.post(
        "/v1/processes", headers=headers, **form(tenancy, content=pdf(uuid4().hex))
    )
    assert answer.status_code == 202, answer.text
    return UUID(answer.json()["process_id"]), answer.json()["config_version"]


async def test_a_shadow_stands_still_and_takes_no_process(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    config_id = await version(world, headers, acme)
    shadow = await step(world, headers, config_id, "shadow")
    changed = await world.http.patch(
        f"/v1/configurations/{config_id}",
        json={"confidence_threshold": 0.1},
        headers={**headers, "If-Match": '"2"'},
    )
    again = await step(world, headers, config_id, "shadow")
    assert (shadow.json()["state"], set(shadow.json()["prompt_ids"])) == (
        "shadow", {"classification", "ocr", "validation", "summarization"},
    )  # fmt: skip
    assert (code(changed), code(again)) == ((409, "state_conflict"), (409, "state_conflict"))
    assert (await pinned(world, headers, acme))[1] == 1
    with pytest.raises(IntegrityError, match="a published row of configurations cannot change"):
        async with database.client(acme.client_id) as session:
            await session.execute(
                update(ConfigurationRow)
                .where(ConfigurationRow.config_id == UUID(config_id))
                .values(confidence_threshold=Decimal("0.1"))
            )


async def test_a_canary_takes_its_share_by_the_process_id_and_no_more_once_it_is_gone(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    assert (await pinned(world, headers, acme))[1] == 1
    config_id = await version(world, headers, acme)
    canary = await step(world, headers, config_id, "canary", percent=50)
    taken = [await pinned(world, headers, acme) for _ in range(12)]
    grown = await step(world, headers, config_id, "canary", percent=99)
    retired = await step(world, headers, config_id, "retire")
    after = [(await pinned(world, headers, acme))[1] for _ in range(3)]
    assert (canary.json()["state"], canary.json()["canary_percent"]) == ("canary", 50)
    assert [v for _, v in taken] == [2 if bucket_of(one) < 50 else 1 for one, _ in taken]
    assert (grown.json()["canary_percent"], retired.json()["state"], after) == (99, "retired", [1, 1, 1])
    assert retired.json()["canary_percent"] is None


async def test_a_canary_that_is_published_is_in_force_for_all(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    config_id = await version(world, headers, acme)
    await step(world, headers, config_id, "shadow")
    await step(world, headers, config_id, "canary", percent=1)
    published = await step(world, headers, config_id, "publish")
    assert (published.json()["state"], published.json()["canary_percent"]) == ("published", None)
    assert [(await pinned(world, headers, acme))[1] for _ in range(3)] == [2, 2, 2]


async def test_there_is_one_canary_and_it_needs_something_in_force(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    one, other = await version(world, headers, acme), await version(world, headers, acme)
    await step(world, headers, one, "canary", percent=10)
    second = await step(world, headers, other, "canary", percent=10)
    await step(world, headers, str(acme.config_id), "retire")
    name = f"{acme.slug}.lease"
    await world.http.post(
        "/v1/process-types", json={"process_type_id": name, "display_name": "Lease"}, headers=headers
    )
    alone = await draft(world, headers, name)
    refused = await step(world, headers, alone["config_id"], "canary", percent=10)
    wrong = await step(world, headers, other, "canary", percent=100)
    assert [code(one) for one in (second, refused, wrong)] == [
        (409, "state_conflict"), (409, "state_conflict"), (422, "validation_failed"),
    ]  # fmt: skip


async def test_a_type_that_is_found_later_goes_to_the_canary_by_the_same_bucket(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    """As workers pin a process that was sent without a type."""
    acme, _ = two_clients
    headers = await key_for(acme)
    await step(world, headers, await version(world, headers, acme), "canary", percent=30)
    ids = [new_id() for _ in range(60)]
    async with database.client(acme.client_id) as session:
        found = Configurations(session, acme.client_id)
        versions = [(await found.for_new_process(acme.process_type_id, one)).version for one in ids]
    assert versions == [2 if bucket_of(one) < 30 else 1 for one in ids]
    assert len(Counter(versions)) == 2


async def test_a_rollback_puts_the_version_before_in_force_and_running_processes_keep_theirs(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    config_id = await version(world, headers, acme)
    await step(world, headers, config_id, "publish")
    running, at_two = await pinned(world, headers, acme)
    answer = await step(world, headers, config_id, "rollback")
    after = (await pinned(world, headers, acme))[1]
    kept = await world.http.get(f"/v1/processes/{running}", headers=headers)
    again = await step(world, headers, config_id, "rollback")
    first = await step(world, headers, str(acme.config_id), "rollback")
    async with database.client(acme.client_id) as session:
        audit = await session.scalars(select(OutboxRow.payload).where(OutboxRow.client_id == acme.client_id))
        told = str(audit.all())
    body = answer.json()
    assert (body["retired"]["state"], body["in_force"]["version"]) == ("retired", 1)
    assert (at_two, after, kept.json()["config_version"]) == (2, 1, 2)
    assert [code(again), code(first)] == [(409, "state_conflict"), (409, "rollback_impossible")]
    assert "configuration_rolled_back" in told


async def test_only_what_is_in_force_or_the_canary_is_rolled_back(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    second, third = await version(world, headers, acme), await version(world, headers, acme)
    await step(world, headers, second, "publish")
    await step(world, headers, third, "canary", percent=5)
    not_in_force = await step(world, headers, str(acme.config_id), "rollback")
    canary = await step(world, headers, third, "rollback")
    assert code(not_in_force) == (409, "state_conflict")
    assert (canary.json()["retired"]["version"], canary.json()["in_force"]["version"]) == (3, 2)


async def test_two_versions_are_compared_by_what_their_processes_came_to(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    config_id = await version(world, headers, acme)
    await step(world, headers, config_id, "canary", percent=50)
    now = datetime.now(UTC)

    async def ended(config_version: int, *, corrected: int = 0, cost: int | None = 0) -> None:
        process_id = await add_process(
            database,
            acme,
            status="completed",
            config_version=config_version,
            created_at=now - timedelta(seconds=30),
            completed_at=now - timedelta(seconds=20),
        )
        async with database.client(acme.client_id) as session:
            owned = {"client_id": acme.client_id, "process_id": process_id}
            session.add(
                LlmCall(
                    **owned, run_id=new_id(), provider="a", model="m", outcome="complete", cost_micros=cost
                )
            )
            if corrected:
                session.add(Review(**owned, stage="INTELLIGENT_PROCESS", status="decided"))
            for number in range(corrected):
                session.add(FieldCorrection(**owned, field=f"f{number}", corrected_by="user:1"))

    for _ in range(3):
        await ended(1, corrected=2, cost=100)
    await ended(1, cost=100)
    for _ in range(4):
        await ended(2, cost=50)
    await ended(2, cost=None)
    answer = await world.http.get(
        f"/v1/configurations/{config_id}/comparison",
        params={"against": str(acme.config_id)},
        headers=headers,
    )
    told = answer.json()
    ours, theirs = told["this"], told["against"]
    assert (ours["version"], ours["processes"], ours["straight_through_rate"]) == (2, 5, 1.0)
    assert (theirs["straight_through_rate"], theirs["correction_rate"], theirs["corrected_fields"]) == (
        0.25, 0.75, 6,
    )  # fmt: skip
    assert (ours["cost_micros"], ours["calls_without_price"], theirs["cost_micros_per_process"]) == (
        200, 1, 100.0,
    )  # fmt: skip
    assert (ours["seconds_p50"], ours["seconds_p95"]) == (10.0, 10.0)
    assert told["straight_through"]["difference"] == 0.75
    assert told["straight_through"]["low"] > 0


async def test_a_comparison_asks_for_one_type_and_a_time_that_is_not_too_long(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, globex = two_clients
    headers = await key_for(acme)
    name = f"{acme.slug}.lease"
    await world.http.post(
        "/v1/process-types", json={"process_type_id": name, "display_name": "Lease"}, headers=headers
    )
    other = await draft(world, headers, name)
    address = f"/v1/configurations/{acme.config_id}/comparison"

    async def asked(**params: str) -> tuple[int, str]:
        return code(await world.http.get(address, params=params, headers=headers))

    assert await asked(against=str(other["config_id"])) == (422, "validation_failed")
    assert await asked(against=str(globex.config_id)) == (404, "not_found")
    assert await asked(against=str(acme.config_id), until="0001-01-01T00:00:00Z") == (
        422,
        "validation_failed",
    )
    assert await asked(against=str(acme.config_id), since="2020-01-01T00:00:00Z") == (
        422, "validation_failed",
    )  # fmt: skip

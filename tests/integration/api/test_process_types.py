"""Process types and prompts: a client's own, and the platform's."""

from typing import Any
from uuid import uuid4

import pytest
from docflow.db.database import Database
from docflow.domain.access import Scope
from docflow.domain.configuration import PromptStage
from docflow.features.process_types.models import ProcessType
from docflow.testing.factories import Tenancy, add_prompt, add_type
from sqlalchemy import insert
from sqlalchemy.exc import DBAPIError

from tests.integration.api.conftest import KeyFor, World, form
from tests.integration.api.tenants import TEMPLATES, code, platform, pointers
from tests.integration.api.test_sessions import acts

ANY = {"If-Match": "*"}
Clients = tuple[Tenancy, Tenancy]
__all__ = ["platform"]


def prompt(process_type_id: str, **values: Any) -> dict[str, Any]:
    given = {"process_type_id": process_type_id, "version": 2, "stage": "ocr"}
    return {**given, "prompt_template": TEMPLATES["ocr"], **values}


async def test_a_client_makes_and_changes_a_type_of_its_own(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    name = f"{acme.slug}.lease"
    made = await world.http.post(
        "/v1/process-types", json={"process_type_id": name, "display_name": "Lease"}, headers=headers
    )
    changed = await world.http.patch(
        f"/v1/process-types/{name}",
        json={"display_name": "Leases", "is_active": False},
        headers={**headers, "If-Match": made.headers["etag"]},
    )
    assert (made.status_code, made.json()["is_platform"], made.json()["version"]) == (201, False, 1)
    assert made.headers["location"] == f"/v1/process-types/{name}"
    shown = changed.json()
    assert (shown["display_name"], shown["is_active"], shown["version"]) == ("Leases", False, 2)


async def test_a_type_that_is_not_active_takes_no_documents(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    await world.http.patch(
        f"/v1/process-types/{acme.process_type_id}", json={"is_active": False}, headers=headers | ANY
    )
    answer = await world.http.post("/v1/processes", headers=headers, **form(acme))
    assert code(answer) == (422, "process_type_inactive")


@pytest.mark.parametrize("name", ["lease", "other.lease", "{theirs}.lease"])
async def test_a_clients_type_carries_its_slug(
    world: World, two_clients: Clients, key_for: KeyFor, name: str
) -> None:
    acme, globex = two_clients
    body = {"process_type_id": name.format(theirs=globex.slug), "display_name": "Lease"}
    answer = await world.http.post("/v1/process-types", json=body, headers=await key_for(acme))
    assert (answer.status_code, pointers(answer)) == (422, ["/process_type_id"])


async def test_the_database_itself_refuses_a_type_under_anothers_slug(
    database: Database, two_clients: Clients
) -> None:
    acme, globex = two_clients
    row = {"process_type_id": f"{globex.slug}.lease", "client_id": acme.client_id, "display_name": "x"}
    with pytest.raises(DBAPIError) as refusal:
        async with database.client(acme.client_id) as session:
            await session.execute(insert(ProcessType).values(row))
    assert getattr(refusal.value.orig, "sqlstate", None) == "42501"


async def test_a_type_is_made_once_and_a_repeat_with_its_key_gets_the_first_answer(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    keyed = {**headers, "Idempotency-Key": uuid4().hex}
    body = {"process_type_id": f"{acme.slug}.twice", "display_name": "Twice"}
    first = await world.http.post("/v1/process-types", json=body, headers=keyed)
    again = await world.http.post("/v1/process-types", json=body, headers=keyed)
    without = await world.http.post("/v1/process-types", json=body, headers=headers)
    assert (again.json(), again.headers["idempotent-replayed"]) == (first.json(), "true")
    assert again.headers["location"] == first.headers["location"]
    assert code(without) == (409, "state_conflict")


async def test_a_stale_version_of_a_type_is_refused(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    headers = {**await key_for(acme), "If-Match": '"9"'}
    answer = await world.http.patch(
        f"/v1/process-types/{acme.process_type_id}", json={"display_name": "X"}, headers=headers
    )
    assert code(answer) == (412, "precondition_failed")


async def test_a_platform_administrator_makes_and_changes_what_is_everybodys(
    world: World, platform: dict[str, str], two_clients: Clients, key_for: KeyFor
) -> None:
    name = f"notice_{uuid4().hex[:8]}"
    made = await world.http.post(
        "/v1/process-types", json={"process_type_id": name, "display_name": "Notice"}, headers=platform
    )
    changed = await world.http.patch(
        f"/v1/process-types/{name}", json={"default_version": 3}, headers=platform | ANY
    )
    seen = await world.http.get(f"/v1/process-types/{name}", headers=await key_for(two_clients[0]))
    assert (made.status_code, changed.json()["default_version"], changed.json()["version"]) == (201, 3, 2)
    assert (seen.json()["is_platform"], seen.json()["display_name"]) == (True, "Notice")


async def test_what_a_platform_administrator_does_to_all_stands_in_the_audit_of_each(
    world: World, platform: dict[str, str], two_clients: Clients, database: Database
) -> None:
    name = f"notice_{uuid4().hex[:8]}"
    await world.http.post(
        "/v1/process-types", json={"process_type_id": name, "display_name": "Notice"}, headers=platform
    )
    made = (await world.http.post("/v1/prompts", json=prompt(name), headers=platform)).json()
    for act in ("publish", "retire"):
        answer = await world.http.post(f"/v1/prompts/{made['prompt_id']}/{act}", headers=platform)
        assert answer.status_code == 200, answer.text
    await world.http.patch(f"/v1/process-types/{name}", json={"is_active": False}, headers=platform | ANY)
    seen = [await acts(database, tenancy) for tenancy in two_clients]
    told = [[act.payload for act in each if act.payload.get("process_type_id") == name] for each in seen]
    assert [[one["action"] for one in each] for each in told] == [
        ["process_type_created", "prompt_published", "prompt_retired", "process_type_changed"]
    ] * 2
    assert all(one["platform"] and one["by"].startswith("user:") for one in told[0])
    assert (told[0][-1]["changed"], told[0][-1]["is_active"]) == (["is_active"], False)


async def test_a_client_hears_of_its_own_types_alone(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, globex = two_clients
    answer = await world.http.patch(
        f"/v1/process-types/{acme.process_type_id}",
        json={"display_name": "Renamed"},
        headers=await key_for(acme) | ANY,
    )
    assert answer.status_code == 200, answer.text
    assert [act.action for act in await acts(database, acme)] == ["process_type_changed"]
    assert await acts(database, globex) == []


async def test_a_client_changes_nothing_of_the_platforms(
    world: World, platform: dict[str, str], two_clients: Clients, key_for: KeyFor
) -> None:
    name = f"notice_{uuid4().hex[:8]}"
    await world.http.post(
        "/v1/process-types", json={"process_type_id": name, "display_name": "Notice"}, headers=platform
    )
    theirs = (await world.http.post("/v1/prompts", json=prompt(name), headers=platform)).json()
    headers = await key_for(two_clients[0])
    address = f"/v1/prompts/{theirs['prompt_id']}"
    answers = [
        await world.http.patch(f"/v1/process-types/{name}", json={"is_active": False}, headers=headers),
        await world.http.patch(address, json={"max_tokens": 1}, headers=headers),
        await world.http.post(f"{address}/publish", headers=headers),
        await world.http.post(f"{address}/retire", headers=headers),
    ]
    assert [code(answer) for answer in answers] == [(403, "forbidden")] * 4


async def test_what_is_another_clients_is_404_in_every_place(
    world: World, database: Database, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, globex = two_clients
    prompt_id = await add_prompt(database, globex.client_id, globex.process_type_id, PromptStage.OCR)
    headers = await key_for(acme)
    address = f"/v1/prompts/{prompt_id}"
    answers = [
        await world.http.get(f"/v1/process-types/{globex.process_type_id}", headers=headers),
        await world.http.patch(f"/v1/process-types/{globex.process_type_id}", content=b"{", headers=headers),
        await world.http.post("/v1/prompts", json=prompt(globex.process_type_id), headers=headers),
        await world.http.get(address, headers=headers),
        await world.http.patch(address, content=b"{", headers=headers),
        *[
            await world.http.post(f"{address}/{act}", content=b"{", headers=headers)
            for act in ("publish", "retire", "clone")
        ],
        await world.http.get(f"{address}/diff?against={prompt_id}", headers=headers),
    ]
    assert [code(answer) for answer in answers] == [(404, "not_found")] * len(answers)


async def test_reading_types_needs_no_right_to_configure_but_writing_does(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme, Scope.PROCESSES_READ)
    assert (await world.http.get("/v1/process-types", headers=headers)).status_code == 200
    answers = [
        await world.http.post("/v1/process-types", json={}, headers=headers),
        await world.http.patch(f"/v1/process-types/{acme.process_type_id}", json={}, headers=headers),
        await world.http.get("/v1/prompts", headers=headers),
        await world.http.get("/v1/configurations", headers=headers),
    ]
    assert [code(answer) for answer in answers] == [(403, "forbidden")] * 4


async def test_a_prompt_goes_from_draft_to_published_to_retired(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    made = (await world.http.post("/v1/prompts", json=prompt(acme.process_type_id), headers=headers)).json()
    address = f"/v1/prompts/{made['prompt_id']}"
    changed = await world.http.patch(
        address, json={"max_tokens": 99, "temperature": 0.5}, headers={**headers, "If-Match": '"1"'}
    )
    published = await world.http.post(f"{address}/publish", headers=headers)
    frozen = await world.http.patch(address, json={"max_tokens": 1}, headers=headers | ANY)
    retired = await world.http.post(f"{address}/retire", headers=headers)
    again = await world.http.post(f"{address}/retire", headers=headers)
    assert (made["state"], made["model_name"], made["is_platform"]) == ("draft", "default", False)
    assert (changed.json()["max_tokens"], changed.json()["temperature"]) == (99, 0.5)
    assert (published.json()["state"], retired.json()["state"]) == ("published", "retired")
    assert [code(frozen), code(again)] == [(409, "state_conflict")] * 2


@pytest.mark.parametrize(
    ("stage", "template"),
    [
        ("ocr", "{{document_text}} {{unknown}}"),
        ("ocr", "{{output_schema}}"),
        ("ocr", "{{document_text}} {{data}}"),
        ("summarization", "{{data}} {{ 1 + 1 }}"),
    ],
)
async def test_a_prompt_with_wrong_placeholders_is_not_published(
    world: World, two_clients: Clients, key_for: KeyFor, stage: str, template: str
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    body = prompt(acme.process_type_id, stage=stage, prompt_template=template)
    made = (await world.http.post("/v1/prompts", json=body, headers=headers)).json()
    answer = await world.http.post(f"/v1/prompts/{made['prompt_id']}/publish", headers=headers)
    assert (code(answer), pointers(answer)) == ((422, "validation_failed"), ["/prompt_template"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"temperature": 2.5}, {"max_tokens": 0}, {"max_tokens": 10**9}, {"model_name": "rm -rf"},
        {"stage": "guessing"}, {"version": 0}, {"prompt_template": "a\x00"},
    ],
)  # fmt: skip
async def test_a_wrong_value_of_a_prompt_is_named(
    world: World, two_clients: Clients, key_for: KeyFor, wrong: dict[str, Any]
) -> None:
    acme, _ = two_clients
    answer = await world.http.post(
        "/v1/prompts", json=prompt(acme.process_type_id, **wrong), headers=await key_for(acme)
    )
    assert (answer.status_code, pointers(answer)) == (422, [f"/{next(iter(wrong))}"])


async def test_a_client_clones_the_platforms_prompt_and_sees_what_it_changed(
    world: World, database: Database, owner_database: Database, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    name = await add_type(owner_database, f"form_{uuid4().hex[:8]}")
    source = await add_prompt(owner_database, None, name, PromptStage.OCR, prompt_template=TEMPLATES["ocr"])
    clone = (await world.http.post(f"/v1/prompts/{source}/clone", json={}, headers=headers)).json()
    taken = await world.http.post(f"/v1/prompts/{source}/clone", json={"version": 2}, headers=headers)
    address = f"/v1/prompts/{clone['prompt_id']}"
    await world.http.patch(address, json={"max_tokens": 7}, headers=headers | ANY)
    diff = await world.http.get(f"{address}/diff?against={source}", headers=headers)
    assert (clone["version"], clone["state"], clone["is_platform"]) == (2, "draft", False)
    assert code(taken) == (409, "state_conflict")
    assert diff.json()["data"] == [{"pointer": "/max_tokens", "kind": "changed", "before": 4096, "after": 7}]


async def test_prompts_are_listed_by_type_version_and_stage(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    for version, stage in ((1, "ocr"), (2, "ocr"), (2, "validation")):
        body = prompt(acme.process_type_id, version=version, stage=stage)
        await world.http.post("/v1/prompts", json=body, headers=headers)

    async def listed(query: str) -> list[tuple[int, str]]:
        address = f"/v1/prompts?process_type_id={acme.process_type_id}&{query}"
        found = (await world.http.get(address, headers=headers)).json()["data"]
        return [(row["version"], row["stage"]) for row in found]

    assert await listed("version=2&stage=ocr") == [(2, "ocr")]
    assert await listed("limit=2") == [(2, "validation"), (2, "ocr")]
    assert await listed("state=published") == []

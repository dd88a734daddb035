import asyncio
from uuid import uuid4

import httpx
import pytest
from docflow.db.database import Database
from docflow.domain.access import Scope
from docflow.domain.stages import Role
from docflow.runtime.settings import Env
from docflow.testing.database import DatabaseUrls
from docflow.testing.factories import Tenancy, add_user
from sqlalchemy import text

from tests.integration.api.accounts import (
    PASSWORD,
    fresh_address,
    outcome_of,
    platform_session,
    post,
    signed_in,
)
from tests.integration.api.conftest import KeyFor, World
from tests.integration.api.test_access import bearer, person, refresh, sign_in

Clients = tuple[Tenancy, Tenancy]


@pytest.fixture
async def admin(world: World, two_clients: Clients, database: Database) -> dict[str, str]:
    return await signed_in(world, database, two_clients[0])


@pytest.fixture
async def platform(world: World, database_urls: DatabaseUrls) -> dict[str, str]:
    return await platform_session(world, database_urls)


async def change(
    world: World, headers: dict[str, str], user_id: object, version: int = 1, **body: object
) -> httpx.Response:
    return await world.http.patch(
        f"/v1/users/{user_id}", headers={**headers, "If-Match": f'"{version}"'}, json=body
    )


async def test_an_admin_adds_somebody_who_can_sign_in(world: World, admin: dict[str, str]) -> None:
    email = fresh_address()
    made = await post(world, "/v1/users", admin, email=email.upper(), role="operator", password=PASSWORD)
    assert (made.status_code, made.json()["email"], made.json()["role"]) == (201, email, "operator")
    assert made.headers["location"] == f"/v1/users/{made.json()['user_id']}"
    assert (await sign_in(world, email, PASSWORD)).status_code == 200


async def test_nobody_sets_a_password_for_somebody_else_in_production(
    world: World, admin: dict[str, str]
) -> None:
    world.container.settings.env = Env.PRODUCTION
    answer = await post(world, "/v1/users", admin, email=fresh_address(), role="viewer", password=PASSWORD)
    assert outcome_of(answer) == (403, "forbidden")


async def test_a_repeated_request_adds_nobody_twice(world: World, admin: dict[str, str]) -> None:
    headers = {**admin, "Idempotency-Key": uuid4().hex}
    body = {"email": fresh_address(), "role": "viewer", "password": PASSWORD}
    first, again = [await post(world, "/v1/users", headers, **body) for _ in range(2)]
    assert first.json() == again.json()
    assert again.headers["idempotent-replayed"] == "true"
    other = await post(world, "/v1/users", headers, **{**body, "role": "admin"})
    assert outcome_of(other) == (422, "idempotency_key_reused")


async def test_an_address_has_one_account(world: World, admin: dict[str, str]) -> None:
    body = {"email": fresh_address(), "role": "viewer", "password": PASSWORD}
    await post(world, "/v1/users", admin, **body)
    assert outcome_of(await post(world, "/v1/users", admin, **body)) == (409, "state_conflict")


@pytest.mark.parametrize(
    "body",
    [
        {"email": "nobody", "role": "viewer", "password": PASSWORD},
        {"email": "a@people.test", "role": "platform_admin", "password": PASSWORD},
        {"email": "a@people.test", "role": "viewer", "password": "short"},
    ],
)
async def test_what_is_wrong_in_a_body_is_422(
    world: World, admin: dict[str, str], body: dict[str, str]
) -> None:
    assert outcome_of(await post(world, "/v1/users", admin, **body)) == (422, "validation_failed")


async def test_the_list_shows_the_clients_own_people_page_by_page(
    world: World, admin: dict[str, str], two_clients: Clients, database: Database
) -> None:
    acme, globex = two_clients
    await person(database, globex)
    for _ in range(3):
        await person(database, acme, Role.VIEWER)
    first = (await world.http.get("/v1/users?limit=3", headers=admin)).json()
    second = (await world.http.get(first["next"], headers=admin)).json()
    rows = first["data"] + second["data"]
    assert len(rows) == len({row["user_id"] for row in rows}) == 5
    assert {row["client_id"] for row in rows} == {str(acme.client_id)}
    viewers = (await world.http.get("/v1/users?role=viewer", headers=admin)).json()["data"]
    assert {row["role"] for row in viewers} == {"viewer"}
    assert not any("password" in name for name in rows[0])


async def test_a_changed_role_ends_the_persons_sessions(
    world: World, admin: dict[str, str], two_clients: Clients, database: Database
) -> None:
    acme, _ = two_clients
    email = await person(database, acme)
    theirs = await sign_in(world, email)
    user_id = (await world.http.get("/v1/me", headers=bearer(theirs))).json()["user_id"]
    shown = await world.http.get(f"/v1/users/{user_id}", headers=admin)
    changed = await world.http.patch(
        f"/v1/users/{user_id}", headers={**admin, "If-Match": shown.headers["etag"]}, json={"role": "viewer"}
    )
    assert (changed.status_code, changed.json()["role"], changed.headers["etag"]) == (200, "viewer", '"2"')
    assert (await world.http.get("/v1/me", headers=bearer(theirs))).status_code == 401
    assert (await refresh(world, theirs.json()["refresh_token"])).status_code == 401
    assert (await sign_in(world, email)).status_code == 200


async def test_a_disabled_person_is_out_until_switched_on_again(
    world: World, admin: dict[str, str], two_clients: Clients, database: Database
) -> None:
    acme, _ = two_clients
    email = await person(database, acme)
    user_id = (await world.http.get("/v1/me", headers=bearer(await sign_in(world, email)))).json()["user_id"]
    await change(world, admin, user_id, status="inactive")
    assert outcome_of(await sign_in(world, email)) == (401, "invalid_credentials")
    await change(world, admin, user_id, 2, status="active")
    assert (await sign_in(world, email)).status_code == 200


async def test_a_change_names_the_version_it_was_made_from(
    world: World, admin: dict[str, str], two_clients: Clients
) -> None:
    url = f"/v1/users/{two_clients[0].admin_id}"
    without = await world.http.patch(url, headers=admin, json={"role": "viewer"})
    assert outcome_of(without) == (428, "precondition_required")
    stale = await change(world, admin, two_clients[0].admin_id, 7, role="viewer")
    assert outcome_of(stale) == (412, "precondition_failed")


async def test_a_change_that_changes_nothing_ends_no_session(world: World, admin: dict[str, str]) -> None:
    user_id = (await world.http.get("/v1/me", headers=admin)).json()["user_id"]
    answer = await change(world, admin, user_id, role="admin", status="active")
    assert (answer.status_code, answer.json()["version"]) == (200, 1)
    assert (await world.http.get("/v1/me", headers=admin)).status_code == 200


@pytest.mark.parametrize("body", [{"role": "operator"}, {"status": "inactive"}])
async def test_the_last_active_admin_stays_one(
    world: World, admin: dict[str, str], two_clients: Clients, body: dict[str, str]
) -> None:
    me = (await world.http.get("/v1/me", headers=admin)).json()["user_id"]
    await change(world, admin, two_clients[0].admin_id, status="inactive")
    assert outcome_of(await change(world, admin, me, **body)) == (409, "state_conflict")
    assert (await world.http.get("/v1/me", headers=admin)).json()["role"] == "admin"


async def test_two_admins_who_disable_each_other_do_not_both_succeed(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    other = await add_user(database, acme.client_id, email=fresh_address())
    key = await key_for(acme)
    answers = await asyncio.gather(
        *(change(world, key, user_id, status="inactive") for user_id in (acme.admin_id, other))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
async def test_only_admins_manage_people(
    world: World, two_clients: Clients, database: Database, role: Role
) -> None:
    acme, _ = two_clients
    theirs = await signed_in(world, database, acme, role)
    answers = [
        await world.http.get("/v1/users", headers=theirs),
        await world.http.get(f"/v1/users/{acme.admin_id}", headers=theirs),
        await change(world, theirs, acme.admin_id, role="viewer"),
        await post(world, "/v1/users", theirs),
        await world.http.get("/v1/invitations", headers=theirs),
        await post(world, "/v1/invitations", theirs),
        await world.http.delete(f"/v1/invitations/{acme.admin_id}", headers=theirs),
    ]
    assert [outcome_of(answer) for answer in answers] == [(403, "forbidden")] * 7


async def test_a_key_needs_the_scope_admin(world: World, two_clients: Clients, key_for: KeyFor) -> None:
    without = await key_for(two_clients[0], *(set(Scope) - {Scope.ADMIN}))
    assert (await world.http.get("/v1/users", headers=without)).status_code == 403
    with_it = await key_for(two_clients[0], Scope.ADMIN)
    assert (await world.http.get("/v1/users", headers=with_it)).status_code == 200


async def test_a_foreign_person_is_404_before_the_rest_is_looked_at(
    world: World, admin: dict[str, str], two_clients: Clients
) -> None:
    url = f"/v1/users/{two_clients[1].admin_id}"
    answer = await world.http.patch(url, headers=admin, json={"role": "emperor"})
    assert outcome_of(answer) == (404, "not_found")


async def test_a_platform_admin_adds_people_to_a_client_by_its_id(
    world: World, platform: dict[str, str], two_clients: Clients
) -> None:
    body = {"email": fresh_address(), "role": "admin", "password": PASSWORD}
    client_id = str(two_clients[0].client_id)
    made = await post(world, "/v1/users", platform, **body, client_id=client_id)
    assert (made.status_code, made.json()["client_id"]) == (201, client_id)
    assert outcome_of(await post(world, "/v1/users", platform, **body)) == (403, "forbidden")


@pytest.mark.parametrize("path", ["/v1/users", "/v1/invitations"])
async def test_an_unknown_client_is_404_before_the_body_is_judged(
    world: World, platform: dict[str, str], path: str
) -> None:
    for client_id in (str(uuid4()), "acme"):
        answer = await post(world, path, platform, role="emperor", client_id=client_id)
        assert outcome_of(answer) == (404, "not_found")


async def test_what_is_bound_to_a_client_is_403_for_a_platform_admin(
    world: World, platform: dict[str, str], two_clients: Clients
) -> None:
    answers = [
        await world.http.get("/v1/users", headers=platform),
        await world.http.get(f"/v1/users/{two_clients[0].admin_id}", headers=platform),
        await change(world, platform, two_clients[0].admin_id, role="viewer"),
        await world.http.get("/v1/invitations", headers=platform),
    ]
    assert [outcome_of(answer) for answer in answers] == [(403, "forbidden")] * 4


async def test_an_admin_may_not_name_a_client_not_even_their_own(
    world: World, admin: dict[str, str], two_clients: Clients
) -> None:
    for tenancy in two_clients:
        answer = await post(
            world, "/v1/invitations", admin, email="a@b.test", role="viewer", client_id=str(tenancy.client_id)
        )
        assert outcome_of(answer) == (403, "forbidden")


async def test_the_audit_tells_who_changed_whom_and_no_address(
    world: World, admin: dict[str, str], two_clients: Clients, database: Database
) -> None:
    acme, _ = two_clients
    me = (await world.http.get("/v1/me", headers=admin)).json()["user_id"]
    await change(world, admin, acme.admin_id, role="viewer")
    async with database.client(acme.client_id) as session:
        payloads = list(
            await session.scalars(
                text("SELECT payload->'data'->'payload' FROM outbox WHERE client_id = :id"),
                {"id": acme.client_id},
            )
        )
    told = [each for each in payloads if each and each.get("action") == "user_changed"]
    assert len(told) == 1
    assert (told[0]["user_id"], told[0]["role"]) == (str(acme.admin_id), "viewer")
    assert me in str(told[0]) and "@" not in str(told[0])

"""A second factor that is required: of whom, what they may do before they have one, and that it cannot be ended."""

from uuid import UUID

import httpx
import pytest
from docflow.db.database import Database
from docflow.domain.access import FactorRule
from docflow.domain.stages import Role
from docflow.features.socket_tickets.service import SocketTickets, follower_of
from docflow.testing.database import DatabaseUrls
from docflow.testing.factories import Tenancy
from docflow.testing.passwords import quick_passwords
from docflow_api.app import create_app

from tests.integration.api.accounts import (
    OTHER,
    deliver,
    fresh_address,
    letters_to,
    platform_session,
    post,
    token_in,
)
from tests.integration.api.conftest import ADDRESS, KeyFor, World, gateway_of, make_container
from tests.integration.api.desks import desk, desk_of
from tests.integration.api.test_access import bearer, person, refresh, sign_in
from tests.integration.api.test_client_package import client_of
from tests.integration.api.test_second_factor import begun, confirmed, ended, reset, set_up, steps, user_id_of
from tests.integration.api.test_sessions import Clients, acts

__all__ = ["steps"]
REQUIRED = (403, "second_factor_required")


async def require(world: World, headers: dict[str, str], of: str | None) -> httpx.Response:
    return await world.http.put("/v1/second-factor-rule", headers=headers, json={"required_of": of})


async def me(world: World, headers: dict[str, str]) -> httpx.Response:
    return await world.http.get("/v1/me", headers=headers)


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


@pytest.mark.parametrize(
    ("rule", "held"), [("admins", {Role.ADMIN}), ("everyone", set(Role)), ("off", set())]
)
async def test_from_the_next_request_on_whoever_it_holds_for_can_only_set_one_up(
    rule: str, held: set[Role], world: World, two_clients: Clients, database: Database, key_for: KeyFor
) -> None:
    acme, globex = two_clients
    roles = (Role.VIEWER, Role.OPERATOR, Role.ADMIN)
    desks = {role: await desk(world, database, acme, role) for role in roles}
    foreign, key = await desk(world, database, globex, Role.ADMIN), await key_for(acme)
    assert (await require(world, key, rule)).status_code == 200
    for role, headers in desks.items():
        assert told(await me(world, headers)) == (REQUIRED if role in held else (200, ""))
        assert (await world.http.get("/v1/me/mfa", headers=headers)).json()["required"] is (role in held)
    assert (await me(world, key)).status_code == (await me(world, foreign)).status_code == 200


async def test_a_person_signs_in_enrols_and_goes_on(
    world: World, steps: object, two_clients: Clients, database: Database, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    email = await person(database, acme)
    await require(world, await key_for(acme), "everyone")
    signed_in = await sign_in(world, email)
    assert signed_in.status_code == 200
    headers = bearer(signed_in)
    assert told(await me(world, headers)) == REQUIRED
    renewed = await refresh(world, signed_in.json()["refresh_token"])
    assert told(await me(world, bearer(renewed))) == REQUIRED
    phone, codes = await set_up(world, steps, bearer(renewed))
    assert (await me(world, headers)).status_code == 200
    assert len(codes) == 10
    assert (await sign_in(world, email)).json()["code"] == "mfa_required"
    assert (await sign_in(world, email, totp=phone.code())).status_code == 200


async def test_it_cannot_be_ended_and_can_be_replaced(
    world: World, steps: object, two_clients: Clients, database: Database, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    email, key = await person(database, acme), await key_for(acme)
    headers = await desk_of(world, database, acme, email)
    old, codes = await set_up(world, steps, headers)
    await require(world, key, "everyone")
    assert told(await ended(world, headers, old.code())) == (409, "state_conflict")
    wrong = {"password": "password123", "code": "000000"}
    assert (await world.http.post("/v1/me/mfa/totp", headers=headers, json=wrong)).status_code == 401
    proof = {"password": "password123", "code": codes[0]}
    start = await world.http.post("/v1/me/mfa/totp", headers=headers, json=proof)
    assert start.status_code == 200
    assert (await sign_in(world, email, totp=old.code())).status_code == 200
    new = type(old)(steps, start.json()["secret"])
    assert (await confirmed(world, headers, new.code())).status_code == 200
    assert (await sign_in(world, email, totp=old.code())).status_code == 401
    assert (await sign_in(world, email, recovery_code=codes[1])).status_code == 401
    assert (await sign_in(world, email, totp=new.code())).status_code == 200
    assert [row.action for row in await acts(database, acme)].count("mfa_replaced") == 1
    await require(world, key, "off")
    assert (await ended(world, headers, new.code())).status_code == 204


async def test_after_a_reset_it_bites_again(
    world: World, steps: object, two_clients: Clients, database: Database, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    email, key = await person(database, acme), await key_for(acme)
    headers = await desk_of(world, database, acme, email)
    user_id = await user_id_of(world, headers)
    await set_up(world, steps, headers)
    await require(world, key, "everyone")
    assert (await reset(world, key, user_id)).status_code == 204
    assert told(await me(world, bearer(await sign_in(world, email)))) == REQUIRED


async def test_who_accepts_an_invitation_or_forgot_the_password_enrols_too(
    world: World, two_clients: Clients, database: Database, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    key, email = await key_for(acme), fresh_address()
    await require(world, key, "everyone")
    made = await post(world, "/v1/invitations", key, email=email, role="viewer")
    accepted = await post(world, "/v1/invitations/accept", token=made.json()["token"], password=OTHER)
    assert accepted.status_code == 201
    assert told(await me(world, bearer(await sign_in(world, email, OTHER)))) == REQUIRED
    await deliver(world)
    await post(world, "/v1/auth/password/forgot", email=email)
    letter = (await letters_to(world, email))[-1]
    renewed = await post(world, "/v1/auth/password/reset", token=token_in(letter), password=OTHER + "!")
    assert renewed.status_code == 204
    assert told(await me(world, bearer(await sign_in(world, email, OTHER + "!")))) == REQUIRED


async def test_the_answer_tells_whom_it_would_ask_and_the_audit_who_set_it(
    world: World, steps: object, two_clients: Clients, database: Database
) -> None:
    acme, globex = two_clients
    admin, other = await desk(world, database, acme, Role.ADMIN), await desk(world, database, acme)
    before = (await world.http.get("/v1/second-factor-rule", headers=admin)).json()
    assert (before["required_of"], before["in_force"]) == (None, "off")
    await set_up(world, steps, other)
    after = (await require(world, admin, "admins")).json()
    assert after == {**before, "required_of": "admins", "in_force": "admins"} | {
        "everyone_without": before["everyone_without"] - 1
    }
    foreign = await desk(world, database, globex, Role.ADMIN)
    assert (await world.http.get("/v1/second-factor-rule", headers=foreign)).json()["required_of"] is None
    rows = [row for row in await acts(database, acme) if row.action == "second_factor_rule_changed"]
    assert [row.payload["second_factor"] for row in rows] == ["admins"]


@pytest.mark.parametrize("of", ["viewers", 1, True])
async def test_only_a_known_rule_is_taken(
    of: object, world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    answer = await world.http.put(
        "/v1/second-factor-rule", headers=await key_for(two_clients[0]), json={"required_of": of}
    )
    assert told(answer) == (422, "validation_failed")


async def test_the_platforms_rule_holds_for_its_admins_and_where_a_client_has_none(
    two_clients: Clients, database: Database, database_urls: DatabaseUrls, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    container = make_container(database)
    auth = container.settings.auth.model_copy(update={"second_factor": FactorRule.ADMINS})
    container.settings = container.settings.model_copy(update={"auth": auth})
    transport = httpx.ASGITransport(create_app(container, quick_passwords()))
    async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as http:
        world = World(container, http)
        top = await platform_session(world, database_urls)
        admin = await desk(world, database, acme, Role.ADMIN)
        viewer = await desk(world, database, acme, Role.VIEWER)
        answers = [await world.http.get("/v1/clients", headers=top), await me(world, admin)]
        assert [told(answer) for answer in answers] == [REQUIRED, REQUIRED]
        assert (await me(world, viewer)).status_code == 200
        assert (await require(world, await key_for(acme), "off")).json()["in_force"] == "off"
        assert (await me(world, admin)).status_code == 200


async def test_an_open_stream_ends_for_who_must_enrol(
    world: World, two_clients: tuple[Tenancy, Tenancy], database: Database, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    headers = await desk(world, database, acme)
    gateway = gateway_of(world)
    token = headers["Authorization"].removeprefix("Bearer ")
    caller = await gateway.accounts.caller(gateway.tokens.read(token, at=gateway.now()))
    tickets = SocketTickets(database)
    assert isinstance(caller.user_id, UUID)
    assert await tickets.stands(follower_of(caller), at=gateway.now())
    await require(world, await key_for(acme), "everyone")
    assert not await tickets.stands(follower_of(caller), at=gateway.now())


async def test_before_it_is_confirmed_nothing_else_is_open(
    world: World, two_clients: Clients, database: Database, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    headers = await desk(world, database, acme)
    await require(world, await key_for(acme), "everyone")
    assert (await begun(world, headers)).status_code == 200
    assert told(await me(world, headers)) == REQUIRED
    codes = await world.http.post(
        "/v1/me/mfa/recovery-codes", headers=headers, json={"password": "password123", "code": "1"}
    )
    assert told(codes) == REQUIRED


async def test_the_client_package_sets_it_and_takes_it_back(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    async with await client_of(world, two_clients[0], key_for) as client:
        assert (await client.users.require_second_factor("admins")).in_force == "admins"
        assert (await client.users.second_factor_rule()).required_of == "admins"
        assert (await client.users.require_second_factor(None)).in_force == "off"

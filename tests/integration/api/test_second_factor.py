"""People set up a second factor, lose it and get back in."""

import asyncio
import base64
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from docflow.db.database import Database
from docflow.domain.stages import Role
from docflow.features.users.models import AccountToken, User
from docflow.features.users.totp import STEP_S, code_at
from docflow.testing.factories import Tenancy
from sqlalchemy import select

from tests.integration.api.conftest import KeyFor, World
from tests.integration.api.desks import desk, desk_of
from tests.integration.api.test_access import bearer, person, refresh, sign_in
from tests.integration.api.test_sessions import Clients, acts, platform_admin

__all__ = ["platform_admin"]
PASSWORD = "password123"


class Steps:
    """A clock that the test puts forward, for the next code of the app."""

    def __init__(self, world: World) -> None:
        self._clock = world.container.clock
        self.ahead = timedelta()

    def now(self) -> Any:
        return self._clock.now() + self.ahead

    def monotonic(self) -> float:
        return self._clock.monotonic()


class Phone:
    """An authenticator app: each code is of a later step than the one before."""

    def __init__(self, steps: Steps, secret: str) -> None:
        self._steps = steps
        self._secret = base64.b32decode(secret)

    def code(self) -> str:
        self._steps.ahead += timedelta(seconds=STEP_S)
        return code_at(self._secret, int(self._steps.now().timestamp()) // STEP_S)


@pytest.fixture(autouse=True)
def steps(world: World) -> Iterator[Steps]:
    """Each test has its own address too: the throttle counts by address."""
    world.http._transport.client = (f"10.{uuid4().int % 250}.{uuid4().int % 250}.9", 1)
    world.container.clock = Steps(world)
    yield world.container.clock


async def begun(world: World, headers: dict[str, str], password: str = PASSWORD) -> httpx.Response:
    return await world.http.post("/v1/me/mfa/totp", headers=headers, json={"password": password})


async def confirmed(world: World, headers: dict[str, str], code: str) -> httpx.Response:
    return await world.http.post("/v1/me/mfa/totp/confirm", headers=headers, json={"code": code})


async def set_up(world: World, steps: Steps, headers: dict[str, str]) -> tuple[Phone, list[str]]:
    phone = Phone(steps, (await begun(world, headers)).json()["secret"])
    answer = await confirmed(world, headers, phone.code())
    assert answer.status_code == 200, answer.text
    return phone, answer.json()["recovery_codes"]


async def ended(world: World, headers: dict[str, str], code: str, password: str = PASSWORD) -> httpx.Response:
    proof = {"password": password, "code": code}
    return await world.http.request("DELETE", "/v1/me/mfa", headers=headers, json=proof)


async def test_from_the_password_to_the_first_code(
    world: World, steps: Steps, two_clients: Clients, database: Database
) -> None:
    email = await person(database, two_clients[0])
    headers = await desk_of(world, database, two_clients[0], email)
    start = await begun(world, headers)
    assert start.status_code == 200
    assert start.json()["otpauth_uri"].startswith("otpauth://totp/DocFlow%20AI:")
    assert start.json()["secret"] in start.json()["otpauth_uri"]
    assert (await sign_in(world, email)).status_code == 200
    phone = Phone(steps, start.json()["secret"])
    codes = (await confirmed(world, headers, phone.code())).json()["recovery_codes"]
    assert len(set(codes)) == 10
    assert (await sign_in(world, email)).json()["code"] == "mfa_required"
    assert (await sign_in(world, email, totp=phone.code())).status_code == 200
    state = (await world.http.get("/v1/me/mfa", headers=headers)).json()
    assert state == {"enabled": True, "pending": False, "recovery_codes_left": 10, "required": False}


async def test_the_code_that_confirmed_signs_nobody_in(
    world: World, steps: Steps, two_clients: Clients, database: Database
) -> None:
    email = await person(database, two_clients[0])
    headers = await desk_of(world, database, two_clients[0], email)
    code = Phone(steps, (await begun(world, headers)).json()["secret"]).code()
    assert (await confirmed(world, headers, code)).status_code == 200
    assert (await sign_in(world, email, totp=code)).json()["code"] == "invalid_credentials"


async def test_nothing_of_it_is_kept_in_clear(
    world: World, steps: Steps, two_clients: Clients, database: Database
) -> None:
    acme, _ = two_clients
    email = await person(database, acme)
    headers = await desk_of(world, database, acme, email)
    secret = (await begun(world, headers)).json()["secret"]
    codes = (await confirmed(world, headers, Phone(steps, secret).code())).json()["recovery_codes"]
    async with database.client(acme.client_id) as session:
        user = (await session.scalars(select(User).where(User.email == email))).one()
        hashes = [bytes(row.token_hash) for row in await session.scalars(select(AccountToken))]
    assert base64.b32decode(secret) not in bytes(user.totp_secret or b"")
    assert user.totp_pending is None
    assert len(hashes) == 10
    assert not any(code.encode() in kept for code in codes for kept in hashes)
    assert secret not in str(await acts(database, acme))


async def test_setting_up_asks_for_the_password_again(
    world: World, two_clients: Clients, database: Database
) -> None:
    headers = await desk(world, database, two_clients[0])
    wrong = await begun(world, headers, "wrong")
    assert (wrong.status_code, wrong.json()["code"]) == (401, "invalid_credentials")


async def test_wrong_passwords_and_codes_are_counted_like_sign_ins(
    world: World, steps: Steps, two_clients: Clients, database: Database
) -> None:
    email = await person(database, two_clients[0])
    headers = await desk_of(world, database, two_clients[0], email)
    await begun(world, headers)
    answers = [await confirmed(world, headers, "000000x") for _ in range(3)]
    assert {answer.json()["code"] for answer in answers} == {"invalid_credentials"}
    throttled = await begun(world, headers)
    assert (throttled.status_code, throttled.json()["code"]) == (429, "rate_limited")
    assert (await sign_in(world, email)).status_code == 429


async def test_a_second_one_cannot_be_put_in_its_place(
    world: World, steps: Steps, two_clients: Clients, database: Database
) -> None:
    headers = await desk(world, database, two_clients[0])
    await set_up(world, steps, headers)
    for again in (await begun(world, headers), await confirmed(world, headers, "123456")):
        assert (again.status_code, again.json()["code"]) == (409, "state_conflict")


async def test_nothing_begun_is_nothing_to_confirm(
    world: World, two_clients: Clients, database: Database
) -> None:
    headers = await desk(world, database, two_clients[0])
    assert (await confirmed(world, headers, "123456")).status_code == 409


async def test_setting_up_ends_the_sessions_elsewhere(
    world: World, steps: Steps, two_clients: Clients, database: Database
) -> None:
    email = await person(database, two_clients[0])
    elsewhere, here = await sign_in(world, email), await sign_in(world, email)
    await set_up(world, steps, bearer(here))
    answers = [await world.http.get("/v1/me", headers=bearer(each)) for each in (elsewhere, here)]
    assert [answer.status_code for answer in answers] == [401, 200]


async def test_a_recovery_code_signs_in_once(
    world: World, steps: Steps, two_clients: Clients, database: Database
) -> None:
    acme, _ = two_clients
    email = await person(database, acme)
    _, codes = await set_up(world, steps, await desk_of(world, database, acme, email))
    first = await sign_in(world, email, recovery_code=codes[0].upper())
    assert first.status_code == 200
    again = await sign_in(world, email, recovery_code=codes[0])
    assert (again.status_code, again.json()["code"]) == (401, "invalid_credentials")
    state = (await world.http.get("/v1/me/mfa", headers=bearer(first))).json()
    assert state["recovery_codes_left"] == 9
    assert "mfa_recovery_code_used" in [row.action for row in await acts(database, acme)]


async def test_of_two_uses_of_a_recovery_code_at_once_one_wins(
    world: World, steps: Steps, two_clients: Clients, database: Database
) -> None:
    email = await person(database, two_clients[0])
    _, codes = await set_up(world, steps, await desk_of(world, database, two_clients[0], email))
    answers = await asyncio.gather(*(sign_in(world, email, recovery_code=codes[0]) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [200, 401]


async def test_a_recovery_code_is_no_help_to_somebody_else(
    world: World, steps: Steps, two_clients: Clients, database: Database
) -> None:
    acme, globex = two_clients
    one, other = await person(database, acme), await person(database, globex)
    _, codes = await set_up(world, steps, await desk_of(world, database, acme, one))
    await set_up(world, steps, await desk_of(world, database, globex, other))
    assert (await sign_in(world, other, recovery_code=codes[0])).json()["code"] == "invalid_credentials"
    assert (await sign_in(world, one, "wrong", recovery_code=codes[0])).status_code == 401
    assert (await sign_in(world, one, recovery_code=codes[0])).status_code == 200


async def test_new_recovery_codes_take_the_place_of_the_old(
    world: World, steps: Steps, two_clients: Clients, database: Database
) -> None:
    email = await person(database, two_clients[0])
    headers = await desk_of(world, database, two_clients[0], email)
    phone, old = await set_up(world, steps, headers)
    proof = {"password": PASSWORD, "code": phone.code()}
    renewed = await world.http.post("/v1/me/mfa/recovery-codes", headers=headers, json=proof)
    new = renewed.json()["recovery_codes"]
    assert not set(old) & set(new)
    assert (await sign_in(world, email, recovery_code=old[0])).status_code == 401
    assert (await sign_in(world, email, recovery_code=new[0])).status_code == 200
    again = await world.http.post("/v1/me/mfa/recovery-codes", headers=headers, json=proof)
    assert (again.status_code, again.json()["code"]) == (401, "invalid_credentials")


@pytest.mark.parametrize("with_recovery_code", [False, True])
async def test_it_ends_by_password_and_code(
    with_recovery_code: bool, world: World, steps: Steps, two_clients: Clients, database: Database
) -> None:
    email = await person(database, two_clients[0])
    headers = await desk_of(world, database, two_clients[0], email)
    phone, codes = await set_up(world, steps, headers)
    assert (await ended(world, headers, "000000x")).status_code == 401
    assert (await ended(world, headers, phone.code(), "wrong")).status_code == 401
    assert (await ended(world, headers, codes[0] if with_recovery_code else phone.code())).status_code == 204
    assert (await sign_in(world, email)).status_code == 200
    state = (await world.http.get("/v1/me/mfa", headers=headers)).json()
    assert state == {"enabled": False, "pending": False, "recovery_codes_left": 0, "required": False}
    assert (await ended(world, headers, phone.code())).status_code == 409


async def test_a_key_has_no_second_factor(world: World, two_clients: Clients, key_for: KeyFor) -> None:
    headers = await key_for(two_clients[0])
    answers = [
        await world.http.get("/v1/me/mfa", headers=headers),
        await world.http.post("/v1/me/mfa/totp", headers=headers, json={"nonsense": 1}),
    ]
    assert [answer.status_code for answer in answers] == [403, 403]


async def test_a_platform_admin_sets_one_up_too(world: World, steps: Steps, platform_admin: str) -> None:
    headers = bearer(await sign_in(world, platform_admin))
    _, codes = await set_up(world, steps, headers)
    assert (await sign_in(world, platform_admin)).json()["code"] == "mfa_required"
    assert (await sign_in(world, platform_admin, recovery_code=codes[3])).status_code == 200
    assert (await ended(world, headers, codes[4])).status_code == 204


async def reset(world: World, headers: dict[str, str], user_id: object) -> httpx.Response:
    return await world.http.delete(f"/v1/users/{user_id}/mfa", headers=headers)


async def user_id_of(world: World, headers: dict[str, str]) -> str:
    return str((await world.http.get("/v1/me", headers=headers)).json()["user_id"])


async def test_an_admin_resets_it_for_somebody_who_lost_it(
    world: World, steps: Steps, two_clients: Clients, database: Database
) -> None:
    acme, _ = two_clients
    email = await person(database, acme)
    signed_in = await sign_in(world, email)
    user_id = await user_id_of(world, bearer(signed_in))
    _, codes = await set_up(world, steps, bearer(signed_in))
    admin = await desk(world, database, acme, Role.ADMIN)
    assert [(await reset(world, admin, user_id)).status_code for _ in range(2)] == [204, 204]
    assert (await world.http.get("/v1/me", headers=bearer(signed_in))).status_code == 401
    assert (await refresh(world, signed_in.json()["refresh_token"])).status_code == 401
    assert (await sign_in(world, email)).status_code == 200
    told = [row for row in await acts(database, acme) if row.action == "mfa_reset"]
    assert told[0].payload["user_id"] == user_id
    assert codes[0] not in str(told)


async def test_only_an_admin_of_the_client_and_never_for_oneself(
    world: World, two_clients: Clients, database: Database
) -> None:
    acme, globex = two_clients
    own = await desk(world, database, acme, Role.ADMIN)
    foreign = await desk(world, database, globex, Role.ADMIN)
    operator = await desk(world, database, acme)
    mine = await user_id_of(world, own)
    answers = [await reset(world, each, mine) for each in (own, foreign, operator)]
    assert [answer.status_code for answer in answers] == [409, 404, 403]


async def test_another_clients_person_is_out_of_reach_in_the_database_too(
    world: World, two_clients: tuple[Tenancy, Tenancy], database: Database
) -> None:
    from docflow.features.users.repository import find_holder, set_second_factor

    acme, globex = two_clients
    async with database.client(globex.client_id) as session:
        assert await find_holder(session, acme.admin_id) is None
        await set_second_factor(session, acme.admin_id, b"theirs", None)
    async with database.nobody() as session:
        assert await find_holder(session, acme.admin_id) is None
    async with database.client(acme.client_id) as session:
        holder = await find_holder(session, acme.admin_id)
    assert holder is not None
    assert holder.totp_secret is None

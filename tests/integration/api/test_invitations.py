import asyncio

import httpx
import pytest
from docflow.db.database import Database
from docflow.domain.errors import TransientError
from docflow.features.clients.models import Client
from docflow.testing.database import DatabaseUrls
from docflow.testing.factories import Tenancy
from sqlalchemy import text, update

from tests.integration.api.accounts import (
    PASSWORD,
    deliver,
    fresh_address,
    letters_to,
    outcome_of,
    platform_session,
    post,
    token_in,
)
from tests.integration.api.conftest import KeyFor, World
from tests.integration.api.test_access import Later, bearer, sign_in

Clients = tuple[Tenancy, Tenancy]


@pytest.fixture
async def admin(two_clients: Clients, key_for: KeyFor) -> dict[str, str]:
    return await key_for(two_clients[0])


async def invite(
    world: World, headers: dict[str, str], email: str, role: str = "operator", **more: object
) -> httpx.Response:
    return await post(world, "/v1/invitations", headers, email=email, role=role, **more)


async def accept(world: World, token: str, password: str = PASSWORD) -> httpx.Response:
    return await post(world, "/v1/invitations/accept", token=token, password=password)


async def test_who_is_invited_by_mail_becomes_one_of_the_clients_people(
    world: World, admin: dict[str, str], two_clients: Clients
) -> None:
    email = fresh_address()
    made = await invite(world, admin, email)
    assert (made.status_code, made.json()["state"], made.json()["created_by"]) == (201, "open", None)
    (letter,) = await letters_to(world, email)
    assert token_in(letter) == made.json()["token"]
    joined = await accept(world, token_in(letter))
    assert (joined.status_code, joined.json()["email"], joined.json()["role"]) == (201, email, "operator")
    assert joined.json()["client_id"] == str(two_clients[0].client_id)
    assert (await sign_in(world, email, PASSWORD)).status_code == 200


async def test_an_invitation_works_once(world: World, admin: dict[str, str]) -> None:
    token = (await invite(world, admin, fresh_address())).json()["token"]
    await accept(world, token)
    assert outcome_of(await accept(world, token)) == (422, "token_invalid")


async def test_of_two_who_accept_at_once_one_succeeds(world: World, admin: dict[str, str]) -> None:
    token = (await invite(world, admin, fresh_address())).json()["token"]
    answers = await asyncio.gather(*(accept(world, token) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422]


async def test_an_invitation_ends_after_seven_days(world: World, admin: dict[str, str]) -> None:
    made = (await invite(world, admin, fresh_address())).json()
    world.container.clock = Later(days=7, seconds=1)
    assert outcome_of(await accept(world, made["token"])) == (422, "token_invalid")
    (row,) = (await world.http.get("/v1/invitations", headers=admin)).json()["data"]
    assert (row["invitation_id"], row["state"]) == (made["invitation_id"], "expired")


async def test_a_revoked_invitation_is_worth_nothing(world: World, admin: dict[str, str]) -> None:
    made = (await invite(world, admin, fresh_address())).json()
    url = f"/v1/invitations/{made['invitation_id']}"
    assert (await world.http.delete(url, headers=admin)).status_code == 204
    assert (await world.http.delete(url, headers=admin)).status_code == 404
    assert outcome_of(await accept(world, made["token"])) == (422, "token_invalid")
    assert (await world.http.get("/v1/invitations", headers=admin)).json()["data"] == []


async def test_an_accepted_invitation_cannot_be_revoked(world: World, admin: dict[str, str]) -> None:
    made = (await invite(world, admin, fresh_address())).json()
    await accept(world, made["token"])
    answer = await world.http.delete(f"/v1/invitations/{made['invitation_id']}", headers=admin)
    assert outcome_of(answer) == (409, "state_conflict")


async def test_a_second_invitation_to_an_address_ends_the_first(world: World, admin: dict[str, str]) -> None:
    email = fresh_address()
    first, second = [(await invite(world, admin, email)).json()["token"] for _ in range(2)]
    assert outcome_of(await accept(world, first)) == (422, "token_invalid")
    assert (await accept(world, second)).status_code == 201


async def test_a_token_names_no_other_client(
    world: World, admin: dict[str, str], two_clients: Clients
) -> None:
    acme, globex = two_clients
    token = (await invite(world, admin, fresh_address())).json()["token"]
    forged = token.replace(acme.client_id.hex, globex.client_id.hex)
    for wrong in (forged, token[:-1], token.replace("dft_", "dfr_"), "x", f"dft_{'0' * 32}_{'a' * 64}"):
        assert outcome_of(await accept(world, wrong)) == (422, "token_invalid")
    assert (await accept(world, token)).status_code == 201


async def test_a_refused_password_leaves_the_invitation_open(world: World, admin: dict[str, str]) -> None:
    token = (await invite(world, admin, fresh_address())).json()["token"]
    refused = await accept(world, token, "password1!")
    assert outcome_of(refused) == (422, "validation_failed")
    assert refused.json()["errors"] == [{"pointer": "/password", "message": "is too easy to guess"}]
    assert (await accept(world, token)).status_code == 201


async def test_an_address_of_another_client_is_refused_at_the_end_like_a_bad_token(
    world: World, admin: dict[str, str], two_clients: Clients, key_for: KeyFor
) -> None:
    """Addresses are unique over all clients; inviting one tells nobody that it has an account elsewhere."""
    email = fresh_address()
    elsewhere = (await invite(world, await key_for(two_clients[1]), email)).json()["token"]
    await accept(world, elsewhere)
    made = await invite(world, admin, email)
    assert made.status_code == 201
    assert outcome_of(await accept(world, made.json()["token"])) == (422, "token_invalid")


async def test_one_of_the_clients_people_is_not_invited_again(world: World, admin: dict[str, str]) -> None:
    email = fresh_address()
    await accept(world, (await invite(world, admin, email)).json()["token"])
    assert outcome_of(await invite(world, admin, email)) == (409, "state_conflict")


async def test_a_repeated_invitation_is_not_made_twice_and_hides_the_token(
    world: World, admin: dict[str, str]
) -> None:
    email, headers = fresh_address(), {**admin, "Idempotency-Key": "invite-1"}
    first, again = [await invite(world, headers, email) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 201)
    assert "token" in first.json() and "token" not in again.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert len(await letters_to(world, email)) == 1


async def test_a_platform_admin_invites_a_clients_first_admin(
    world: World, two_clients: Clients, database_urls: DatabaseUrls
) -> None:
    platform = await platform_session(world, database_urls)
    email = fresh_address()
    client_id = str(two_clients[1].client_id)
    made = await invite(world, platform, email, "admin", client_id=client_id)
    assert (made.status_code, made.json()["client_id"]) == (201, client_id)
    joined = await accept(world, token_in((await letters_to(world, email))[0]))
    assert (joined.json()["role"], joined.json()["client_id"]) == ("admin", client_id)


async def test_nobody_joins_a_suspended_client(
    world: World, admin: dict[str, str], two_clients: Clients, database: Database
) -> None:
    acme, _ = two_clients
    token = (await invite(world, admin, fresh_address())).json()["token"]
    for status, expected in (("suspended", 422), ("active", 201)):
        async with database.client(acme.client_id) as session:
            await session.execute(update(Client).values(status=status))
        assert (await accept(world, token)).status_code == expected


async def test_who_joined_confirms_the_address_by_a_second_letter(
    world: World, admin: dict[str, str]
) -> None:
    """Whoever invited saw the first token too, so it proves no address."""
    email = fresh_address()
    joined = (await accept(world, (await invite(world, admin, email)).json()["token"])).json()
    assert joined["email_verified_at"] is None
    letter = (await letters_to(world, email))[-1]
    assert "/verify#token=" in letter.text
    confirmed = await post(world, "/v1/auth/email/verify", token=token_in(letter))
    again = await post(world, "/v1/auth/email/verify", token=token_in(letter))
    assert (confirmed.status_code, outcome_of(again)) == (204, (422, "token_invalid"))
    shown = (await world.http.get(f"/v1/users/{joined['user_id']}", headers=admin)).json()
    assert shown["email_verified_at"] is not None


async def test_the_letter_to_confirm_can_be_sent_again_until_it_is_confirmed(
    world: World, admin: dict[str, str]
) -> None:
    email = fresh_address()
    await accept(world, (await invite(world, admin, email)).json()["token"])
    await deliver(world)
    me = bearer(await sign_in(world, email, PASSWORD))
    assert (await post(world, "/v1/auth/email/resend", me)).status_code == 202
    old, new = [token_in(letter) for letter in (await letters_to(world, email))[-2:]]
    assert outcome_of(await post(world, "/v1/auth/email/verify", token=old)) == (422, "token_invalid")
    assert (await post(world, "/v1/auth/email/verify", token=new)).status_code == 204
    before = len(await letters_to(world, email))
    assert (await post(world, "/v1/auth/email/resend", me)).status_code == 202
    assert len(await letters_to(world, email)) == before


async def test_no_token_is_readable_at_rest(
    world: World, admin: dict[str, str], two_clients: Clients
) -> None:
    email = fresh_address()
    token = (await invite(world, admin, email)).json()["token"]
    async with world.container.database.client(two_clients[0].client_id) as session:
        tables = [
            str(list(await session.scalars(text(f"SELECT {name}::text FROM {name}"))))
            for name in ("mails", "account_tokens", "outbox", "idempotency_keys")
        ]
    secret = token.rpartition("_")[2]
    assert not any(secret in rows or secret.encode().hex() in rows for rows in tables)
    assert email not in tables[0] + tables[2]


async def test_a_letter_waits_while_the_mail_server_is_away(world: World, admin: dict[str, str]) -> None:
    email = fresh_address()
    await deliver(world)
    await invite(world, admin, email)
    world.container.mail.refusal = TransientError(code="mail_unavailable", after_s=0)
    assert await deliver(world) == ["pending"]
    world.container.mail.refusal = None
    assert await letters_to(world, email) == []
    async with world.container.database.nobody() as session:
        assert await session.scalar(text("SELECT count(*) FROM take_mails(10, 0)")) == 0

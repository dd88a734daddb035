import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from docflow.db.database import Database
from docflow.domain.ids import new_id
from docflow.features.users.models import RefreshSession, User
from docflow.features.users.repository import SessionRepository
from docflow.features.users.totp import STEP_S, code_at
from docflow.testing.database import DatabaseUrls
from docflow.testing.factories import Tenancy
from sqlalchemy import event, select, text, update

from tests.integration.api.accounts import (
    OTHER,
    PASSWORD,
    deliver,
    fresh_address,
    letters_to,
    outcome_of,
    platform_admin,
    post,
    token_in,
)
from tests.integration.api.conftest import KeyFor, World
from tests.integration.api.test_access import Later, bearer, person, refresh, sign_in
from tests.integration.api.test_sessions import acts

Clients = tuple[Tenancy, Tenancy]
SECRET = b"a secret of 20 bytes"


@pytest.fixture
async def email(two_clients: Clients, database: Database) -> str:
    return await person(database, two_clients[0])


async def forgot(world: World, email: str) -> httpx.Response:
    return await post(world, "/v1/auth/password/forgot", email=email)


async def reset(world: World, token: str, password: str = PASSWORD) -> httpx.Response:
    return await post(world, "/v1/auth/password/reset", token=token, password=password)


async def asked(world: World, email: str) -> str:
    """The token of the newest letter."""
    assert (await forgot(world, email)).status_code == 202
    return token_in((await letters_to(world, email))[-1])


async def test_a_forgotten_password_is_chosen_anew_by_mail(world: World, email: str) -> None:
    before = await sign_in(world, email)
    assert (await reset(world, await asked(world, email.upper().lower()))).status_code == 204
    assert (await sign_in(world, email, PASSWORD)).status_code == 200
    assert outcome_of(await sign_in(world, email)) == (401, "invalid_credentials")
    assert (await world.http.get("/v1/me", headers=bearer(before))).status_code == 401
    assert (await refresh(world, before.json()["refresh_token"])).status_code == 401


async def test_the_owner_is_told_that_the_password_was_changed(world: World, email: str) -> None:
    await reset(world, await asked(world, email))
    assert (await letters_to(world, email))[-1].subject == "Your password was changed"


async def test_a_token_works_once_however_many_use_it_at_once(world: World, email: str) -> None:
    token = await asked(world, email)
    answers = await asyncio.gather(*(reset(world, token) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [204, 422, 422]
    assert outcome_of(await reset(world, token)) == (422, "token_invalid")


async def test_a_token_ends_after_thirty_minutes(world: World, email: str) -> None:
    token = await asked(world, email)
    world.container.clock = Later(minutes=30, seconds=1)
    assert outcome_of(await reset(world, token)) == (422, "token_invalid")


async def test_only_the_newest_token_works(world: World, email: str) -> None:
    old = await asked(world, email)
    new = await asked(world, email)
    assert outcome_of(await reset(world, old)) == (422, "token_invalid")
    assert (await reset(world, new)).status_code == 204


async def test_a_token_is_bound_to_its_purpose(world: World, email: str) -> None:
    token = await asked(world, email)
    for path in ("/v1/auth/email/verify", "/v1/invitations/accept"):
        assert outcome_of(await post(world, path, token=token, password=PASSWORD)) == (422, "token_invalid")
    assert (await reset(world, token)).status_code == 204


async def test_a_refused_password_leaves_the_token_usable(world: World, email: str) -> None:
    token = await asked(world, email)
    assert outcome_of(await reset(world, token, "qwertyuiop")) == (422, "validation_failed")
    assert (await reset(world, token)).status_code == 204


async def test_a_disabled_person_gets_no_letter_and_a_token_of_before_is_worth_nothing(
    world: World, email: str, two_clients: Clients, database: Database
) -> None:
    token = await asked(world, email)
    async with database.client(two_clients[0].client_id) as session:
        await session.execute(update(User).where(User.email == email).values(status="inactive"))
    assert outcome_of(await reset(world, token)) == (422, "token_invalid")
    await forgot(world, email)
    assert await deliver(world) == ["dropped"]


async def test_a_reset_does_not_pass_the_second_factor(
    world: World, email: str, two_clients: Clients, database: Database
) -> None:
    sealed = world.container.sealing.seal(SECRET)
    async with database.client(two_clients[0].client_id) as session:
        await session.execute(update(User).where(User.email == email).values(totp_secret=sealed))
    await reset(world, await asked(world, email))
    assert outcome_of(await sign_in(world, email, PASSWORD)) == (401, "mfa_required")
    code = code_at(SECRET, int(datetime.now(UTC).timestamp()) // STEP_S)
    assert (await sign_in(world, email, PASSWORD, totp=code)).status_code == 200


async def statements_of(world: World, email: str) -> Sequence[str]:
    """The SQL that one request for a letter makes."""
    seen: list[str] = []
    engine = world.container.database.engine.sync_engine

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        assert (await forgot(world, email)).status_code == 202
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return seen


async def test_asking_does_the_same_for_known_and_unknown_addresses(world: World, email: str) -> None:
    known = await statements_of(world, email)
    unknown = await statements_of(world, fresh_address())
    assert known == unknown
    assert len(known) == 1


async def test_nobody_is_flooded_with_letters(world: World, email: str) -> None:
    await deliver(world)
    assert {(await forgot(world, email)).status_code for _ in range(8)} == {202}
    assert await deliver(world) == ["sent"] * 5


async def test_an_unknown_address_leaves_nothing_behind(world: World, database: Database) -> None:
    address = fresh_address()
    await forgot(world, address)
    assert await deliver(world) == ["dropped"]
    assert await letters_to(world, address) == []
    async with database.nobody() as session:
        assert await session.scalar(text("SELECT count(*) FROM mails")) == 0


async def test_a_platform_admin_chooses_a_new_password_too(world: World, database_urls: DatabaseUrls) -> None:
    address = platform_admin(database_urls)
    before = await sign_in(world, address)
    assert (await reset(world, await asked(world, address))).status_code == 204
    assert (await world.http.get("/v1/me", headers=bearer(before))).status_code == 401
    assert (await sign_in(world, address, PASSWORD)).status_code == 200


async def change(world: World, headers: dict[str, str], current: str, new: str) -> httpx.Response:
    return await post(world, "/v1/auth/password/change", headers, current_password=current, password=new)


async def test_a_password_is_changed_by_who_knows_it(world: World, email: str) -> None:
    me = bearer(await sign_in(world, email))
    wrong = await change(world, me, "password124", PASSWORD)
    assert (outcome_of(wrong), wrong.json()["errors"][0]["pointer"]) == (
        (422, "validation_failed"),
        "/current_password",
    )
    assert (await change(world, me, "password123", PASSWORD)).status_code == 204
    assert (await world.http.get("/v1/me", headers=me)).status_code == 401
    assert (await sign_in(world, email, PASSWORD)).status_code == 200


async def test_a_wrong_current_password_stands_in_the_clients_audit(
    world: World, email: str, database: Database, two_clients: Clients
) -> None:
    me = bearer(await sign_in(world, email))
    await change(world, me, "password124", PASSWORD)
    assert [row.action for row in await acts(database, two_clients[0])] == ["login", "login_failed"]


async def test_a_platform_admin_changes_a_password(world: World, database_urls: DatabaseUrls) -> None:
    address = platform_admin(database_urls)
    me = bearer(await sign_in(world, address))
    assert (await change(world, me, "password123", OTHER)).status_code == 204
    assert (await sign_in(world, address, OTHER)).status_code == 200


async def test_a_changed_password_ends_the_tokens_that_were_mailed(world: World, email: str) -> None:
    token = await asked(world, email)
    await change(world, bearer(await sign_in(world, email)), "password123", OTHER)
    assert outcome_of(await reset(world, token)) == (422, "token_invalid")


async def test_guessing_the_current_password_is_slowed_down(world: World, email: str) -> None:
    me = bearer(await sign_in(world, email))
    answers = [await change(world, me, "wrong", PASSWORD) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [422, 422, 422, 429]


async def test_a_key_has_no_password(world: World, two_clients: Clients, key_for: KeyFor) -> None:
    key = await key_for(two_clients[0])
    assert outcome_of(await change(world, key, "password123", PASSWORD)) == (403, "forbidden")
    assert outcome_of(await post(world, "/v1/auth/email/resend", key)) == (403, "forbidden")


async def test_a_reset_confirms_the_address_it_was_sent_to(
    world: World, email: str, two_clients: Clients, database: Database
) -> None:
    await reset(world, await asked(world, email))
    async with database.client(two_clients[0].client_id) as session:
        assert await session.scalar(select(User.email_verified_at).where(User.email == email)) is not None


async def test_a_refresh_under_way_does_not_outlive_the_sessions_that_end(
    world: World, email: str, two_clients: Clients, database: Database
) -> None:
    """Its successor is not there yet when the sessions are looked for."""
    client_id = two_clients[0].client_id
    await sign_in(world, email)
    at = datetime.now(UTC)
    async with database.client(client_id) as refreshing:
        (old,) = await refreshing.scalars(select(RefreshSession).with_for_update())
        refreshing.add(
            RefreshSession(
                session_id=new_id(),
                client_id=client_id,
                user_id=old.user_id,
                family_id=old.family_id,
                token_hash=b"successor of " + old.token_hash,
                expires_at=old.expires_at,
            )
        )
        await refreshing.flush()
        ending = asyncio.create_task(end_sessions(database, client_id, old.user_id, at))
        await asyncio.sleep(0.1)
        assert not ending.done()
    await ending
    async with database.client(client_id) as session:
        revoked = list(await session.scalars(select(RefreshSession.revoked_at)))
    assert revoked == [at, at]


async def end_sessions(database: Database, client_id: UUID, user_id: UUID, at: datetime) -> None:
    async with database.client(client_id) as session:
        await SessionRepository(session, client_id).end_all(user_id, at)

"""Letters about accounts are in the language of who reads them."""

from uuid import UUID

import pytest
from docflow.db.database import Database
from docflow.domain.notifying import Language
from docflow.domain.stages import Role
from docflow.features.notifications.preferences import write_in
from docflow.testing.database import DatabaseUrls

from tests.integration.api.accounts import (
    OTHER,
    PASSWORD,
    deliver,
    fresh_address,
    letters_to,
    platform_admin,
    post,
    token_in,
)
from tests.integration.api.conftest import KeyFor, World
from tests.integration.api.desks import desk, desk_of
from tests.integration.api.test_access import bearer, person, sign_in
from tests.integration.api.test_second_factor import user_id_of
from tests.integration.api.test_sessions import Clients


async def subjects(world: World, email: str) -> list[str]:
    return [letter.subject for letter in await letters_to(world, email)]


async def speaks_german(world: World, database: Database, client_id: UUID, headers: dict[str, str]) -> None:
    user_id = UUID(await user_id_of(world, headers))
    async with database.client(client_id) as session:
        await write_in(session, client_id, user_id, Language.DE)


async def test_who_chose_german_gets_every_letter_in_it(
    world: World, two_clients: Clients, database: Database
) -> None:
    acme, _ = two_clients
    email = await person(database, acme)
    headers = await desk_of(world, database, acme, email)
    await speaks_german(world, database, acme.client_id, headers)
    await post(world, "/v1/auth/email/resend", headers)
    await post(world, "/v1/auth/password/forgot", email=email)
    letters = {letter.subject: letter for letter in await letters_to(world, email)}
    assert set(letters) == {"Bestätigen Sie Ihre Adresse", "Wählen Sie ein neues Passwort"}
    token = token_in(letters["Wählen Sie ein neues Passwort"])
    assert (await post(world, "/v1/auth/password/reset", token=token, password=PASSWORD)).status_code == 204
    assert (await subjects(world, email))[-1] == "Ihr Passwort wurde geändert"


async def test_who_chose_nothing_and_a_platform_admin_are_written_to_in_english(
    world: World, two_clients: Clients, database: Database, database_urls: DatabaseUrls
) -> None:
    for email in (await person(database, two_clients[0]), platform_admin(database_urls)):
        await post(world, "/v1/auth/password/forgot", email=email)
        assert await subjects(world, email) == ["Choose a new password"]


@pytest.mark.parametrize(("chosen", "german"), [("de", True), ("en", False), (None, True)])
async def test_an_invitation_is_in_the_chosen_language_else_in_the_inviters(
    chosen: str | None, german: bool, world: World, two_clients: Clients, database: Database
) -> None:
    acme, _ = two_clients
    admin, email = await desk(world, database, acme, Role.ADMIN), fresh_address()
    await speaks_german(world, database, acme.client_id, admin)
    given = {"language": chosen} if chosen else {}
    made = await post(world, "/v1/invitations", admin, email=email, role="viewer", **given)
    assert made.status_code == 201
    (subject,) = await subjects(world, email)
    assert subject.startswith("Einladung zu") is german


async def test_the_language_of_the_invitation_stays_that_of_the_persons_letters(
    world: World, two_clients: Clients, database: Database, key_for: KeyFor
) -> None:
    key, email = await key_for(two_clients[0]), fresh_address()
    made = await post(world, "/v1/invitations", key, email=email, role="viewer", language="de")
    await deliver(world)
    await post(world, "/v1/invitations/accept", token=made.json()["token"], password=OTHER)
    assert (await subjects(world, email))[-1] == "Bestätigen Sie Ihre Adresse"
    headers = bearer(await sign_in(world, email, OTHER))
    kept = (await world.http.get("/v1/me/notification-preferences", headers=headers)).json()
    assert kept["language"] == "de"
    assert kept["in_app"]


async def test_a_language_that_there_is_not_is_refused(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    key = await key_for(two_clients[0])
    answer = await post(world, "/v1/invitations", key, email=fresh_address(), role="viewer", language="fr")
    assert answer.status_code == 422

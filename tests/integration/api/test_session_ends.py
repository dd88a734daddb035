"""Sessions end by themselves, and nothing is kept of them for long."""

from datetime import UTC, datetime, timedelta

import pytest
from docflow.db.database import Database
from docflow.domain.errors import Unauthorized
from docflow.features.users.models import RefreshSession
from docflow.features.users.periodic import sweep_accounts
from docflow.features.users.service import Accounts, SignedIn
from docflow.features.users.throttle import Throttle
from docflow.features.users.tokens import AccessTokens
from docflow.testing.passwords import quick_passwords
from sqlalchemy import func, select

from tests.integration.api.test_access import person
from tests.integration.api.test_account_races import PASSWORD, PLACE, SEALING
from tests.integration.api.test_sessions import Clients

NOW = datetime.now(UTC)
DAY = timedelta(days=1)


@pytest.fixture
def accounts(database: Database) -> Accounts:
    return Accounts(
        database,
        quick_passwords(),
        AccessTokens("s" * 43, issuer="docflow", audience="docflow-api", ttl_s=900),
        sealing=SEALING,
        successor_keys=[b"k" * 32],
        refresh_ttl_s=30 * 86_400,
        session_s=90 * 86_400,
        throttle=Throttle(None),
    )


async def signed_in(accounts: Accounts, database: Database, clients: Clients, at: datetime) -> SignedIn:
    email = await person(database, clients[0])
    return await accounts.login(email, PASSWORD, address=PLACE, agent="", at=at)


async def used(accounts: Accounts, session: SignedIn, at: datetime) -> SignedIn:
    return await accounts.refresh(session.refresh_token, address=PLACE, agent="", at=at)


async def test_a_session_ends_a_while_after_its_last_use(
    accounts: Accounts, database: Database, two_clients: Clients
) -> None:
    session = await used(accounts, await signed_in(accounts, database, two_clients, NOW), NOW + 20 * DAY)
    with pytest.raises(Unauthorized):
        await used(accounts, session, NOW + 51 * DAY)


async def test_using_a_session_does_not_put_off_its_last_day(
    accounts: Accounts, database: Database, two_clients: Clients
) -> None:
    session = await signed_in(accounts, database, two_clients, NOW)
    for day in (25, 50, 75, 89):
        session = await used(accounts, session, NOW + day * DAY)
    with pytest.raises(Unauthorized):
        await used(accounts, session, NOW + 91 * DAY)


async def test_what_expired_is_swept_and_what_was_ended_stays_shut(
    accounts: Accounts, database: Database, two_clients: Clients
) -> None:
    session = await signed_in(accounts, database, two_clients, NOW - 40 * DAY)
    session = await used(accounts, session, NOW - 15 * DAY)
    await accounts.logout(session.refresh_token, at=NOW)
    async with database.nobody() as sweeping:
        await sweep_accounts(sweeping)
    async with database.client(two_clients[0].client_id) as looking:
        assert await looking.scalar(select(func.count()).select_from(RefreshSession)) == 1
    with pytest.raises(Unauthorized):
        await used(accounts, session, NOW)

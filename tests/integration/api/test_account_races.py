"""What is proven is still so when it takes effect: passwords are compared for a while, and others act meanwhile."""

import asyncio
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count

import pytest
from docflow.adapters.sealing.fernet import FernetSealing
from docflow.db.database import Database
from docflow.domain.access import Caller
from docflow.domain.errors import Conflict, Unauthorized
from docflow.domain.stages import Role
from docflow.features.users.passwords import Passwords
from docflow.features.users.repository import Holder, find_holder, find_login, set_second_factor
from docflow.features.users.second_factor import SecondFactors
from docflow.features.users.service import Accounts
from docflow.features.users.throttle import Throttle, account_of
from docflow.features.users.tokens import AccessTokens
from docflow.features.users.totp import STEP_S, code_at
from docflow.testing.database import DatabaseUrls
from docflow.testing.passwords import quick_hash, quick_passwords

from tests.integration.api.accounts import platform_admin
from tests.integration.api.test_access import person
from tests.integration.api.test_sessions import Clients

PASSWORD = "password123"
PLACE = "10.1.1.1"
SEALING = FernetSealing(["s" * 43])
SECRET = b"s" * 20


class Held:
    """Compares a password when it is told to."""

    def __init__(self) -> None:
        self.begun, self.go = threading.Event(), threading.Event()

    def compare(self, password: str, stored: str) -> tuple[bool, str | None]:
        self.begun.set()
        assert self.go.wait(20)
        return quick_hash(password) == stored, None


@pytest.fixture
def held() -> Iterator[Held]:
    one = Held()
    yield one
    one.go.set()


def accounts(
    database: Database, passwords: Passwords | None = None, throttle: Throttle | None = None
) -> Accounts:
    return Accounts(
        database,
        passwords or quick_passwords(),
        AccessTokens("s" * 43, issuer="docflow", audience="docflow-api", ttl_s=900),
        sealing=SEALING,
        successor_keys=[b"k" * 32],
        refresh_ttl_s=3600,
        throttle=throttle or Throttle(None),
    )


async def holder_of(database: Database, email: str) -> Holder:
    async with database.nobody() as session:
        login = await find_login(session, email)
    assert login is not None
    async with database.of(login.client_id) as session:
        holder = await find_holder(session, login.user_id)
    assert holder is not None
    return holder


def caller_of(holder: Holder) -> Caller:
    name = f"user:{holder.user_id}"
    return Caller(name, holder.client_id, frozenset(), user_id=holder.user_id, role=holder.role)


async def turn_on(database: Database, holder: Holder, *, pending: bytes | None = None) -> None:
    async with database.of(holder.client_id) as session:
        sealed = SEALING.seal(SECRET)
        await set_second_factor(session, holder.user_id, sealed, pending)


@pytest.mark.parametrize("is_platform", [False, True])
async def test_a_sign_in_under_way_does_not_pass_a_factor_that_was_turned_on(
    is_platform: bool, held: Held, two_clients: Clients, database: Database, database_urls: DatabaseUrls
) -> None:
    email = platform_admin(database_urls) if is_platform else await person(database, two_clients[0])
    signing_in = asyncio.create_task(
        accounts(database, Passwords(compare=held.compare)).login(
            email, PASSWORD, address=PLACE, agent="", at=datetime.now(UTC)
        )
    )
    assert await asyncio.to_thread(held.begun.wait, 20)
    await turn_on(database, await holder_of(database, email))
    held.go.set()
    with pytest.raises(Unauthorized) as refused:
        await signing_in
    assert refused.value.code == "invalid_credentials"


async def test_setting_one_up_does_not_turn_off_what_another_tab_turned_on(
    held: Held, two_clients: Clients, database: Database
) -> None:
    holder = await holder_of(database, await person(database, two_clients[0]))
    factors = SecondFactors(database, accounts(database, Passwords(compare=held.compare)), SEALING)
    beginning = asyncio.create_task(
        factors.begin(caller_of(holder), PASSWORD, address=PLACE, at=datetime.now(UTC))
    )
    assert await asyncio.to_thread(held.begun.wait, 20)
    await turn_on(database, holder)
    held.go.set()
    with pytest.raises(Conflict):
        await beginning
    assert (await holder_of(database, holder.email)).totp_secret is not None


class Watching:
    """Sees how many tries are under way while a code is compared."""

    def __init__(self, throttle: Throttle, email: str) -> None:
        self._throttle = throttle
        self._account = account_of(email)
        self.under_way: list[int] = []

    def seal(self, plain: bytes) -> bytes:
        return SEALING.seal(plain)

    def open(self, sealed: bytes) -> bytes:
        with self._throttle.trying(self._account, PLACE) as before:
            self.under_way.append(before)
        return SEALING.open(sealed)


async def test_a_code_is_under_way_until_it_is_judged(two_clients: Clients, database: Database) -> None:
    """Else a burst of codes slips in before the first of them is counted."""
    email = await person(database, two_clients[0], Role.ADMIN)
    throttle = Throttle(3)
    watching = Watching(throttle, email)
    factors = SecondFactors(database, accounts(database, throttle=throttle), watching)
    at, caller = datetime.now(UTC), caller_of(await holder_of(database, email))
    await factors.begin(caller, PASSWORD, address=PLACE, at=at)
    with pytest.raises(Unauthorized):
        await factors.confirm(caller, "000000x", address=PLACE, at=at)
    await turn_on(database, await holder_of(database, email))
    with pytest.raises(Unauthorized):
        await factors.end(caller, PASSWORD, "000000x", address=PLACE, at=at)
    assert watching.under_way == [1, 1]


async def test_after_the_end_of_one_the_next_can_be_confirmed_at_once(
    two_clients: Clients, database: Database
) -> None:
    holder = await holder_of(database, await person(database, two_clients[0]))
    serial = count(97)
    factors = SecondFactors(
        database, accounts(database), SEALING, random=lambda length: bytes([next(serial)]) * length
    )
    caller, at = caller_of(holder), datetime.now(UTC)
    step = int(at.timestamp()) // STEP_S
    await turn_on(database, holder)
    await factors.end(caller, PASSWORD, code_at(SECRET, step), address=PLACE, at=at)
    await factors.begin(caller, PASSWORD, address=PLACE, at=at)
    codes = await factors.confirm(caller, code_at(b"a" * 20, step), address=PLACE, at=at)
    assert len(codes) == 10

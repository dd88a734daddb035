"""What slows down whoever guesses passwords, and what it does not stand in the way of."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import bcrypt
import pytest
from docflow.db.database import Database
from docflow.domain.errors import Unauthorized
from docflow.features.users.models import LoginAttempt, User
from docflow.features.users.passwords import Passwords
from docflow.features.users.recovery_codes import RecoveryCodes
from docflow.features.users.repository import find_login, set_second_factor
from docflow.features.users.service import Accounts
from docflow.features.users.throttle import ADDRESS_SHARE, FIRST_WAIT_S, Throttle, account_of, origin_of
from docflow.features.users.tokens import AccessTokens
from docflow.features.users.totp import STEP_S, code_at
from docflow.testing.database import DatabaseUrls
from docflow.testing.factories import Tenancy, add_user
from docflow.testing.passwords import quick_hash
from sqlalchemy import create_engine, select, text
from sqlalchemy.pool import NullPool

from tests.integration.api.accounts import fresh_address, outcome_of, platform_admin
from tests.integration.api.conftest import World
from tests.integration.api.test_access import person, sign_in

Clients = tuple[Tenancy, Tenancy]
LIMIT = 3


def come_from(world: World, address: str) -> None:
    world.http._transport.client = (address, 1)


@pytest.fixture(autouse=True)
def home(world: World) -> str:
    """An address of the test's own."""
    address = f"10.{uuid4().int % 250}.{uuid4().int % 250}.5"
    come_from(world, address)
    return address


@pytest.fixture
async def email(two_clients: Clients, database: Database) -> str:
    return await person(database, two_clients[0])


async def failed(
    database: Database, count: int, *, email: str, address: str, ago_s: float = 0.0, good: bool = False
) -> None:
    """As if so many tries had been made then."""
    at = datetime.now(UTC) - timedelta(seconds=ago_s)
    rows = [
        LoginAttempt(account=account_of(email), address=address, succeeded=good, created_at=at)
        for _ in range(count)
    ]
    async with database.nobody() as session:
        session.add_all(rows)


async def test_the_right_password_from_another_address_gets_in(
    world: World, email: str, database: Database, home: str
) -> None:
    await failed(database, LIMIT, email=email, address=home)
    assert outcome_of(await sign_in(world, email)) == (429, "rate_limited")
    come_from(world, "192.0.2.77")
    assert (await sign_in(world, email)).status_code == 200


async def test_a_wait_ends(world: World, email: str, database: Database, home: str) -> None:
    await failed(database, LIMIT, email=email, address=home, ago_s=FIRST_WAIT_S + 1)
    assert (await sign_in(world, email)).status_code == 200


async def test_the_wait_grows_with_each_failure(
    world: World, email: str, database: Database, home: str
) -> None:
    waits = []
    for _ in range(3):
        await failed(database, LIMIT if not waits else 1, email=email, address=home)
        waits.append(int((await sign_in(world, email)).headers["retry-after"]))
    assert waits == pytest.approx([15, 30, 60], abs=7)


async def test_signing_in_forgets_the_failures_before_it(
    world: World, email: str, database: Database, home: str
) -> None:
    await failed(database, LIMIT - 1, email=email, address=home, ago_s=60)
    assert (await sign_in(world, email)).status_code == 200
    await failed(database, LIMIT - 1, email=email, address=home)
    assert (await sign_in(world, email)).status_code == 200


async def test_an_address_that_tries_many_accounts_waits(
    world: World, email: str, database: Database, home: str
) -> None:
    for _ in range(ADDRESS_SHARE * LIMIT):
        await failed(database, 1, email=fresh_address(), address=home)
    assert outcome_of(await sign_in(world, email)) == (429, "rate_limited")


async def test_an_unknown_account_waits_like_a_known_one(world: World, database: Database, home: str) -> None:
    address = fresh_address()
    answers = [await sign_in(world, address) for _ in range(LIMIT + 1)]
    assert [answer.status_code for answer in answers] == [401] * LIMIT + [429]


async def test_a_burst_does_not_slip_in_before_the_first_is_judged(world: World, email: str) -> None:
    answers = await asyncio.gather(*(sign_in(world, email, f"guess-{n}") for n in range(12)))
    statuses = [answer.status_code for answer in answers]
    # One that ends while another is judged counts twice for that one, which may be refused early.
    assert 1 <= statuses.count(401) <= LIMIT
    assert set(statuses) == {401, 429}


async def test_an_account_that_is_tried_from_everywhere_is_answered_more_slowly(
    email: str, database: Database
) -> None:
    for n in range(2 * LIMIT + 1):
        await failed(database, 1, email=email, address=f"198.51.100.{n}")
    throttle, account = Throttle(LIMIT), account_of(email)
    async with database.nobody() as session:
        assert await throttle.judge(session, account, "203.0.113.9", 0) == 0.5


async def test_limits_can_be_lifted(email: str, database: Database, home: str) -> None:
    await failed(database, 100, email=email, address=home)
    throttle = Throttle(None)
    async with database.nobody() as session:
        assert await throttle.judge(session, account_of(email), home, 0) == 0


async def test_ends_of_sign_ins_are_counted_and_unknown_addresses_leave_no_clients_row(
    world: World, email: str, database: Database
) -> None:
    async def rows() -> int:
        async with database.nobody() as session:
            return int(await session.scalar(text("SELECT count(*) FROM take_outbox(1000, 0)")) or 0)

    before = await rows()
    await sign_in(world, fresh_address())
    assert await rows() == before
    await sign_in(world, email, "wrong")
    await sign_in(world, email)
    shown = (await world.http.get("/metrics")).text
    for outcome in ("unknown", "failed", "succeeded"):
        assert f'docflow_logins_total{{outcome="{outcome}"}} 1.0' in shown
    assert email not in shown


async def test_an_old_hash_is_replaced_at_the_next_sign_in(
    world: World, two_clients: Clients, database: Database
) -> None:
    old = bcrypt.hashpw(b"password123", bcrypt.gensalt(4)).decode()
    acme, _ = two_clients
    email = fresh_address()
    await add_user(database, acme.client_id, email=email, password_hash=old)
    assert (await sign_in(world, email)).status_code == 200
    async with database.client(acme.client_id) as session:
        new = await session.scalar(select(User.password_hash).where(User.email == email))
    assert new is not None and new.startswith("$argon2id$")
    assert (await sign_in(world, email)).status_code == 200


async def test_an_old_hash_of_a_platform_admin_is_replaced_too(
    world: World, database_urls: DatabaseUrls
) -> None:
    old = bcrypt.hashpw(b"password123", bcrypt.gensalt(4)).decode()
    email = platform_admin(database_urls)
    engine = create_engine(database_urls.admin, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE users SET password_hash = :old WHERE email = :email"), {"old": old, "email": email}
        )
    assert (await sign_in(world, email)).status_code == 200
    with engine.begin() as connection:
        new = connection.scalar(
            text("SELECT password_hash FROM users WHERE email = :email"), {"email": email}
        )
    engine.dispose()
    assert str(new).startswith("$argon2id$")


async def test_a_password_that_was_changed_while_it_was_compared_signs_nobody_in(
    world: World, email: str, database: Database, database_urls: DatabaseUrls
) -> None:
    """The sign-in read the old hash; what it proves has ended by the time it would open a session."""

    def compare_slowly(password: str, stored: str) -> tuple[bool, str | None]:
        judged = quick_hash(password) == stored, None
        engine = create_engine(database_urls.admin, poolclass=NullPool)
        with engine.begin() as connection:
            connection.execute(text("UPDATE users SET password_hash = 'new' WHERE email = :e"), {"e": email})
        engine.dispose()
        return judged

    accounts = Accounts(
        database,
        Passwords(compare=compare_slowly, make=quick_hash),
        AccessTokens("s" * 43, issuer="docflow", audience="docflow-api", ttl_s=900),
        sealing=world.container.sealing,
        successor_keys=[b"k"],
        refresh_ttl_s=60,
        throttle=Throttle(None),
    )
    with pytest.raises(Unauthorized) as refused:
        await accounts.login(email, "password123", address="", agent="", at=datetime.now(UTC))
    assert refused.value.code == "invalid_credentials"


async def test_codes_are_not_tried_out_from_many_addresses(
    world: World, email: str, database: Database, two_clients: Clients
) -> None:
    """Whoever gets as far as a code has the password: the account's codes wait, wherever they come from."""
    acme, _ = two_clients
    secret, at = b"s" * 20, datetime.now(UTC)
    async with database.nobody() as session:
        login = await find_login(session, email)
    assert login is not None
    async with database.client(acme.client_id) as session:
        await set_second_factor(session, login.user_id, world.container.sealing.seal(secret), None)
        await RecoveryCodes(session, acme.client_id).replace(login.user_id, email, ["aaaabbbbccccdddd"], at)
    for n in range(LIMIT):
        come_from(world, f"192.0.2.{n + 1}")
        wrong = await sign_in(world, email, totp="000000x")
        assert outcome_of(wrong) == (401, "invalid_credentials")
    come_from(world, "192.0.2.90")
    right = code_at(secret, int(datetime.now(UTC).timestamp()) // STEP_S)
    assert outcome_of(await sign_in(world, email, totp=right)) == (429, "rate_limited")
    assert (await sign_in(world, email, recovery_code="aaaabbbbccccdddd")).status_code == 200


async def test_wrong_passwords_keep_nobodys_codes_waiting(
    world: World, email: str, database: Database, two_clients: Clients
) -> None:
    secret = b"s" * 20
    async with database.nobody() as session:
        login = await find_login(session, email)
    assert login is not None
    async with database.client(two_clients[0].client_id) as session:
        await set_second_factor(session, login.user_id, world.container.sealing.seal(secret), None)
    for n in range(LIMIT + 1):
        come_from(world, f"192.0.2.{n + 101}")
        await sign_in(world, email, "wrong", totp="000000x")
    come_from(world, "192.0.2.190")
    right = code_at(secret, int(datetime.now(UTC).timestamp()) // STEP_S)
    assert (await sign_in(world, email, totp=right)).status_code == 200


async def test_whoever_has_a_network_of_ipv6_is_one_guesser(
    world: World, email: str, database: Database
) -> None:
    for last in range(LIMIT):
        come_from(world, f"2001:db8:7:1::{last + 1}")
        assert (await sign_in(world, email, "wrong")).status_code == 401
    come_from(world, "2001:db8:7:1:ffff::9")
    assert outcome_of(await sign_in(world, email)) == (429, "rate_limited")
    come_from(world, "2001:db8:7:2::1")
    assert (await sign_in(world, email)).status_code == 200


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:7:1:2:3:4:5", "2001:db8:7:1::/64"),
        ("2001:db8:7:1::/64", "2001:db8:7:1::/64"),
        ("", ""),
    ],
)
def test_what_an_address_is_counted_as(address: str, origin: str) -> None:
    assert origin_of(address) == origin

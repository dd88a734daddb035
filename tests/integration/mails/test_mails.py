"""Letters between the transaction that queues them and the worker that sends them."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from docflow.adapters.sealing.fernet import FernetSealing
from docflow.db.database import Database
from docflow.domain.ids import new_id
from docflow.features.mails.kinds import MailKind
from docflow.features.mails.models import MailRow
from docflow.features.mails.repository import TakenMail, finish_mail, queue_mail, take_mails
from docflow.features.users.models import AccountToken
from docflow.features.users.one_time import OneTimeTokens, TokenKind
from docflow.features.users.periodic import sweep_accounts
from docflow.testing.factories import Tenancy
from sqlalchemy import func, select

SEALING = FernetSealing(["s" * 43])
Clients = tuple[Tenancy, Tenancy]


@pytest.fixture(autouse=True)
async def _nothing_waits(database: Database) -> None:
    for letter in await take(database, 100):
        await finish(database, letter)


async def queue(database: Database, client_id: UUID | None, email: str = "ada@acme.test") -> None:
    async with database.nobody() if client_id is None else database.client(client_id) as session:
        queue_mail(session, SEALING, MailKind.PASSWORD_CHANGED, client_id, {"email": email})


async def take(database: Database, limit: int = 10, *, hold_s: float = 60.0) -> list[TakenMail]:
    async with database.nobody() as session:
        return await take_mails(session, limit, hold_s=hold_s)


async def finish(database: Database, letter: TakenMail, *, retry_in_s: float | None = None) -> bool:
    async with database.nobody() as session:
        return await finish_mail(session, letter.mail_id, letter.attempt, retry_in_s=retry_in_s, counts=True)


async def test_letters_of_clients_and_of_the_platform_are_taken_oldest_first(
    database: Database, two_clients: Clients
) -> None:
    acme, globex = two_clients
    for n, client_id in enumerate((acme.client_id, None, globex.client_id)):
        await queue(database, client_id, f"{n}@acme.test")
    taken = await take(database)
    assert [letter.client_id for letter in taken] == [acme.client_id, None, globex.client_id]
    assert [letter.values(SEALING)["email"] for letter in taken] == [
        "0@acme.test",
        "1@acme.test",
        "2@acme.test",
    ]


async def test_a_letter_in_hand_is_nobody_elses(database: Database) -> None:
    for _ in range(20):
        await queue(database, None)
    shares = await asyncio.gather(*(take(database, 5) for _ in range(6)))
    ids = [letter.mail_id for share in shares for letter in share]
    assert len(ids) == len(set(ids)) == 20


async def test_a_letter_whose_sender_died_is_due_again_and_the_dead_one_writes_nothing(
    database: Database,
) -> None:
    await queue(database, None)
    (first,) = await take(database, hold_s=0.0)
    (second,) = await take(database)
    assert (first.mail_id, second.attempt) == (second.mail_id, first.attempt + 1)
    assert not await finish(database, first)
    assert await finish(database, second)
    assert not await finish(database, second)


async def test_a_letter_that_failed_is_counted_and_waits(database: Database) -> None:
    await queue(database, None)
    (letter,) = await take(database)
    assert await finish(database, letter, retry_in_s=0.0)
    (again,) = await take(database)
    assert (again.failures, again.attempt) == (1, 2)
    assert await finish(database, again, retry_in_s=60.0)
    assert await take(database) == []


async def test_what_is_rolled_back_writes_to_nobody(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.nobody() as session:
            queue_mail(session, SEALING, MailKind.PASSWORD_CHANGED, None, {"email": "ada@acme.test"})
            await session.flush()
            raise RuntimeError
    assert await take(database) == []


async def test_what_ended_long_ago_is_swept(database: Database, two_clients: Clients) -> None:
    client_id = two_clients[0].client_id
    now = datetime.now(UTC)
    async with database.client(client_id) as session:
        tokens = OneTimeTokens(session, client_id)
        await tokens.issue(TokenKind.PASSWORD_RESET, "old@acme.test", at=now - timedelta(days=31))
        await tokens.issue(TokenKind.PASSWORD_RESET, "new@acme.test", at=now)
        for age in (timedelta(days=8), timedelta(0)):
            row = MailRow(
                mail_id=new_id(),
                client_id=client_id,
                kind=MailKind.VERIFICATION,
                sealed=b"",
                created_at=now - age,
            )
            session.add(row)
    async with database.nobody() as session:
        await sweep_accounts(session)
    async with database.client(client_id) as session:
        assert list(await session.scalars(select(AccountToken.email))) == ["new@acme.test"]
        assert await session.scalar(select(func.count()).select_from(MailRow)) == 1

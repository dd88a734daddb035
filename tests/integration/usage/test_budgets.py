"""Budgets against a real PostgreSQL: what was reserved, booked and told of."""

import asyncio
from datetime import timedelta

import pytest
from docflow.adapters.sealing.fernet import FernetSealing
from docflow.db.database import Database
from docflow.domain.llm_calls import KeptAnswer, Refusal
from docflow.features.clients.models import Client
from docflow.features.notifications.models import Notification
from docflow.features.usage.books import PostgresBooks
from docflow.features.usage.budgets import Caps, Period
from docflow.features.usage.models import LlmCall
from docflow.features.webhooks.models import WebhookDelivery, WebhookEndpoint
from docflow.testing.database import DatabaseUrls
from docflow.testing.factories import Tenancy, add_client
from sqlalchemy import func, select, text, update

from tests.integration.usage.books import AT, asked, books_of, budgets, ended, limit, open_books

Clients = tuple[Tenancy, Tenancy]


async def balance(database: Database, client_id) -> int | None:
    async with database.client(client_id) as session:
        return await session.scalar(select(Client.token_balance))


async def warnings(database: Database, client_id) -> list[str]:
    async with database.client(client_id) as session:
        rows = await session.scalars(
            select(Notification.message)
            .where(Notification.type == "quota_warning")
            .order_by(Notification.message)
        )
        return list(rows)


@pytest.mark.parametrize("capped", ["tokens", "cost", "balance"])
async def test_fifty_parallel_calls_never_overspend(
    capped: str, database: Database, database_urls: DatabaseUrls
) -> None:
    client_id = await add_client(
        database, f"parallel-{capped}", token_balance=1050 if capped == "balance" else None
    )
    if capped != "balance":
        caps = Caps(tokens=1050) if capped == "tokens" else Caps(micros=10_500)
        await limit(database, client_id, month=caps)
    async with open_books(database_urls.app, 10) as many:
        calls = [asked(client_id) for _ in range(50)]
        refusals = await asyncio.gather(*(many[n % 10].reserve(call) for n, call in enumerate(calls)))
        granted = [call for call, refused in zip(calls, refusals, strict=True) if refused is None]
        assert len(granted) == 10
        assert set(refusals) - {None} == {Refusal(capped)}
        await asyncio.gather(*(many[n % 10].settle(ended(call, 90, 900)) for n, call in enumerate(granted)))
    month = (await budgets(database, client_id))[Period.MONTH]
    assert (month.spent_tokens, month.spent_micros) == (900, 9000)
    assert (month.reserved_tokens, month.reserved_micros) == (0, 0)
    if capped == "balance":
        assert await balance(database, client_id) == 150


async def test_a_day_without_room_refuses_though_the_month_has_some(
    database: Database, two_clients: Clients
) -> None:
    acme, _ = two_clients
    await limit(database, acme.client_id, day=Caps(tokens=150), month=Caps(tokens=10_000))
    books = books_of(database)
    assert await books.reserve(asked(acme.client_id)) is None
    assert await books.reserve(asked(acme.client_id)) is Refusal.TOKENS
    tomorrow = AT + timedelta(days=1)
    assert await books.reserve(asked(acme.client_id, at=tomorrow)) is None
    month = (await budgets(database, acme.client_id, tomorrow))[Period.MONTH]
    assert month.reserved_tokens == 200


async def test_a_new_day_begins_with_yesterdays_limits(database: Database, two_clients: Clients) -> None:
    acme, _ = two_clients
    await limit(database, acme.client_id, day=Caps(tokens=150, micros=7))
    later = (await budgets(database, acme.client_id, AT + timedelta(days=40)))[Period.DAY]
    assert (later.cap_tokens, later.cap_micros, later.spent_tokens) == (150, 7, 0)


async def test_one_clients_budget_is_not_anothers(database: Database, two_clients: Clients) -> None:
    acme, globex = two_clients
    await limit(database, acme.client_id, month=Caps(tokens=0))
    books = books_of(database)
    both = await asyncio.gather(books.reserve(asked(acme.client_id)), books.reserve(asked(globex.client_id)))
    assert both == [Refusal.TOKENS, None]


async def test_an_unknown_price_finds_no_room_where_money_is_limited(
    database: Database, two_clients: Clients
) -> None:
    acme, globex = two_clients
    await limit(database, acme.client_id, month=Caps(micros=1_000_000))
    books = books_of(database)
    assert await books.reserve(asked(acme.client_id, micros=None)) is Refusal.PRICE_UNKNOWN
    unknown = asked(globex.client_id, micros=None)
    assert await books.reserve(unknown) is None
    await books.settle(ended(unknown, 70, None))
    async with database.client(globex.client_id) as session:
        call = (await session.scalars(select(LlmCall))).one()
    assert (call.tokens_input, call.cost_micros) == (70, None)
    day = (await budgets(database, globex.client_id))[Period.DAY]
    assert (day.spent_tokens, day.spent_micros) == (70, 0)


async def test_settling_twice_books_once(database: Database, two_clients: Clients) -> None:
    acme, _ = two_clients
    books, call = books_of(database), asked(acme.client_id)
    assert await books.reserve(call) is None
    await books.settle(ended(call, 80, 800))
    await books.settle(ended(call, 80, 800))
    day = (await budgets(database, acme.client_id))[Period.DAY]
    assert (day.spent_tokens, day.reserved_tokens) == (80, 0)
    async with database.client(acme.client_id) as session:
        assert await session.scalar(select(func.count()).select_from(LlmCall)) == 1


async def test_what_nobody_settles_is_swept_and_a_late_end_still_counts(database: Database) -> None:
    client_id = await add_client(database, "stale", token_balance=1000)
    books, call = books_of(database), asked(client_id, ttl_s=-1.0)
    assert await books.reserve(call) is None
    assert await balance(database, client_id) == 900
    await database.single("SELECT sweep_usage()", {})
    await database.single("SELECT sweep_usage()", {})
    assert await balance(database, client_id) == 1000
    assert (await budgets(database, client_id))[Period.DAY].reserved_tokens == 0
    await books.settle(ended(call, 60, 600))
    day = (await budgets(database, client_id))[Period.DAY]
    assert (day.spent_tokens, day.reserved_tokens, await balance(database, client_id)) == (60, 0, 940)


async def test_each_step_of_a_budget_is_told_once(database: Database, two_clients: Clients) -> None:
    acme, _ = two_clients
    await limit(database, acme.client_id, month=Caps(tokens=1000))
    async with database.client(acme.client_id) as session:
        endpoint = WebhookEndpoint(
            client_id=acme.client_id, url="https://hooks.test/x", events=["quota.warning"], secret_sealed=b"x"
        )
        session.add(endpoint)
    books = books_of(database)
    for tokens in (400, 150, 10, 300, 50):
        call = asked(acme.client_id, tokens)
        assert await books.reserve(call) is None
        await books.settle(ended(call, tokens, 0))
    refused = [await books.reserve(asked(acme.client_id, 200)) for _ in range(3)]
    assert refused == [Refusal.TOKENS] * 3
    told = [f"The budget of the month from 2026-11-01 (UTC) is at {step} %." for step in (100, 50, 80)]
    assert await warnings(database, acme.client_id) == told
    async with database.client(acme.client_id) as session:
        sent = (await session.scalars(select(WebhookDelivery))).all()
    assert [one.event_type for one in sent] == ["quota.warning"] * 3
    assert len({one.webhook_id for one in sent}) == 3


async def test_a_changed_limit_is_warned_of_anew(database: Database, two_clients: Clients) -> None:
    acme, _ = two_clients
    books = books_of(database)
    for cap in (100, 200):
        await limit(database, acme.client_id, month=Caps(tokens=cap))
        call = asked(acme.client_id, cap // 2)
        assert await books.reserve(call) is None
        await books.settle(ended(call, cap // 2, 0))
    assert len(await warnings(database, acme.client_id)) == 2


async def test_an_answer_is_found_under_its_key_by_its_client_until_it_is_old(
    database: Database, two_clients: Clients
) -> None:
    acme, globex = two_clients
    books, key = books_of(database), b"k" * 32
    kept = KeptAnswer(key, b'{"data": 1}', 60.0)
    await books.settle(ended(asked(acme.client_id), 1, 1, answer=kept))
    assert await books.find(acme.client_id, [b"other", key]) == (key, b'{"data": 1}')
    assert await books.find(globex.client_id, [key]) is None
    async with database.client(acme.client_id) as session:
        sealed = await session.scalar(text("SELECT answer_sealed FROM llm_cache"))
        assert b"data" not in bytes(sealed)
        await session.execute(text("UPDATE llm_cache SET expires_at = now() - interval '1 second'"))
    assert await books.find(acme.client_id, [key]) is None


async def test_a_kept_answer_is_given_instead_of_room(database: Database, two_clients: Clients) -> None:
    acme, globex = two_clients
    books, keys = books_of(database), (b"a" * 32, b"b" * 32)
    for key, answer in zip(keys, (b"1", b"2"), strict=True):
        kept = KeptAnswer(key, answer, 60.0)
        await books.settle(ended(asked(acme.client_id), 1, 1, answer=kept))
    begun = await asyncio.gather(
        books.reserve(asked(acme.client_id, unless=(b"c" * 32, keys[1], keys[0]))),
        books.reserve(asked(acme.client_id)),
        books.reserve(asked(globex.client_id, unless=keys)),
    )
    assert begun == [(keys[1], b"2"), None, None]
    for one in two_clients:
        assert (await budgets(database, one.client_id))[Period.DAY].reserved_tokens == 100


async def test_a_kept_answer_needs_no_room(database: Database, two_clients: Clients) -> None:
    acme, _ = two_clients
    books, key = books_of(database), b"a" * 32
    await books.settle(ended(asked(acme.client_id), 1, 1, answer=KeptAnswer(key, b"1", 60.0)))
    await limit(database, acme.client_id, month=Caps(tokens=0))
    assert await books.reserve(asked(acme.client_id, unless=(key,))) == (key, b"1")
    assert await books.reserve(asked(acme.client_id, unless=(b"b" * 32,))) is Refusal.TOKENS


async def test_where_a_kept_answer_cannot_be_unsealed_room_is_reserved(
    database: Database, two_clients: Clients
) -> None:
    acme, _ = two_clients
    key = b"a" * 32
    await books_of(database).settle(ended(asked(acme.client_id), 1, 1, answer=KeptAnswer(key, b"1", 60.0)))
    others = PostgresBooks(database, FernetSealing(["t" * 43]))
    assert await others.reserve(asked(acme.client_id, unless=(key,))) is None
    assert (await budgets(database, acme.client_id))[Period.DAY].reserved_tokens == 100


async def test_one_that_finds_no_room_does_not_take_its_neighbours_down(
    database: Database, two_clients: Clients
) -> None:
    acme, _ = two_clients
    await limit(database, acme.client_id, month=Caps(tokens=150))
    books = books_of(database)
    small, large = asked(acme.client_id, 100), asked(acme.client_id, 500)
    assert await asyncio.gather(books.reserve(small), books.reserve(large)) == [None, Refusal.TOKENS]
    assert (await budgets(database, acme.client_id))[Period.MONTH].reserved_tokens == 100


async def test_a_bad_record_does_not_take_its_neighbours_down(
    database: Database, two_clients: Clients
) -> None:
    acme, _ = two_clients
    books = books_of(database)
    good, bad = ended(asked(acme.client_id), 1, 1), ended(asked(acme.client_id), 2**40, 1)
    results = await asyncio.gather(books.settle(good), books.settle(bad), return_exceptions=True)
    assert results[0] is None
    assert isinstance(results[1], Exception)
    async with database.client(acme.client_id) as session:
        assert (await session.scalars(select(LlmCall.call_id))).all() == [good.call_id]


async def test_prepaid_tokens_are_taken_when_reserved_and_what_is_left_comes_back(database: Database) -> None:
    client_id = await add_client(database, "prepaid", token_balance=100)
    books, call = books_of(database), asked(client_id, 100)
    assert await books.reserve(call) is None
    assert await books.reserve(asked(client_id, 1)) is Refusal.BALANCE
    await books.settle(ended(call, 30, 5))
    assert await balance(database, client_id) == 70
    async with database.client(client_id) as session:
        await session.execute(update(Client).values(token_balance=None))
    assert await books.reserve(asked(client_id, 10**9)) is None

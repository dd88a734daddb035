import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from docflow.adapters.transport.postgres import HINTS, PostgresTransport
from docflow.db.database import Database
from docflow.domain.stages import Stage
from docflow.testing.database import DatabaseUrls
from docflow.testing.transport_contract import Join, TransportContract, settled, soon
from sqlalchemy import text


@pytest.fixture
async def network(database: Database, database_urls: DatabaseUrls) -> AsyncIterator[Join]:
    joined: list[PostgresTransport] = []

    async def join() -> PostgresTransport:
        joined.append(PostgresTransport(database, database_urls.app))
        return joined[-1]

    yield join
    for transport in joined:
        await transport.aclose()


class TestPostgresTransport(TransportContract):
    @pytest.fixture
    async def network(self, network: Join) -> Join:
        return network


async def test_a_listener_comes_back_after_its_connection_is_cut(
    network: Join, database_urls: DatabaseUrls
) -> None:
    sender, listener = await network(), await network()
    hints = listener.hints((Stage.INGEST,))
    await settled(listener)
    await soon(anext(hints))
    admin = Database(database_urls.admin, pool_size=1, max_overflow=0)
    async with admin.nobody() as session:
        await session.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'docflow-listen' AND datname = current_database()"
            )
        )
    await admin.aclose()

    # What was hinted in between is made up for by a look once it listens again.
    await soon(anext(hints))

    assert listener.healthy
    await sender.hint([(Stage.INGEST, uuid4())])
    await soon(anext(hints))


async def test_what_is_not_ours_is_no_reason_to_stop_listening(network: Join, database: Database) -> None:
    sender, listener = await network(), await network()
    hints = listener.hints((Stage.INGEST,))
    await settled(listener)
    await soon(anext(hints))
    async with database.nobody() as session:
        await session.execute(
            text(
                "SELECT pg_notify(:c, 'LUNCH'), pg_notify('docflow_events', '{'),"
                " pg_notify('docflow_events', '[[], \"lunch\"]')"
            ),
            {"c": HINTS},
        )
    await sender.hint([(Stage.INGEST, uuid4())])
    await soon(anext(hints))


async def test_a_hint_that_cannot_be_sent_never_raises() -> None:
    nowhere = Database("postgresql+psycopg://docflow_app@127.0.0.1:1/none", pool_size=1)
    transport = PostgresTransport(nowhere, "postgresql+psycopg://docflow_app@127.0.0.1:1/none")
    await transport.hint([(Stage.INGEST, uuid4())])
    await nowhere.aclose()


async def test_a_listener_that_cannot_connect_is_not_healthy(database: Database) -> None:
    transport = PostgresTransport(database, "postgresql+psycopg://docflow_app@127.0.0.1:1/none")
    transport.hints((Stage.INGEST,))
    await asyncio.sleep(0.1)
    assert not transport.healthy
    await transport.aclose()

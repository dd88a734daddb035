"""What the server ends by itself."""

import asyncio

import pytest
from docflow.db.database import Database
from docflow.domain.errors import TransientError
from docflow.testing.database import DatabaseUrls
from sqlalchemy import text


@pytest.mark.parametrize("transaction_pooler", [False, True])
async def test_a_transaction_in_which_nothing_happens_is_ended(
    database_urls: DatabaseUrls, transaction_pooler: bool
) -> None:
    database = Database(database_urls.app, idle_in_transaction_s=0.1, transaction_pooler=transaction_pooler)
    with pytest.raises(TransientError):
        async with database.nobody() as session:
            await session.execute(text("SELECT 1"))
            await asyncio.sleep(1)
            await session.execute(text("SELECT 1"))
    async with database.nobody() as session:
        assert await session.scalar(text("SELECT 1")) == 1
    await database.aclose()

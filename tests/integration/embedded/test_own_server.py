import asyncio
import contextlib
import os
import signal
from pathlib import Path

import pytest
from docflow.adapters.postgres.embedded import EmbeddedPostgres
from docflow.db.database import Database
from docflow.domain.errors import TransientError
from docflow.runtime.own_server import OwnServer, open_own_server
from docflow.runtime.settings import Settings
from sqlalchemy import text


async def scalar(url: str, sql: str) -> object:
    database = Database(url, pool_size=1)
    try:
        async with database.nobody() as session:
            return await session.scalar(text(sql))
    finally:
        await database.aclose()


async def test_the_schema_stands_and_the_logins_are_what_their_names_say(home: Path) -> None:
    async with open_own_server(Settings(home=home)) as server:
        assert await scalar(server.admin, "SELECT to_regclass('public.processes') IS NOT NULL") is True
        assert await scalar(server.app, "SELECT current_user::text") == "docflow_app"
        assert await scalar(server.audit, "SELECT current_user::text") == "docflow_audit"


async def test_a_later_start_has_the_same_logins_and_the_data(home: Path) -> None:
    async with open_own_server(Settings(home=home)) as first:
        await _write(first)
    async with open_own_server(Settings(home=home)) as second:
        assert second.app == first.app
        assert await scalar(second.admin, "SELECT n FROM kept") == 7


async def _write(server: OwnServer) -> None:
    database = Database(server.admin, pool_size=1)
    async with database.nobody() as session:
        await session.execute(text("CREATE TABLE kept AS SELECT 7 AS n"))
    await database.aclose()


async def test_a_server_that_died_is_back_within_seconds_under_the_same_address(home: Path) -> None:
    async with open_own_server(Settings(home=home)) as server:
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        async with asyncio.timeout(10):
            while True:
                with contextlib.suppress(TransientError):
                    assert await scalar(server.app, "SELECT 1") == 1
                    if EmbeddedPostgres(home).status().pid not in (None, server.pid):
                        return
                await asyncio.sleep(0.05)


async def test_the_server_stops_with_its_block_also_after_an_error(home: Path) -> None:
    with pytest.raises(ValueError, match="on purpose"):
        async with open_own_server(Settings(home=home)):
            raise ValueError("on purpose")
    assert not EmbeddedPostgres(home).status().running

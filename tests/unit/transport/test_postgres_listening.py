import asyncio
from typing import Any, cast

import psycopg
import pytest
from docflow.adapters.transport.postgres import PostgresTransport
from docflow.db.database import Database
from docflow.domain.stages import Stage

URL = "postgresql+psycopg://u:p@127.0.0.1:1/d"


@pytest.mark.parametrize("error", [psycopg.OperationalError("away"), RuntimeError("a bug")])
async def test_listening_goes_on_after_any_error(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    again = asyncio.Event()
    tries = 0

    async def connect(*_: object, **__: object) -> Any:
        nonlocal tries
        tries += 1
        if tries == 2:
            again.set()
        raise error

    monkeypatch.setattr(psycopg.AsyncConnection, "connect", connect)
    transport = PostgresTransport(cast("Database", None), URL, chance=lambda: 0.0)
    transport.hints((Stage.OUTPUT,))
    try:
        async with asyncio.timeout(5):
            await again.wait()
        assert not transport.healthy
    finally:
        await transport.aclose()

from collections import namedtuple
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import pytest
from docflow.db.database import Database
from docflow.features.api_keys.keys import hash_secret, new_key, parse_key, proves, write_key
from docflow.features.api_keys.service import ApiKeys
from sqlalchemy.exc import ProgrammingError


def test_a_written_key_is_read_back() -> None:
    key = new_key("live")
    assert parse_key(write_key(key)) == key


@pytest.mark.parametrize(
    "text", ["", "dfk_live_abc", "dfx_live_abc_def", "dfk__abc_def", "dfk_a_b_" + "x" * 300]
)
def test_what_is_no_key_is_told_apart(text: str) -> None:
    assert parse_key(text) is None


def test_only_the_secret_proves_a_key() -> None:
    key = new_key("live")
    assert proves(key.secret, hash_secret(key.secret))
    assert not proves(key.secret + "x", hash_secret(key.secret))


class OneKey:
    """A database of one key, which at first does not take what is written."""

    def __init__(self, secret: str) -> None:
        self.secret_hash = hash_secret(secret)
        self.refuses = True
        self.written: list[Any] = []

    async def single(self, _: str, values: Any) -> list[Any]:
        row = {"api_key_id": UUID(int=1), "client_id": UUID(int=9), "client_status": "active", "scopes": []}
        never = dict.fromkeys(("revoked_at", "expires_at", "rate_limit_per_minute"))
        given = {**row, **never, "secret_hash": self.secret_hash}
        return [namedtuple("Row", given)(**given)]

    @asynccontextmanager
    async def client(self, _: UUID) -> AsyncIterator["OneKey"]:
        yield self

    async def execute(self, statement: Any, values: Any) -> None:
        if self.refuses:
            raise ProgrammingError(str(statement), values, ValueError())
        self.written.append(values["times"])


async def test_uses_that_cannot_be_written_are_remembered_and_end_nothing() -> None:
    key, at = new_key("live"), datetime.now(UTC)
    database = OneKey(key.secret)
    keys = ApiKeys(cast("Database", database))
    await keys.caller(write_key(key), at=at)
    await keys.keep_uses()
    database.refuses = False
    await keys.keep_uses()
    assert database.written == [[at]]

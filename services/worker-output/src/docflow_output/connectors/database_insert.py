"""Writes the result as a row of a client's own PostgreSQL table."""

import asyncio
import hashlib
import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import psycopg
from docflow.domain.errors import DocflowError, PermanentError, TransientError
from docflow.domain.json_types import JsonObject, JsonValue
from docflow.domain.ports.egress import Egress
from docflow.domain.target_mapping import Source, flat
from docflow.features.outputs.repository import ClaimedAction
from psycopg.types.json import Jsonb
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from docflow_output.connectors.connector import Effect

MOST_ENGINES = 32
CONNECTIONS = 2
"""To one target, from one worker."""
CONNECT_S = 5
STATEMENT_S = 20
WHOLE_S = 2.0 * (CONNECT_S + STATEMENT_S)
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
_SAFETY = ("prefer", "require", "verify-full")
#: What the server says (SQLSTATE) that no second try changes.
_FINAL: Mapping[str, PermanentError] = {
    "42P01": PermanentError("the table is not there", code="table_missing"),
    "3F000": PermanentError("the schema of the table is not there", code="table_missing"),
    "42703": PermanentError("the table lacks a column", code="column_missing"),
    "42P10": PermanentError("the key column has no unique index of its own", code="key_not_unique"),
    "42501": PermanentError("the role may not write to the table", code="target_refused"),
    "22": PermanentError("the table does not take a value", code="row_refused"),
    "23": PermanentError("the table does not take the row", code="row_refused"),
    "42": PermanentError("the table does not take the row", code="row_refused"),
}


@dataclass(frozen=True, slots=True)
class Target:
    url: URL = field(repr=False)
    sslmode: str
    address: str

    @property
    def fingerprint(self) -> bytes:
        shown = self.url.render_as_string(hide_password=False)
        return hashlib.sha256(f"{shown} {self.sslmode} {self.address}".encode()).digest()


class DatabaseInsert:
    """`target_config`: `url` (postgresql+psycopg://host/database), `username`, `password` (a secret), `table`, `schema`,
    `columns` (a mapping), `key_column` (default `idempotency_key`) and `sslmode`.

    One row for each action, found by its key: a repeat writes it again.
    """

    action_type = "database_insert"

    def __init__(self, egress: Egress, *, whole_s: float = WHOLE_S) -> None:
        """`whole_s` is for one action: a server that is gone without a word keeps to no limit of its own."""
        self._egress = egress
        self._whole_s = whole_s
        self._engines: OrderedDict[bytes, AsyncEngine] = OrderedDict()

    async def carry_out(self, action: ClaimedAction, result: JsonObject) -> Effect:
        statement, values = upsert(action, result)
        engine = await self._engine(await self._target(action.target_config))
        try:
            async with asyncio.timeout(self._whole_s), engine.begin() as connection:
                await connection.exec_driver_sql(statement, tuple(values))
        except (DBAPIError, PoolTimeout, psycopg.Error, OSError) as error:
            raise _translated(error) from error
        return Effect({"idempotency_key": action.key, "columns": len(values)})

    async def aclose(self) -> None:
        while self._engines:
            _, engine = self._engines.popitem()
            await engine.dispose()

    async def _target(self, config: JsonObject) -> Target:
        """Judged at each use; the connection goes to the address that was judged, whatever the name says later."""
        try:
            url = make_url(str(config.get("url")))
        except (ArgumentError, ValueError) as error:
            raise _invalid("a url of the form postgresql+psycopg://host:5432/database") from error
        safety = config.get("sslmode", "prefer")
        if url.drivername != "postgresql+psycopg" or not url.host or not url.database or url.query:
            raise _invalid("a url of the form postgresql+psycopg://host:5432/database")
        if safety not in _SAFETY:
            raise _invalid(f"an sslmode of {', '.join(_SAFETY)}")
        if config.get("username") is not None:
            url = url.set(username=str(config["username"]))
        if config.get("password") is not None:
            url = url.set(password=str(config["password"]))
        address, *_ = await self._egress.resolve(url.host or "", url.port or 5432)
        return Target(url, safety, address)

    async def _engine(self, target: Target) -> AsyncEngine:
        known = self._engines.get(target.fingerprint)
        if known is not None:
            self._engines.move_to_end(target.fingerprint)
            return known
        engine = create_async_engine(
            target.url,
            pool_size=CONNECTIONS,
            max_overflow=0,
            pool_timeout=CONNECT_S + STATEMENT_S,
            pool_recycle=300,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={
                "hostaddr": target.address,
                "sslmode": target.sslmode,
                "connect_timeout": CONNECT_S,
                "application_name": "docflow",
                "options": f"-c statement_timeout={STATEMENT_S}s -c lock_timeout={STATEMENT_S}s",
                # Given even when empty: else libpq takes the operator's from PGPASSWORD or a file, and it goes to that host.
                "password": target.url.password or "",
                "passfile": "/dev/null",
                "prepare_threshold": None,
            },
        )
        self._engines[target.fingerprint] = engine
        if len(self._engines) > MOST_ENGINES:
            _, oldest = self._engines.popitem(last=False)
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(oldest.dispose(), CONNECT_S)
        return engine


def upsert(action: ClaimedAction, result: JsonObject) -> tuple[str, Sequence[object]]:
    """Names are checked and quoted, values are parameters. Raises PermanentError `action_invalid`."""
    config = action.target_config
    columns = config.get("columns")
    if not isinstance(columns, Mapping) or not columns:
        raise _invalid("columns, a mapping")
    values = flat(columns, Source(result, action.facts))
    key = _quoted(config.get("key_column", "idempotency_key"))
    names = [_quoted(name) for name in values]
    if key in names:
        raise _invalid("a key column that no value is written to")
    table = _quoted(config.get("table"))
    if config.get("schema") is not None:
        table = f"{_quoted(config['schema'])}.{table}"
    places = ", ".join(["%s"] * (1 + len(names)))
    changes = ", ".join(f"{name} = excluded.{name}" for name in names)
    statement = (
        f"INSERT INTO {table} ({', '.join([key, *names])}) VALUES ({places})"  # noqa: S608 - checked and quoted
        f" ON CONFLICT ({key}) DO UPDATE SET {changes}"
    )
    return statement, (action.key, *(_parameter(value) for value in values.values()))


def _quoted(name: JsonValue) -> str:
    if not isinstance(name, str) or not _IDENTIFIER.fullmatch(name):
        raise _invalid("names of letters, digits and _ for its table and columns")
    return f'"{name}"'


def _parameter(value: JsonValue) -> object:
    return Jsonb(value) if isinstance(value, dict | list) else value


def _invalid(needs: str) -> PermanentError:
    return PermanentError(f"a database action needs {needs}", code="action_invalid")


def _translated(error: Exception) -> DocflowError:
    """The server's own words stay here: they may quote a value."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    state: str = getattr(cause, "sqlstate", None) or ""
    final = _FINAL.get(state) or _FINAL.get(state[:2])
    if final is not None:
        return PermanentError(final.message, code=final.code)
    return TransientError("the database of the target does not answer", code="target_unavailable", after_s=2)

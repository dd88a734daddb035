"""One pool of connections, and sessions that are bound to one client for one transaction."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import namedtuple_row
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import QueuePool

from docflow.db.alone import Alone
from docflow.domain.errors import PermanentError, TransientError

_BIND = text("SELECT set_config('app.current_client_id', :client_id, true)")

# A transaction pooler gives each transaction another server connection: what one prepared is unknown to the next,
# and start-up options are refused (PgBouncer: "unsupported startup parameter").
_POOLED: dict[str, Any] = {"prepare_threshold": None}

#: Of a pool, one connection in so many is kept for statements that commit by themselves.
_SHARE_ALONE = 4

# SQLSTATE classes that say "not now": connection trouble, resources, operator intervention, rollbacks.
_LOGIN_REFUSED = ("password authentication failed", "no pg_hba.conf entry", "is not permitted to log in")
_NO_SUCH_CHARACTER = "22P05"
_TRANSIENT = ("08", "53", "57", "40", "25006", "25P03")


class Database:
    """A pool as one database role.

    A role that could walk around row-level security is refused by `refuse_powerful_role`.
    """

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = 20,
        max_overflow: int = 10,
        pool_recycle_s: int = 1800,
        pool_timeout_s: float = 10.0,
        connect_timeout_s: float = 5.0,
        statement_timeout_s: float = 30.0,
        idle_in_transaction_s: float = 60.0,
        application_name: str = "docflow",
        transaction_pooler: bool = False,
    ) -> None:
        parameters = {
            "timezone": "UTC",
            "statement_timeout": str(round(statement_timeout_s * 1000)),
            # What holds locks and does nothing is a bug or a process that was stopped; others must get on.
            "idle_in_transaction_session_timeout": str(round(idle_in_transaction_s * 1000)),
        }
        self._most = pool_size + max_overflow
        self.engine: AsyncEngine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=max_overflow,
            pool_recycle=pool_recycle_s,
            pool_timeout=pool_timeout_s,
            connect_args={
                "connect_timeout": max(1, round(connect_timeout_s)),
                "application_name": application_name,
                **(_POOLED if transaction_pooler else _direct(parameters)),
            },
        )
        if transaction_pooler:
            _set_each_time(self.engine, parameters)
        self._alone = Alone(self.engine, most=pool_size // _SHARE_ALONE, recycle_s=pool_recycle_s)
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False, autoflush=False)

    @asynccontextmanager
    async def client(self, client_id: UUID) -> AsyncIterator[AsyncSession]:
        """One transaction that sees this client's rows only. Commits at the end, rolls back on an error."""
        async with translated(), self._sessions.begin() as session:
            await session.execute(_BIND, {"client_id": str(client_id)})
            yield session

    @asynccontextmanager
    async def nobody(self) -> AsyncIterator[AsyncSession]:
        """One transaction bound to no client: the listed SQL functions and the tables without clients."""
        async with translated(), self._sessions.begin() as session:
            yield session

    def of(self, client_id: UUID | None) -> AbstractAsyncContextManager[AsyncSession]:
        """`client`, or `nobody` for what belongs to the platform (None)."""
        return self.nobody() if client_id is None else self.client(client_id)

    async def bind(self, session: AsyncSession, client_id: UUID) -> None:
        """From here on a transaction of `nobody` is this client's."""
        await session.execute(_BIND, {"client_id": str(client_id)})

    async def single(self, statement: str, values: Mapping[str, object]) -> Sequence[Any]:
        """The named tuples of one statement, bound to no client, that commits by itself: one round trip instead of three.

        For a call of one SQL function, with parameters as `%(name)s`. When the connection breaks on the way nobody
        knows whether it took effect.
        """
        async with translated(), self._alone.one() as connection:
            cursor = connection.cursor(row_factory=namedtuple_row)
            await cursor.execute(statement, values)
            return await cursor.fetchall()

    async def refuse_powerful_role(self) -> None:
        """Raise `database_role_refused` unless row-level security holds the role: no superuser, no BYPASSRLS, owner of nothing.

        A member of docflow_owner or docflow_engine could become it in one statement and is refused too.
        """
        async with self.nobody() as session:
            row = (
                await session.execute(
                    text(
                        "SELECT current_user AS role, rolsuper OR rolbypassrls"
                        " OR EXISTS (SELECT FROM pg_roles other WHERE other.rolname IN ('docflow_owner', 'docflow_engine')"
                        "            AND pg_has_role(r.oid, other.oid, 'MEMBER')) AS powerful,"
                        " EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                        "         WHERE n.nspname = 'public' AND c.relowner = r.oid) AS owns"
                        " FROM pg_roles r WHERE r.rolname = current_user"
                    )
                )
            ).one()
        if row.powerful or row.owns:
            raise PermanentError(
                f"refusing to run as database role {row.role!r}: it is a superuser, bypasses row-level security, "
                "owns tables or may become a role that does; services log in as docflow_app",
                code="database_role_refused",
            )

    def connections(self) -> dict[str, int]:
        """Connections of the pool by state: `idle`, `busy`; `most` = its limit."""
        pool = self.engine.pool
        assert isinstance(pool, QueuePool)
        idle = self._alone.idle
        return {"idle": pool.checkedin() + idle, "busy": pool.checkedout() - idle, "most": self._most}

    async def aclose(self) -> None:
        await self._alone.let_go()
        await self.engine.dispose()


def _direct(parameters: Mapping[str, str]) -> dict[str, Any]:
    return {"options": " ".join(f"-c {name}={value}" for name, value in parameters.items())}


def _set_each_time(engine: AsyncEngine, parameters: Mapping[str, str]) -> None:
    """What start-up options say elsewhere is said at the begin of each transaction: one round trip more."""
    settings = (f"set_config('{name}', '{value}', true)" for name, value in parameters.items())
    statement = f"SELECT {', '.join(settings)}"

    def begun(connection: Connection) -> None:
        connection.exec_driver_sql(statement)

    event.listen(engine.sync_engine, "begin", begun)


@asynccontextmanager
async def translated() -> AsyncIterator[None]:
    """The database's "not now" becomes a TransientError; everything else passes."""
    try:
        yield
    except PoolTimeout as error:
        raise TransientError("the database is busy", code="database_busy", after_s=1) from error
    except (DBAPIError, psycopg.Error) as error:
        if _refuses_login(error):
            raise TransientError(
                "the database refuses the login", code="database_login_refused", after_s=30
            ) from error
        if is_transient(error):
            raise TransientError(
                "the database is not available", code="database_unavailable", after_s=2
            ) from error
        raise


def _refuses_login(error: DBAPIError | psycopg.Error) -> bool:
    """Before there is a session the driver gives no SQLSTATE, only the server's words."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return isinstance(cause, psycopg.OperationalError) and any(sign in str(cause) for sign in _LOGIN_REFUSED)


def holds_nul(error: DBAPIError | psycopg.Error) -> bool:
    """Whether a text with a NUL character was to be stored or compared, which PostgreSQL knows none of."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    state = getattr(cause, "sqlstate", None)
    return state == _NO_SUCH_CHARACTER or (isinstance(cause, psycopg.DataError) and "NUL" in str(cause))


def is_transient(error: DBAPIError | psycopg.Error) -> bool:
    """Of either layer: SQLAlchemy's wrap the driver's."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    state: str | None = getattr(cause, "sqlstate", None)
    if state is None:
        lost = isinstance(error, DBAPIError) and error.connection_invalidated
        return lost or isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError)
    return state.startswith(_TRANSIENT)

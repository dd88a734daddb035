"""What `docflow doctor` looks at in the database: its address and role, its schema, types and accounts."""

import asyncio
from collections.abc import Sequence

from docflow.adapters.postgres.account import account_for
from docflow.adapters.postgres.embedded import EmbeddedPostgres
from docflow.adapters.postgres.programs import candidates
from docflow.db.database import Database
from docflow.domain.errors import DocflowError, PermanentError
from docflow.features.users.passwords import Passwords
from docflow.features.users.repository import find_login
from docflow.runtime.settings import Settings
from sqlalchemy.exc import SQLAlchemyError

from docflow_cli.findings import Finding


async def check_database(settings: Settings) -> Finding:
    if settings.db.url is None:
        return await asyncio.to_thread(_check_programs, settings)
    return await _check_server(settings)


def _check_programs(settings: Settings) -> Finding:
    home = settings.home.absolute()
    server = EmbeddedPostgres(home).status()
    fix = (
        "install PostgreSQL 15 or newer and name its bin folder in DOCFLOW_DB__EMBEDDED_BIN, "
        "or set DOCFLOW_DB__URL to a server"
    )
    try:
        account = account_for(home, server.data)
        usable = [each for each in candidates(settings.db.embedded_bin) if server.major in (None, each.major)]
    except DocflowError as error:
        return Finding("database", False, str(error), fix)
    if not usable:
        return Finding("database", False, f"no PostgreSQL {server.major or ''} programs", fix)
    best = usable[0]
    copied = (
        ""
        if best.reached_by(account) or best.package is None
        else ", copied for its account at the first start"
    )
    return Finding("database", True, f"embedded PostgreSQL {best.major} from {best.bin}{copied}")


async def _check_server(settings: Settings) -> Finding:
    assert settings.db.url is not None
    database = Database(settings.db.url.get_secret_value(), pool_size=1, max_overflow=0)
    try:
        await database.refuse_powerful_role()
    except PermanentError as error:
        return Finding(
            "database",
            False,
            str(error),
            "log in as docflow_app in DOCFLOW_DB__URL; migrations have a URL of their own",
        )
    except DocflowError as error:
        return Finding(
            "database",
            False,
            str(error),
            "start the server, or correct DOCFLOW_DB__URL (host, port, user, password)",
        )
    finally:
        await database.aclose()
    return Finding("database", True, "reached, in a role that row-level security holds")


async def check_schema(settings: Settings) -> Finding:
    from docflow.db import migrate

    if settings.db.url is None:
        return Finding("schema", True, "brought up at each start where DOCFLOW_DB__URL names no server")
    try:
        at = await migrate.current(settings.db.url.get_secret_value())
    except DocflowError:
        return Finding("schema", True, "not looked at: the database cannot be asked")
    is_behind = at is None or at in migrate.older()
    return Finding("schema", not is_behind, f"at {at or 'nothing'}", "run `docflow migrate`")


async def check_types(settings: Settings) -> Finding:
    """A hint, never a fault: what clients made for themselves cannot be seen from here."""
    from docflow.db import process_types

    if settings.db.url is None:
        return Finding("process types", True, "looked for where DOCFLOW_DB__URL names a server")
    try:
        found = await process_types.installed(settings.db.url.get_secret_value())
    except DocflowError:
        return Finding("process types", True, "not looked for: the database cannot be asked")
    if not found:
        return Finding(
            "process types",
            True,
            "none for all clients; `docflow types install --all` brings the built-in ones",
        )
    return Finding("process types", True, f"{len(found)} for all clients")


async def check_accounts(settings: Settings) -> Finding:
    """Whether the sample data's public password opens an account. Demo data are welcome outside production."""
    from docflow.db.seed import DEFAULT_ADDRESSES, DEFAULT_PASSWORD

    if settings.db.url is None:
        return Finding("default accounts", True, "looked for where DOCFLOW_DB__URL names a server")
    database = Database(settings.db.url.get_secret_value(), pool_size=1, max_overflow=0)
    try:
        open_ones = await _opened_by(database, DEFAULT_ADDRESSES, DEFAULT_PASSWORD)
    except (DocflowError, SQLAlchemyError):
        return Finding("default accounts", True, "not looked for: the database cannot be asked")
    finally:
        await database.aclose()
    if not open_ones:
        return Finding("default accounts", True, "none")
    return Finding(
        "default accounts",
        not settings.is_production,
        f"{', '.join(open_ones)} with a password that everybody knows",
        "make an administrator of your own with `docflow create-admin`, then disable these in the portal",
    )


async def _opened_by(database: Database, addresses: Sequence[str], password: str) -> list[str]:
    stored: dict[str, str] = {}
    async with database.nobody() as session:
        for address in addresses:
            login = await find_login(session, address)
            if login is not None and login.status == "active" and login.password_hash is not None:
                stored[address] = login.password_hash
    passwords = Passwords()
    # The sample data give all of them one hash.
    opens = {each: (await passwords.verify(password, each))[0] for each in set(stored.values())}
    return [address for address, each in stored.items() if opens[each]]

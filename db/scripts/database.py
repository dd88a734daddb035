"""What migrate.sh runs. Works on the `db` folder it lies in and on DOCFLOW_DB__MIGRATION_URL."""

import argparse
import asyncio
import os
import sys
from pathlib import Path

from docflow.db import migrate, seed
from docflow.domain.errors import DocflowError
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

FOLDER = Path(__file__).resolve().parent.parent


def main() -> int:
    given = arguments()
    try:
        if given.verb == "psql":
            return open_psql(url(), given.rest)
        asyncio.run(VERBS[given.verb](given))
    except DocflowError as error:
        said = error.__cause__.orig if isinstance(error.__cause__, DBAPIError) else None
        return failed(f"{error.message}: {str(said).strip()}" if said else error.message)
    except DBAPIError as error:
        return failed(str(error.orig).strip())
    return 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="migrate.sh")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("upgrade").add_argument("revision", nargs="?", default="head")
    verbs.add_parser("downgrade").add_argument("revision", nargs="?", default="base")
    verbs.add_parser("status")
    verbs.add_parser("new").add_argument("message")
    for name in ("seed", "fresh"):
        verbs.add_parser(name).add_argument("--force", action="store_true")
    verbs.add_parser("psql", add_help=False)
    given, rest = parser.parse_known_args()
    given.rest = rest
    if given.rest and given.verb != "psql":
        parser.error(f"unrecognized arguments: {' '.join(given.rest)}")
    return given


async def upgrade(given: argparse.Namespace) -> None:
    await migrate.upgrade(url(), given.revision, folder=FOLDER)
    await status(given)


async def downgrade(given: argparse.Namespace) -> None:
    await migrate.downgrade(url(), given.revision, folder=FOLDER)
    await status(given)


async def status(_given: argparse.Namespace) -> None:
    say(f"at {await migrate.current(url()) or 'nothing'}")
    pending = await migrate.pending(url(), folder=FOLDER)
    say(f"pending: {', '.join(pending)}" if pending else "up to date")


async def new(given: argparse.Namespace) -> None:
    """The models are compared with a database made for it, so none has to be named."""
    from docflow.testing.database import open_server

    with open_server() as server:
        try:
            written = await migrate.new(given.message, (await server.clone()).admin, folder=FOLDER)
        finally:
            await server.drop_all()
    say(f"wrote {written}; read it, then: python db/scripts/dump_schema.py")


async def load_seeds(given: argparse.Namespace) -> None:
    await seed.load(url(), env=environment(), force=given.force, folder=FOLDER)
    say("sample data loaded; everybody's password is password123")


async def fresh(given: argparse.Namespace) -> None:
    seed.refuse_in_production(environment(), given.force)
    await migrate.downgrade(url(), folder=FOLDER)
    await migrate.upgrade(url(), folder=FOLDER)
    await load_seeds(given)


VERBS = {
    "upgrade": upgrade,
    "downgrade": downgrade,
    "status": status,
    "new": new,
    "seed": load_seeds,
    "fresh": fresh,
}


def open_psql(given: str, rest: list[str]) -> int:
    """psql knows no drivers in URLs, and a password on a command line can be read by everybody."""
    parts = make_url(given)
    address = parts.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    if parts.password:
        os.environ["PGPASSWORD"] = str(parts.password)
    try:
        os.execvp("psql", ["psql", address, *rest])  # noqa: S606, S607 - the user's own psql
    except FileNotFoundError:
        return failed("there is no psql on this machine")


def url() -> str:
    return os.environ["DOCFLOW_DB__MIGRATION_URL"]


def environment() -> str:
    return os.environ.get("DOCFLOW_ENV", "development")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def failed(message: str) -> int:
    sys.stderr.write(f"migrate.sh: {message}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())

"""Loads the sample data of `db/seeds`: demo clients, users with a public password, and the built-in types before them."""

from pathlib import Path

from docflow.db import process_types
from docflow.db.migrate import folder_of_source
from docflow.db.owner import run_as_owner
from docflow.domain.errors import Forbidden, PermanentError

PRODUCTION = "production"
DEFAULT_PASSWORD = "password123"  # noqa: S105 - public, and looked for by `docflow doctor`
DEFAULT_ADDRESSES = (
    "platform@docflow.local",
    *(
        f"{role}@{domain}"
        for domain in ("acme.com", "globex.com", "initech.com")
        for role in ("admin", "operator", "viewer")
    ),
)
"""Of the accounts that the sample data bring."""


async def load(
    url: str, env: str = "development", force: bool = False, *, folder: Path | None = None
) -> None:
    """Run every seed file as a whole, in the order of their names. Safe to repeat: what stands stays as it is.

    `url` is docflow_owner's or one that may become it. Raises Forbidden `seed_in_production` without `force`,
    PermanentError `seeds_missing`.
    """
    refuse_in_production(env, force)
    await process_types.install(url, folder=folder)
    for file in files(folder):
        await run_as_owner(url, file.read_bytes())


def files(folder: Path | None = None) -> list[Path]:
    found = sorted((folder or folder_of_source()).joinpath("seeds").glob("*.sql"))
    if not found:
        raise PermanentError(f"no seeds in {folder or folder_of_source()}", code="seeds_missing")
    return found


def refuse_in_production(env: str, force: bool) -> None:
    if env == PRODUCTION and not force:
        raise Forbidden(
            "sample data bring users with a public password; not in production without --force",
            code="seed_in_production",
        )

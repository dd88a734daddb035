"""Whether a service can do its work, by the parts it stands on."""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from docflow.db.database import Database
from docflow.domain.errors import TransientError
from docflow.domain.ports.transport import Transport

if TYPE_CHECKING:
    from docflow.runtime.models import Models


@dataclass(frozen=True, slots=True)
class Readiness:
    """`checks` maps a part to `ok`, `degraded`, `pending` or `unavailable`."""

    checks: dict[str, str]

    @property
    def ready(self) -> bool:
        """A missing broker, or a model that is not asked for a while, only slows work down."""
        return not {"pending", "unavailable"} & set(self.checks.values())

    @property
    def status(self) -> str:
        if not self.ready:
            return "unavailable"
        return "degraded" if "degraded" in self.checks.values() else "ok"


async def readiness(database: Database, transport: Transport, models: "Models | None" = None) -> Readiness:
    checks = await _database(database)
    checks["transport"] = "ok" if transport.healthy else "degraded"
    if models is not None:
        checks["models"] = "degraded" if models.router.shut() else "ok"
    return Readiness(checks)


async def _database(database: Database) -> dict[str, str]:
    try:
        async with database.nobody() as session:
            revision = await session.scalar(text("SELECT version_num FROM alembic_version"))
    except ProgrammingError:
        # No such table: the database is there, and empty.
        return {"database": "ok", "migrations": "pending"}
    except (TransientError, DBAPIError, OSError):
        return {"database": "unavailable", "migrations": "unavailable"}
    # A newer schema is fine: during an upgrade this release goes on working on the next one's.
    is_behind = revision is None or revision in _older()
    return {"database": "ok", "migrations": "pending" if is_behind else "ok"}


@cache
def _older() -> frozenset[str]:
    # Alembic is slow to load, and nothing else here needs it.
    from docflow.db import migrate

    return migrate.older()

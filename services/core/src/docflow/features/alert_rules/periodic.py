"""Evaluates every client's alert rules, each client in a short transaction of its own."""

from datetime import UTC, datetime
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError

from docflow.db.database import Database
from docflow.domain.errors import TransientError
from docflow.features.alert_rules.repository import AlertRules, alerting_clients

log = structlog.get_logger(__name__)

_CLIENTS = 500


async def evaluate_alerts(database: Database, at: datetime | None = None) -> int:
    """Returns how many rules fired. `at` None = now. A client whose evaluation fails does not keep others from theirs."""
    at = at or datetime.now(UTC)
    fired, after = 0, None
    while clients := await _next_clients(database, after):
        for client_id in clients:
            fired += await _evaluate(database, client_id, at)
        after = clients[-1]
    return fired


async def _next_clients(database: Database, after: UUID | None) -> list[UUID]:
    async with database.nobody() as session:
        return list(await alerting_clients(session, after, _CLIENTS))


async def _evaluate(database: Database, client_id: UUID, at: datetime) -> int:
    try:
        async with database.client(client_id) as session:
            return await AlertRules(session, client_id).fire(at)
    except TransientError as error:
        log.warning("alerts.skipped", code=error.code)
    except DBAPIError as error:
        log.error("alerts.failed", client_id=str(client_id), exc_info=error)
    return 0

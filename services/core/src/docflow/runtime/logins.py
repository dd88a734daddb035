"""Whether the databases answer, and to logins that row-level security holds."""

import asyncio
import random
from collections.abc import Awaitable, Callable

import structlog

from docflow.domain.backoff import Backoff
from docflow.domain.errors import TransientError
from docflow.runtime.container import Container

log = structlog.get_logger(__name__)

_PATIENCE = Backoff(base_s=0.5, cap_s=10.0)
_SHORTEST_S = 0.2


async def refuse_powerful_logins(container: Container) -> None:
    """Raises PermanentError `database_role_refused`, TransientError while a database is away."""
    for database in (container.database, container.audit_database):
        await database.refuse_powerful_role()


async def until_logged_in(container: Container) -> None:
    """`refuse_powerful_logins`, waiting for databases that do not answer or do not take the login yet."""
    await until_answered(lambda: refuse_powerful_logins(container))


async def until_answered(
    ask: Callable[[], Awaitable[None]],
    *,
    chance: Callable[[], float] = random.random,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Ask until it is answered, with growing pauses; each kind of trouble is told once."""
    told, tries = "", 0
    while True:
        try:
            await ask()
        except TransientError as error:
            tries += 1
            if error.code != told:
                log.error("database.waited_for", code=error.code, detail=error.message)
            told = error.code
            await sleep(_SHORTEST_S + _PATIENCE.delay_s(tries, chance))
        else:
            if tries:
                log.info("database.answers", tries=tries)
            return

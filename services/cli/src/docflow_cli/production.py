"""The demo in production's shape: servers from the environment, every service a process of its own."""

from collections.abc import Awaitable, Callable

import httpx
from docflow.db import migrate, seed
from docflow.domain.errors import UserError
from docflow.runtime.container import with_secret
from docflow.runtime.local_state import LocalState
from docflow.runtime.settings import Settings

from docflow_cli.addresses import base_url, with_free_port
from docflow_cli.processes import open_processes
from docflow_cli.serving import refuse_unsafe
from docflow_cli.welcome import DEMO_LOGIN

Show = Callable[[str, str], Awaitable[int | None]]


async def serve_processes(settings: Settings, show: Show) -> int:
    """Migrate, load the demo data, start everything and call `show(url, key)`; stays until a signal when that is None.

    Raises UserError `settings_missing`, Forbidden `seed_in_production`, TransientError `start_failed`.
    """
    refuse_unsafe(settings)
    _refuse_incomplete(settings)
    given = settings.db.migration_url or settings.db.url
    assert given is not None
    seed.refuse_in_production(settings.env, force=False)
    LocalState(settings.home).make()
    await migrate.upgrade(given.get_secret_value())
    await seed.load(given.get_secret_value(), env=settings.env)
    # Made before several processes want it at once.
    settings = with_free_port(with_secret(settings))
    async with open_processes(settings) as stop:
        url = base_url(settings.api)
        code = await show(url, await _token(url))
        if code is None:
            await stop.event.wait()
    return code or 0


def _refuse_incomplete(settings: Settings) -> None:
    given = {
        "DOCFLOW_DB__URL": settings.db.url,
        "DOCFLOW_DB__MIGRATION_URL": settings.db.migration_url,
        "DOCFLOW_DB__AUDIT_URL": settings.db.audit_url,
        "DOCFLOW_BROKER__URL": settings.broker.url,
        "DOCFLOW_REDIS__URL": settings.redis.url,
        "DOCFLOW_BLOBS__URL": settings.blobs.url,
    }
    missing = [name for name, value in given.items() if value is None]
    if missing:
        raise UserError(f"production's shape needs {', '.join(missing)}", code="settings_missing")


async def _token(url: str) -> str:
    """Of the demo data's administrator; good for a quarter of an hour."""
    email, password = DEMO_LOGIN.split(" / ")
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=30) as http:
        answer = await http.post("/v1/auth/login", json={"email": email, "password": password})
    if not answer.is_success:
        raise UserError(
            f"the demo data's administrator cannot sign in ({answer.status_code})", code="demo_login"
        )
    token: str = answer.json()["access_token"]
    return token

"""Everything of one installation in this process: container, services, the run file, a clean end."""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress

import structlog
from docflow.domain.errors import UserError
from docflow.runtime.admin_server import open_admin_server
from docflow.runtime.container import Container, open_container
from docflow.runtime.local_key import local_api_key
from docflow.runtime.local_state import LocalState, Run, own_start
from docflow.runtime.logging import open_logging
from docflow.runtime.logins import refuse_powerful_logins, until_logged_in
from docflow.runtime.program import Stop, run_loop, run_services
from docflow.runtime.settings import Settings

from docflow_cli import services
from docflow_cli.addresses import at_listener, base_url, open_listener, until_answering

log = structlog.get_logger(__name__)

Ready = Callable[[Run], Awaitable[int | None]]
"""Called once the gateway answers. An exit code ends the program; None leaves it running."""


def serve(settings: Settings, ready: Ready | None = None, *, terminal_logs: bool = True) -> int:
    """Run every service until a signal, or until `ready` returns an exit code."""
    refuse_unsafe(settings)
    refuse_audit_alone(settings)
    state = LocalState(settings.home)
    if (other := state.run()) is not None:
        raise UserError(
            f"DocFlow runs already in {state.home}: {other.api_url} (process {other.pids['docflow']}). "
            "`docflow down` stops it",
            code="already_running",
        )
    state.make()
    with (
        open_listener(settings.api) as listener,
        open_logging(settings.log, state.home, terminal=terminal_logs),
    ):
        return run_loop(_serve(at_listener(settings, listener), listener, state, ready))


def serve_one(settings: Settings, name: str) -> int:
    """Run one service against the settings' database until a signal; waits for a database that is not there yet."""
    refuse_unsafe(settings, name)
    if name != "service-audit":
        refuse_audit_alone(settings)
    state = LocalState(settings.home)
    state.make()
    with open_logging(settings.log, None):
        return run_loop(_serve_one(settings, name))


def refuse_unsafe(settings: Settings, service: str | None = None) -> None:
    missing = settings.missing_in_production(service)
    if missing:
        raise UserError(f"DOCFLOW_ENV=production needs {' and '.join(missing)}", code="settings_missing")


def refuse_audit_alone(settings: Settings) -> None:
    """The audit's login is enough for service-audit and for nothing else."""
    if settings.db.url is None and settings.db.audit_url is not None:
        raise UserError("DOCFLOW_DB__AUDIT_URL is set without DOCFLOW_DB__URL", code="settings_missing")


async def _serve(settings: Settings, listener: socket.socket, state: LocalState, ready: Ready | None) -> int:
    stop = Stop()
    with stop.on_signals():
        try:
            async with open_container(settings, stop.event) as container:
                await refuse_powerful_logins(container)
                container.api_listener = listener
                stop.serving = True
                announcing = asyncio.create_task(_announce(container, state, ready))
                try:
                    code = await run_services(container, services.load())
                    if announcing.done() and not announcing.cancelled():
                        code = code or announcing.result() or 0
                finally:
                    announcing.cancel()
                    with suppress(asyncio.CancelledError):
                        await announcing
                    state.remove_run()
        except asyncio.CancelledError:
            if not stop.event.is_set():
                raise
            code = 0
    log.info("program.stopped", code=code)
    return code


async def _serve_one(settings: Settings, name: str) -> int:
    stop = Stop()
    with stop.on_signals():
        try:
            async with (
                open_container(settings, stop.event) as container,
                open_admin_server(container, name),
            ):
                await until_logged_in(container)
                stop.serving = True
                loaded = services.load((name,))
                with _listening(container, name):
                    container.serving.set()
                    return await run_services(container, loaded)
        except asyncio.CancelledError:
            if not stop.event.is_set():
                raise
            return 0


@contextmanager
def _listening(container: Container, name: str) -> Iterator[None]:
    if name != "backend-api":
        yield
        return
    with open_listener(container.settings.api, may_move=False) as container.api_listener:
        yield


async def _announce(container: Container, state: LocalState, ready: Ready | None) -> int | None:
    """Write the run file once the gateway answers; end the program when `ready` says so or fails."""
    try:
        await until_answering(container.settings.api)
        run = Run(
            api_url=base_url(container.settings.api),
            api_key=await local_api_key(
                state, container.database, container.urls.admin, container.clock.now()
            ),
            admin_database_url=container.urls.admin,
            pids=_pids(container),
            started_at=own_start(),
        )
        state.write_run(run)
        log.info("program.ready", url=run.api_url)
        code = await ready(run) if ready is not None else None
    except Exception:
        log.exception("program.not_ready")
        container.stopping.set()
        return 1
    if code is not None:
        container.stopping.set()
    return code


def _pids(container: Container) -> dict[str, int]:
    pids = {"docflow": os.getpid()}
    if container.urls.server_pid is not None:
        pids["postgres"] = container.urls.server_pid
    return pids

"""Every service as a process of its own, ended with us."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from docflow.domain.errors import TransientError
from docflow.runtime.program import Stop
from docflow.runtime.settings import Settings

from docflow_cli.addresses import until_answering
from docflow_cli.services import PACKAGES

_STOP_S = 30.0


@asynccontextmanager
async def open_processes(settings: Settings) -> AsyncIterator[Stop]:
    """Inside the block all services run and the gateway answers. What they say goes into logs/<service>.log.

    They end with the block, and also when this process is killed. A signal sets the stop's event. Raises
    TransientError `start_failed`.
    """
    logs = settings.home.absolute() / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {
        "DOCFLOW_HOME": str(settings.home.absolute()),
        "DOCFLOW_API__HOST": settings.api.host,
        "DOCFLOW_API__PORT": str(settings.api.port),
    }
    children: dict[str, subprocess.Popen[bytes]] = {}
    stop = Stop()
    with stop.on_signals():
        try:
            for name in PACKAGES:
                children[name] = _start(name, environment, logs)
            guard = _guard([child.pid for child in children.values()])
            try:
                await _until_up(settings, children, logs)
                stop.serving = True
                yield stop
            finally:
                guard.kill()
                guard.wait()
        finally:
            await asyncio.to_thread(_end, list(children.values()))


def _start(name: str, environment: Mapping[str, str], logs: Path) -> subprocess.Popen[bytes]:
    with (logs / f"{name}.log").open("wb") as out:
        return subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "docflow_cli", "run", name],
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,  # a Ctrl-C is ours to pass on
        )


async def _until_up(settings: Settings, children: Mapping[str, subprocess.Popen[bytes]], logs: Path) -> None:
    answering = asyncio.create_task(until_answering(settings.api))
    try:
        while not answering.done():
            for name, child in children.items():
                if child.poll() is not None:
                    said = (logs / f"{name}.log").read_text(errors="replace").strip().splitlines()
                    raise TransientError(
                        f"{name} ended with {child.returncode}: {said[-1] if said else 'no output'}",
                        code="start_failed",
                    )
            await asyncio.sleep(0.1)
        await answering
    except TimeoutError:
        raise TransientError("the gateway does not answer", code="start_failed") from None
    finally:
        answering.cancel()


def _end(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        child.send_signal(signal.SIGTERM)
    for child in children:
        with suppress(subprocess.TimeoutExpired):
            child.wait(_STOP_S)
        if child.poll() is None:
            child.kill()
            child.wait()


def _guard(pids: list[int]) -> subprocess.Popen[bytes]:
    """A shell that asks the children to end when this process goes, however it goes: then its input closes."""
    return subprocess.Popen(  # noqa: S603 - a fixed script and numbers
        ["/bin/sh", "-c", 'read -r _; kill -s TERM "$@"', "guard", *map(str, pids)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )

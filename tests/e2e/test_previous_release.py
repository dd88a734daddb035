"""The code before this one, with its own lock, on a database that this code migrated under it."""

import asyncio
import os
import subprocess
import tarfile
import time
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from docflow.adapters.postgres.databases import ensure_database, login_url
from docflow.adapters.postgres.embedded import throw_away_postgres
from docflow.db import migrate
from docflow.db.roles import APP, AUDIT, OWNER, set_passwords
from docflow.testing.servers import free_port

from tests.e2e.servers import PASSWORD
from tests.integration.db.releases import ROOT, before_the_newest_migration, releases

pytestmark = [pytest.mark.full, pytest.mark.timeout(400)]

SERVICES = ("backend-api", "worker-ocr", "worker-processor", "worker-output", "service-audit")
DOCUMENT = ROOT / "tests" / "data" / "demo" / "facturx-lieferant-471102.pdf"
READY_S = 90.0


class Earlier:
    """A commit's tree in a folder, installed as its own lock says; and its services on a database."""

    def __init__(self, commit: str, folder: Path, admin: str) -> None:
        self.folder = folder
        self.tree = folder / "tree"
        archive = subprocess.run(["git", "-C", ROOT, "archive", commit], capture_output=True, check=True)
        with tarfile.open(fileobj=BytesIO(archive.stdout)) as files:
            files.extractall(self.tree, filter="data")
        self.port = free_port()
        settings = {
            "HOME": str(folder / "home"),
            "API__PORT": str(self.port),
            "DB__URL": login_url(admin, APP, PASSWORD),
            "DB__AUDIT_URL": login_url(admin, AUDIT, PASSWORD),
            "DB__MIGRATION_URL": admin,
            "BLOBS__URL": f"file://{folder / 'files'}",
            "AUTH__SECRET": PASSWORD * 4,
        }
        self.environment = {
            "PATH": os.environ["PATH"],
            **{f"DOCFLOW_{name}": value for name, value in settings.items()},
        }
        self.processes: list[subprocess.Popen[bytes]] = []
        self._run("sh", "scripts/setup.sh", **({"HOME": os.environ["HOME"]} if "HOME" in os.environ else {}))

    def verb(self, *words: str) -> None:
        self._run(".venv/bin/docflow", *words)

    def start(self) -> None:
        for name in SERVICES:
            with (self.folder / f"{name}.log").open("wb") as log:
                self.processes.append(
                    subprocess.Popen(
                        [".venv/bin/docflow", "run", name],
                        cwd=self.tree,
                        env=self.environment,
                        stdout=log,
                        stderr=log,
                    )
                )
        until = time.monotonic() + READY_S
        while not self._is_ready():
            assert time.monotonic() < until, self.said()
            assert all(process.poll() is None for process in self.processes), self.said()
            time.sleep(0.2)

    def read(self, document: Path) -> str:
        """What its own script, which tries an installation out, prints of the document."""
        return self._run("sh", "deploy/try.sh", f"http://127.0.0.1:{self.port}", str(document))

    def said(self) -> str:
        return "\n".join(log.read_text(errors="replace")[-1500:] for log in self.folder.glob("*.log"))

    def close(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()

    def _is_ready(self) -> bool:
        with suppress(httpx.HTTPError):
            return httpx.get(f"http://127.0.0.1:{self.port}/readyz", trust_env=False).is_success
        return False

    def _run(self, *command: str, **more: str) -> str:
        done = subprocess.run(
            command,
            cwd=self.tree,
            env=self.environment | more,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr + self.said()
        return done.stdout


@pytest.fixture
def earlier(tmp_path: Path) -> Iterator[Earlier]:
    """The newest release; while there is none, the code before the newest migration."""
    commit = next(iter(releases()), None) or before_the_newest_migration()
    with throw_away_postgres() as server:
        admin = asyncio.run(ensure_database(server))
        made = Earlier(commit, tmp_path, admin)
        try:
            made.verb("migrate")
            made.verb("seed")
            asyncio.run(set_passwords(admin, dict.fromkeys((OWNER, APP, AUDIT), PASSWORD)))
            yield made
        finally:
            made.close()


def test_the_code_before_works_on_while_and_after_the_schema_is_upgraded(earlier: Earlier) -> None:
    earlier.start()
    assert "471102" in earlier.read(DOCUMENT)
    admin = earlier.environment["DOCFLOW_DB__MIGRATION_URL"]
    before = asyncio.run(migrate.current(admin))
    asyncio.run(migrate.upgrade(admin))
    assert asyncio.run(migrate.current(admin)) == migrate.head()
    assert before != migrate.head() or releases()
    assert "18383" in earlier.read(DOCUMENT.with_name("xrechnung-mustermann-18383.xml"))

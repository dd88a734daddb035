"""The servers that production's shape needs, all of the test's own, and services on them as processes."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from docflow.adapters.postgres.databases import ensure_database, login_url
from docflow.adapters.postgres.embedded import EmbeddedPostgres
from docflow.db import migrate, seed
from docflow.db.roles import APP, AUDIT, OWNER, set_passwords
from docflow.testing.servers import RabbitServer, RedisServer, S3Server, free_port

PASSWORD = "of-this-test-alone"


class Servers:
    """PostgreSQL with the roles' passwords set, RabbitMQ, Redis and S3 with a bucket; or files in place of S3."""

    def __init__(self, folder: Path, *, s3: bool = True) -> None:
        for kind in (RabbitServer, RedisServer, *((S3Server,) if s3 else ())):
            if reason := kind.missing():
                pytest.skip(reason)
        self.folder = folder
        self.postgres = EmbeddedPostgres(folder, options={"max_connections": "200"})
        self.rabbit = RabbitServer(folder / "rabbit")
        self.redis = RedisServer(folder / "redis")
        self.s3 = S3Server(folder / "s3") if s3 else None
        self.admin = ""

    def start(self) -> None:
        self.rabbit.start()
        self.redis.start()
        if self.s3 is not None:
            self.s3.start()
            httpx.put(f"{self.s3.url}/documents", trust_env=False).raise_for_status()
        self.admin = asyncio.run(ensure_database(self.postgres.start()))

    def prepare(self) -> None:
        """Schema, demo data and the logins of the services."""
        asyncio.run(migrate.upgrade(self.admin))
        asyncio.run(seed.load(self.admin))
        asyncio.run(set_passwords(self.admin, dict.fromkeys((OWNER, APP, AUDIT), PASSWORD)))

    def restart_postgres_at_once(self) -> None:
        """As `pg_ctl restart -m immediate`: nobody is waited for, the start recovers."""
        pid = self.postgres.status().pid
        assert pid is not None
        os.kill(pid, signal.SIGQUIT)
        until = time.monotonic() + 15
        while self.postgres.running and time.monotonic() < until:
            time.sleep(0.02)
        self.postgres.start()

    def environment(self, **settings: str) -> dict[str, str]:
        given = {
            "HOME": str(self.folder / "home"),
            "API__PORT": str(free_port()),
            "DB__URL": login_url(self.admin, APP, PASSWORD),
            "DB__AUDIT_URL": login_url(self.admin, AUDIT, PASSWORD),
            "DB__MIGRATION_URL": self.admin,
            "BROKER__URL": self.rabbit.url,
            "REDIS__URL": self.redis.url,
            **self._blobs(),
            "LIMITS__REQUESTS_PER_MINUTE": "100000",
            "LOG__JSON_LINES": "true",
            **settings,
        }
        return {"PATH": os.environ["PATH"], **{f"DOCFLOW_{name}": value for name, value in given.items()}}

    def close(self) -> None:
        with suppress(Exception):
            self.postgres.stop()
        for server in (self.s3, self.redis, self.rabbit):
            if server is not None:
                server.close()

    def _blobs(self) -> dict[str, str]:
        if self.s3 is None:
            return {}
        return {
            "BLOBS__URL": "s3://documents/files",
            "BLOBS__ENDPOINT": self.s3.url,
            "BLOBS__REGION": "us-east-1",
            "BLOBS__ACCESS_KEY_ID": self.s3.access_key,
            "BLOBS__SECRET_ACCESS_KEY": self.s3.secret_key,
        }


class Replica:
    """One service as a process, which can be killed and started again under the same name."""

    def __init__(self, name: str, environment: dict[str, str], log: Path) -> None:
        self.name = name
        self._environment = environment
        self.log = log
        self.process = self._spawn()

    def _spawn(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as out:
            return subprocess.Popen(
                [sys.executable, "-m", "docflow_cli", "run", self.name],
                env=self._environment,
                cwd="/",
                stdout=out,
                stderr=out,
            )

    def keep(self) -> bool:
        """Start it again where it ended by itself, as whoever runs services does; True = it had ended."""
        if self.process.poll() is None:
            return False
        self.process = self._spawn()
        return True

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

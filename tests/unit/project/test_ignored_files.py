import pytest

from tests.unit.project.repository import git, tracked

IGNORED = {
    "environment files": [".env", ".env.local", ".env.production", "db/.env", "services/backend-api/.env"],
    "keys and secrets": [
        "server.pem",
        "deploy/tls.key",
        "client.p12",
        "client.pfx",
        "store.jks",
        "id_rsa",
        "id_ed25519",
        "secrets/db-password",
        "deploy/secrets/token",
        "service-account.json",
        "credentials.json",
        ".netrc",
        ".pgpass",
        "run.json",
    ],
    "dumps": ["backup.dump", "db/backup.sql.gz", "backup.pgdump", "db/dumps/today.sql"],
    "data folders": [".docflow/pg/PG_VERSION", "pgdata/base", "data/blobs/1", "deploy/volumes/pg/base"],
    "databases": ["local.sqlite3", "local.sqlite", "test.db", "test.db-wal", "test.db-journal", "dump.rdb"],
    "Python": [
        ".venv/bin/python",
        "services/core/src/docflow/__pycache__/x.cpython-311.pyc",
        "services/core/src/docflow_core.egg-info/PKG-INFO",
        "dist/docflow-0.1.0.whl",
        "build/lib/x.py",
        ".mypy_cache/x",
        ".ruff_cache/x",
        ".pytest_cache/x",
        ".coverage",
        "htmlcov/index.html",
        "uv.lock",
    ],
    "Rust": ["target/release/x", "native/target/debug/x", "x.rs.bk"],
    "Node": [
        "node_modules/x/index.js",
        "services/frontend/node_modules/x",
        "services/frontend/dist/app.js",
        "npm-debug.log",
        "services/frontend/app.tsbuildinfo",
        "services/frontend/coverage/index.html",
        "test-results/x.png",
    ],
    "Docker": ["docker-compose.override.yml", "compose.override.yaml", "deploy/compose.override.yml"],
    "editors and systems": [".idea/x.xml", ".vscode/settings.json", ".DS_Store", "x.swp", "docflow.log"],
}
KEPT = [
    ".env.example",
    "db/.env.example",
    "deploy/.env.example",
    "requirements.lock",
    "db/schema.sql",
    "db/seeds/001_sample_data.sql",
    "db/types/built_in.sql",
    "services/frontend/package-lock.json",
    "tests/data/demo/manifest.json",
    "deploy/docker-compose.yml",
    ".dockerignore",
    "native/Cargo.lock",
]


@pytest.mark.parametrize("path", [path for paths in IGNORED.values() for path in paths])
def test_what_must_stay_private_or_is_made_here_is_ignored(path: str) -> None:
    assert git("check-ignore", "--no-index", "-q", path).returncode == 0


@pytest.mark.parametrize("path", KEPT)
def test_what_belongs_to_the_repository_is_not_ignored(path: str) -> None:
    assert git("check-ignore", "--no-index", "-q", path).returncode == 1


def test_no_tracked_file_is_one_that_git_would_ignore() -> None:
    paths = "\n".join(str(file) for file in tracked())
    assert git("check-ignore", "--no-index", "--stdin", given=paths).stdout.split() == []

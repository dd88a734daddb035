"""Databases for whoever asks. Nothing starts before a test asks for one."""

import gc
from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest
from docflow.db import seed
from docflow.db.database import Database
from docflow.testing.database import DatabaseServer, DatabaseUrls, open_server
from docflow.testing.factories import Tenancy, add_tenancy


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--on-database", action="store_true", help="only tests that ask for a database")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--on-database"):
        return
    kept, left = [], []
    for item in items:
        (kept if "database_server" in getattr(item, "fixturenames", ()) else left).append(item)
    config.hook.pytest_deselected(items=left)
    items[:] = kept


def pytest_collection_finish() -> None:
    """Thousands of tests and all their modules stay: the collector need not walk them between two tests."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def _opened_server() -> Iterator[DatabaseServer]:
    with open_server() as server:
        yield server


@pytest.fixture(scope="session")
async def database_server(_opened_server: DatabaseServer) -> AsyncIterator[DatabaseServer]:
    """Makes databases; drops what it made."""
    yield _opened_server
    await _opened_server.drop_all()


@pytest.fixture(scope="module")
async def database_urls(database_server: DatabaseServer) -> AsyncIterator[DatabaseUrls]:
    """A migrated database that the module's tests share."""
    urls = await database_server.clone()
    yield urls
    database_server.give_back(urls)


@pytest.fixture
async def fresh_database_urls(database_server: DatabaseServer) -> AsyncIterator[DatabaseUrls]:
    """A migrated database of the test's own."""
    urls = await database_server.clone()
    yield urls
    database_server.give_back(urls)


@pytest.fixture(scope="module")
async def database(database_urls: DatabaseUrls) -> AsyncIterator[Database]:
    """As the services see it: docflow_app."""
    opened = Database(database_urls.app, pool_size=5, max_overflow=5)
    yield opened
    await opened.aclose()


@pytest.fixture(scope="module")
async def owner_database(database_urls: DatabaseUrls) -> AsyncIterator[Database]:
    """As migrations see it; writes the platform's rows."""
    opened = Database(database_urls.owner, pool_size=1, max_overflow=1)
    yield opened
    await opened.aclose()


@pytest.fixture(scope="module")
async def audit_database(database_urls: DatabaseUrls) -> AsyncIterator[Database]:
    """As the audit service sees it: docflow_audit."""
    opened = Database(database_urls.audit, pool_size=2, max_overflow=2)
    yield opened
    await opened.aclose()


@pytest.fixture
async def two_clients(database: Database) -> tuple[Tenancy, Tenancy]:
    """Two clients that nobody else uses, each with a user, a type and a configuration."""
    mark = uuid4().hex[:8]
    return await add_tenancy(database, f"acme-{mark}"), await add_tenancy(database, f"globex-{mark}")


@pytest.fixture(scope="module")
async def seeded_database_urls(database_server: DatabaseServer) -> AsyncIterator[DatabaseUrls]:
    """A migrated database with the sample data, shared by the module's tests."""
    urls = await database_server.clone()
    await seed.load(urls.owner)
    yield urls
    database_server.give_back(urls)

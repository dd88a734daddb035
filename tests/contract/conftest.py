"""Real servers for the suites that need them; each starts with the first test that asks."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from docflow.adapters.postgres.home import parent_of_passing
from docflow.adapters.redis.link import RedisLink
from docflow.testing.servers import PrivateServer, RabbitServer, RedisServer, S3Server

from tests.contract.redis_timing import QUICK


def _run(kind: type[PrivateServer]) -> Iterator[PrivateServer]:
    if reason := kind.missing():
        pytest.skip(reason)
    with TemporaryDirectory(prefix="docflow-", dir=parent_of_passing(), ignore_cleanup_errors=True) as folder:
        server = kind(Path(folder))
        try:
            server.start()
            yield server
        finally:
            server.close()


@pytest.fixture(scope="module")
def rabbit_server() -> Iterator[PrivateServer]:
    """One a module: a node that was killed again and again keeps traces."""
    yield from _run(RabbitServer)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[PrivateServer]:
    yield from _run(RedisServer)


@pytest.fixture(scope="session")
def s3_server() -> Iterator[PrivateServer]:
    yield from _run(S3Server)


@pytest.fixture
async def redis_link(redis_server: RedisServer) -> AsyncIterator[RedisLink]:
    """Up and empty before each test."""
    redis_server.resume()
    if not redis_server.alive:
        await asyncio.to_thread(redis_server.start)
    link = RedisLink(redis_server.url, timing=QUICK)
    link.start()
    await asyncio.wait_for(link.wait_up(), 10)
    await link.client.flushdb()
    yield link
    await link.aclose()

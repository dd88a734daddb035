from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
from docflow.adapters.llm.offline.provider import OfflineProvider
from docflow.db.database import Database
from docflow.runtime.settings import LimitSettings
from docflow.testing.database import DatabaseUrls
from docflow.testing.factories import add_tenancy
from docflow.testing.passwords import quick_passwords
from docflow_api.app import create_app
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from tests.integration.api.conftest import ADDRESS, World, make_container
from tests.security.callers import administrator, enrollers, keys, people, unproven
from tests.security.objects import Side
from tests.security.scene import Scene


@pytest.fixture(scope="module")
async def scene(database: Database, database_urls: DatabaseUrls) -> AsyncIterator[Scene]:
    container = make_container(database)
    # Streams end at once and waits are over, so that every operation can be called.
    container.provider = OfflineProvider(container.workbench)
    container.stopping.set()
    container.settings = container.settings.model_copy(
        update={"limits": LimitSettings(requests_per_minute=None, logins_per_minute=None)}
    )
    transport = httpx.ASGITransport(create_app(container, quick_passwords()))
    onlooking = create_engine(database_urls.admin, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as http:
        world = World(container, http)
        acme, globex = [
            await add_tenancy(database, f"{name}-{uuid4().hex[:8]}") for name in ("acme", "globex")
        ]
        own, foreign = [Side(world, one, await administrator(world, one)) for one in (acme, globex)]
        known = await people(world, acme, database_urls)
        platform = next(Side(world, None, caller.headers) for caller in known if caller.platform)
        with onlooking.connect() as onlooker:
            yield Scene(
                world,
                own,
                foreign,
                platform,
                known,
                await keys(world, acme),
                await unproven(world, acme),
                await enrollers(world, await add_tenancy(database, f"strict-{uuid4().hex[:8]}")),
                database_urls,
                onlooker,
            )

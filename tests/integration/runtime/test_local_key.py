"""The key of an installation on embedded parts, against a real database."""

from datetime import UTC, datetime
from pathlib import Path

from docflow.db.database import Database
from docflow.runtime.local_key import local_api_key
from docflow.runtime.local_state import LocalState
from docflow.testing.database import DatabaseUrls
from docflow.testing.factories import add_tenancy

NOW = datetime(2026, 1, 1, tzinfo=UTC)


async def test_it_is_made_once_and_names_no_production(
    database: Database, database_urls: DatabaseUrls, tmp_path: Path
) -> None:
    await add_tenancy(database, "acme-corp")
    state = LocalState(tmp_path / "home")
    state.make()
    key = await local_api_key(state, database, database_urls.admin, NOW)
    assert key.startswith("dfk_dev_")
    assert await local_api_key(state, database, database_urls.admin, NOW) == key

"""The sample configurations say what this stage understands."""

import pytest
from docflow.adapters.schemas.rust import check_schema, found_in_text
from docflow.db import seed
from docflow.db.database import Database
from docflow.domain.facts import known_of
from docflow.domain.rule_list import problem_of
from docflow.plugins.validators import BUILT_IN
from docflow.testing.database import DatabaseUrls
from sqlalchemy import text


@pytest.fixture(scope="module")
async def configurations(database_urls: DatabaseUrls, owner_database: Database) -> list[dict[str, object]]:
    await seed.load(database_urls.admin, "development")
    async with owner_database.nobody() as session:
        rows = await session.execute(text("SELECT * FROM configurations WHERE client_id IS NULL"))
        return [dict(row) for row in rows.mappings()]


async def test_every_sample_rule_can_be_used(configurations: list[dict[str, object]]) -> None:
    problems = [
        problem_of(rule, known_of(row["output_schema"]), found_in_text)  # type: ignore[arg-type]
        for row in configurations
        for rule in row["validation_rules"]["validation_rules"]  # type: ignore[index]
    ]
    assert problems == [None] * len(problems) != []


async def test_every_sample_plugin_is_built_in(configurations: list[dict[str, object]]) -> None:
    named = {row["plugin_name"] for row in configurations} - {None}
    assert named
    assert named <= {validator.name for validator in BUILT_IN}


async def test_every_sample_schema_can_be_used(configurations: list[dict[str, object]]) -> None:
    for row in configurations:
        codes = {finding.code for finding in check_schema(row["output_schema"], {})}  # type: ignore[arg-type]
        assert codes == {"schema_required"}

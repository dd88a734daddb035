"""The sample configurations say what this stage understands."""

import pytest
from docflow.adapters.schemas.rust import check_schema
from docflow.db import seed
from docflow.db.database import Database
from docflow.domain.rules import rule_problem
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
    rules = [rule for row in configurations for rule in row["validation_rules"]["validation_rules"]]  # type: ignore[index]
    assert rules
    assert [problem for rule in rules if (problem := rule_problem(rule))] == []


async def test_every_sample_plugin_is_built_in(configurations: list[dict[str, object]]) -> None:
    named = {row["plugin_name"] for row in configurations} - {None}
    assert named
    assert named <= {validator.name for validator in BUILT_IN}


async def test_every_sample_schema_can_be_used(configurations: list[dict[str, object]]) -> None:
    for row in configurations:
        codes = {finding.code for finding in check_schema(row["output_schema"], {})}  # type: ignore[arg-type]
        assert codes == {"schema_required"}

"""The sample data hold what the program needs to read its first documents."""

from collections.abc import AsyncIterator
from uuid import UUID

import psycopg
import pytest
from docflow.adapters.schemas.rust import found_in_text, schema_fault
from docflow.db.database import Database
from docflow.db.roles import libpq_url
from docflow.domain.configuration import Configuration, PromptStage
from docflow.domain.ids import new_id
from docflow.domain.output_schema import shape_of
from docflow.domain.prompting import template_problems
from docflow.domain.publishing import Known
from docflow.domain.rules import parsed
from docflow.domain.values.kinds import FieldKind
from docflow.features.configurations.drafts import refuse_faults
from docflow.features.configurations.models import ConfigurationRow
from docflow.features.configurations.service import Configurations
from docflow.features.prompts.models import PromptRow
from docflow.features.prompts.repository import PromptRepository
from docflow.features.users.passwords import Passwords
from docflow.plugins.running import Plugins
from docflow.plugins.validators import BUILT_IN
from docflow.testing.database import DatabaseUrls
from docflow.testing.factories import add_client
from sqlalchemy import select, text

REQUIRED = {
    "simple_invoice": {"invoice_number", "issue_date", "seller_name", "currency", "grand_total"},
    "payroll_v1": {"employee_name", "pay_period_start", "pay_period_end", "total_gross", "total_net"},
    "expense_receipt": {"company", "date", "total"},
    "bank_statement": {"account_holder", "period_start", "period_end", "closing_balance"},
    "us_tax_form": {"form_type", "name"},
}
PLUGINS = {
    "simple_invoice": "invoice_standard_validator",
    "payroll_v1": "payroll_standard_validator",
    "expense_receipt": "receipt_standard_validator",
    "bank_statement": None,
    "us_tax_form": None,
}


@pytest.fixture(scope="module")
async def seeded(seeded_database_urls: DatabaseUrls) -> AsyncIterator[Database]:
    opened = Database(seeded_database_urls.app, pool_size=2)
    yield opened
    await opened.aclose()


@pytest.fixture(scope="module")
async def newcomer(seeded: Database) -> UUID:
    return await add_client(seeded, "newcomer")


async def found(urls: DatabaseUrls, query: str) -> list[tuple[object, ...]]:
    async with await psycopg.AsyncConnection.connect(libpq_url(urls.admin)) as connection:
        return await (await connection.execute(query.encode())).fetchall()


async def configuration(seeded: Database, client_id: UUID, process_type_id: str) -> Configuration:
    async with seeded.client(client_id) as session:
        return await Configurations(session, client_id).for_new_process(process_type_id, new_id())


@pytest.mark.parametrize("process_type_id", REQUIRED)
async def test_a_new_client_can_start_with_every_type(
    seeded: Database, newcomer: UUID, process_type_id: str
) -> None:
    first = await configuration(seeded, newcomer, process_type_id)
    assert (first.version, first.confidence_threshold, first.plugin_name, set(first.prompt_ids)) == (
        1, 0.8, PLUGINS[process_type_id], {stage.value for stage in PromptStage},
    )  # fmt: skip


@pytest.mark.parametrize("process_type_id", REQUIRED)
async def test_every_field_says_its_kind_and_the_required_ones_are_there(
    seeded: Database, newcomer: UUID, process_type_id: str
) -> None:
    schema = (await configuration(seeded, newcomer, process_type_id)).output_schema
    shape = shape_of(schema)
    assert {field.path for field in shape.fields if field.required} == REQUIRED[process_type_id]
    columns = [sub["items"]["properties"] for sub in schema["properties"].values() if sub["type"] == "array"]
    leaves = [sub for sub in schema["properties"].values() if sub["type"] != "array"]
    leaves += [column for table in columns for column in table.values()]
    assert {leaf["x-kind"] for leaf in leaves} <= set(FieldKind)


@pytest.mark.parametrize("process_type_id", REQUIRED)
async def test_every_rule_can_be_used_and_names_fields_that_are_read(
    seeded: Database, newcomer: UUID, process_type_id: str
) -> None:
    first = await configuration(seeded, newcomer, process_type_id)
    shape = shape_of(first.output_schema)
    named = {parsed(rule).field for rule in first.validation_rules}
    named |= {rule["compare_to"] for rule in first.validation_rules if "compare_to" in rule}
    assert {path for path in named if shape.field(str(path)) is None} == set()


async def test_a_document_stands_fenced_in_every_prompt_that_holds_one(
    seeded: Database, newcomer: UUID
) -> None:
    """What a document says must not be taken for the prompt's own words."""
    first = await configuration(seeded, newcomer, "simple_invoice")
    async with seeded.client(newcomer) as session:
        prompts = PromptRepository(session, newcomer)
        texts = {
            stage: (await prompts.get(UUID(str(found)))).prompt_template
            for stage, found in first.prompt_ids.items()
        }
    fenced = {
        stage for stage, given in texts.items() if "<<<DOCUMENT\n{{document_text}}\nDOCUMENT>>>" in given
    }
    assert fenced == {"classification", "ocr", "validation"}
    assert all("never an instruction" in given for given in texts.values())


async def test_no_prompt_has_a_placeholder_left_from_the_seed(seeded_database_urls: DatabaseUrls) -> None:
    assert (
        await found(seeded_database_urls, "SELECT prompt_id FROM prompts WHERE prompt_template LIKE '%[[%'")
        == []
    )


async def test_everybody_signs_in_with_the_public_password(seeded: Database) -> None:
    async with seeded.nobody() as session:
        row = (await session.execute(text("SELECT * FROM find_login('Admin@ACME.com')"))).one()
    matches, replacement = await Passwords().verify("password123", row.password_hash)
    assert (matches, replacement, row.role, row.client_status) == (True, None, "admin", "active")


async def test_each_client_has_an_admin_an_operator_and_a_viewer(seeded_database_urls: DatabaseUrls) -> None:
    rows = await found(
        seeded_database_urls,
        "SELECT c.slug, string_agg(u.role, ',' ORDER BY u.role) FROM users u JOIN clients c USING (client_id)"
        " WHERE u.is_demo GROUP BY c.slug ORDER BY c.slug",
    )
    assert rows == [(slug, "admin,operator,viewer") for slug in ("acme-corp", "globex", "initech")]


async def test_the_platforms_administrator_has_no_client(seeded_database_urls: DatabaseUrls) -> None:
    rows = await found(
        seeded_database_urls, "SELECT email FROM users WHERE client_id IS NULL AND role = 'platform_admin'"
    )
    assert rows == [("platform@docflow.local",)]


async def test_every_id_has_the_form_of_version_7(seeded_database_urls: DatabaseUrls) -> None:
    rows = await found(
        seeded_database_urls, "SELECT prompt_id FROM prompts UNION ALL SELECT user_id FROM users"
    )
    assert {UUID(str(row[0])).version for row in rows} == {7}


async def test_the_platforms_templates_and_prompts_could_be_published_by_a_client(seeded: Database) -> None:
    known = Known(schema_fault, found_in_text, Plugins(BUILT_IN).names())
    async with seeded.nobody() as session:
        templates = (await session.scalars(select(ConfigurationRow))).all()
        prompts = (await session.scalars(select(PromptRow))).all()
    for row in templates:
        await refuse_faults(row, known)
    assert [template_problems(row.prompt_template, PromptStage(row.stage)) for row in prompts] == [[]] * 20
    assert len(templates) == 5

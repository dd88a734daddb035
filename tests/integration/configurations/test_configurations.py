import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from docflow.db.database import Database
from docflow.domain.configuration import LifecycleState, PromptStage
from docflow.domain.errors import DocflowError, PermanentError, UserError
from docflow.domain.ids import new_id
from docflow.features.configurations.repository import ConfigurationRepository
from docflow.features.configurations.service import Configurations
from docflow.features.prompts.repository import PromptRepository
from docflow.testing.factories import (
    Tenancy,
    add_client,
    add_configuration,
    add_prompt,
    add_type,
)
from sqlalchemy import text


@dataclass
class Platform:
    """A platform type with a template of version 1 and two prompts."""

    process_type_id: str
    ocr_prompt: UUID
    summary_prompt: UUID


@pytest.fixture(scope="module")
async def platform(owner_database: Database) -> Platform:
    name = await add_type(owner_database, "simple_invoice")
    await add_configuration(owner_database, None, name, confidence_threshold="0.9", plugin_name="a_plugin")
    ocr = await add_prompt(owner_database, None, name, PromptStage.OCR)
    summary = await add_prompt(owner_database, None, name, PromptStage.SUMMARIZATION)
    return Platform(name, ocr, summary)


@pytest.fixture
async def client_id(database: Database) -> AsyncIterator[UUID]:
    yield await add_client(database, f"newcomer-{uuid4().hex[:8]}")


async def refused(database: Database, client_id: UUID, process_type_id: str) -> DocflowError:
    with pytest.raises(DocflowError) as refusal:
        async with database.client(client_id) as session:
            await Configurations(session, client_id).for_new_process(process_type_id, new_id())
    return refusal.value


async def test_a_client_starts_with_a_copy_of_the_platforms_template(
    database: Database, client_id: UUID, platform: Platform
) -> None:
    async with database.client(client_id) as session:
        first = await Configurations(session, client_id).for_new_process("simple_invoice", new_id())
    assert (first.client_id, first.version, first.confidence_threshold, first.plugin_name) == (
        client_id, 1, 0.9, "a_plugin",
    )  # fmt: skip


async def test_the_copy_names_the_prompts_it_will_be_read_by(
    database: Database, client_id: UUID, platform: Platform
) -> None:
    own = await add_prompt(database, client_id, "simple_invoice", PromptStage.OCR, prompt_template="ours")
    async with database.client(client_id) as session:
        first = await Configurations(session, client_id).for_new_process("simple_invoice", new_id())
        prompt = await PromptRepository(session, client_id).get(UUID(str(first.prompt_ids["ocr"])))
    assert first.prompt_ids == {"ocr": str(own), "summarization": str(platform.summary_prompt)}
    assert prompt.prompt_template == "ours"


async def test_many_at_once_make_one_copy(database: Database, client_id: UUID, platform: Platform) -> None:
    async def ask() -> UUID:
        async with database.client(client_id) as session:
            return (
                await Configurations(session, client_id).for_new_process("simple_invoice", new_id())
            ).config_id

    assert len(set(await asyncio.gather(*(ask() for _ in range(8))))) == 1


async def test_the_highest_published_active_version_is_in_force(
    database: Database, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    ours, _ = two_clients
    for version, columns in (
        (2, {}),
        (3, {"is_active": False}),
        (4, {"state": LifecycleState.DRAFT}),
        (5, {"state": LifecycleState.RETIRED}),
    ):
        await add_configuration(database, ours.client_id, ours.process_type_id, version, **columns)
    async with database.client(ours.client_id) as session:
        found = await ConfigurationRepository(session, ours.client_id).in_force(ours.process_type_id)
    assert found is not None
    assert found.version == 2


async def test_a_retired_version_still_serves_the_processes_pinned_to_it(
    database: Database, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    ours, _ = two_clients
    async with database.client(ours.client_id) as session:
        await session.execute(text("UPDATE configurations SET state = 'retired', is_active = false"))
        found = await ConfigurationRepository(session, ours.client_id).get(ours.process_type_id, 1)
    assert found.config_id == ours.config_id


async def test_a_version_that_does_not_exist_is_configuration_missing(
    database: Database, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    ours, _ = two_clients
    with pytest.raises(PermanentError) as refusal:
        async with database.client(ours.client_id) as session:
            await ConfigurationRepository(session, ours.client_id).get(ours.process_type_id, 9)
    assert refusal.value.code == "configuration_missing"


async def test_an_unknown_type_is_refused(database: Database, client_id: UUID) -> None:
    refusal = await refused(database, client_id, "no_such_type")
    assert (type(refusal), refusal.code) == (UserError, "process_type_unknown")


async def test_another_clients_type_is_unknown(
    database: Database, client_id: UUID, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    refusal = await refused(database, client_id, two_clients[0].process_type_id)
    assert refusal.code == "process_type_unknown"


async def test_an_inactive_type_is_refused(
    database: Database, owner_database: Database, client_id: UUID
) -> None:
    await add_type(owner_database, "old_form", is_active=False)
    assert (await refused(database, client_id, "old_form")).code == "process_type_inactive"


async def test_a_type_without_a_template_has_no_configuration(
    database: Database, owner_database: Database, client_id: UUID
) -> None:
    await add_type(owner_database, "bare_form")
    assert (await refused(database, client_id, "bare_form")).code == "configuration_missing"

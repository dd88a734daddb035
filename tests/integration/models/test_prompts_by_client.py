"""A prompt that one client may read is not another's because it was read before."""

import pytest
from docflow.db.database import Database
from docflow.domain.configuration import PromptStage
from docflow.domain.errors import DocflowError
from docflow.runtime.models import PublishedPrompts
from docflow.testing.factories import Tenancy, add_prompt


async def test_what_was_read_for_one_client_is_not_given_to_another(
    two_clients: tuple[Tenancy, Tenancy], database: Database
) -> None:
    acme, globex = two_clients
    prompt_id = await add_prompt(database, acme.client_id, acme.process_type_id, PromptStage.OCR)
    prompts = PublishedPrompts(database)
    assert await prompts.get(acme.client_id, prompt_id)
    with pytest.raises(DocflowError):
        await prompts.get(globex.client_id, prompt_id)

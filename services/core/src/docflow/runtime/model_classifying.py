"""Asks a model what a document is, where its words alone are not sure."""

from collections.abc import Sequence
from uuid import UUID

import structlog

from docflow.db.database import Database
from docflow.domain import fraud
from docflow.domain.configuration import Configuration, PromptStage
from docflow.domain.errors import PermanentError, QuotaExceeded
from docflow.domain.jobs import Run
from docflow.domain.ports.llm import Outcome
from docflow.domain.reading import Page
from docflow.features.classification.by_model import question_of, voice_of, with_voice
from docflow.features.classification.scoring import PAGES_SEEN, Guess, KnownType
from docflow.features.completions.calls import Origin
from docflow.features.configurations.repository import ConfigurationRepository
from docflow.runtime.models import Models

log = structlog.get_logger(__name__)


class ModelVoice:
    """The configuration in force for the likeliest type says whether a model is asked, which, and with what prompt."""

    def __init__(self, models: Models, database: Database) -> None:
        self._models = models
        self._database = database

    async def heard(
        self,
        run: Run,
        document_id: UUID,
        pages: Sequence[Page],
        types: Sequence[KnownType],
        guesses: tuple[Guess, ...],
    ) -> tuple[Guess, ...]:
        """The guesses with the model's word among them; as they were where it has none to say.

        Raises TransientError while no vendor answers.
        """
        first = pages[:PAGES_SEEN]
        # Whoever speaks to the machine on the page is not given a say in what it is taken for.
        if not guesses or not first or fraud.injected(first):
            return guesses
        config = await self._in_force(run.client_id, guesses[0].process_type_id)
        llm_policy, prompt_ids = (config.llm_policy, config.prompt_ids) if config else ({}, {})
        wishes = self._models.wishes(llm_policy)
        if wishes is None or not wishes.classification:
            return guesses
        prompt = await self._models.prompts.of(run.client_id, prompt_ids, PromptStage.CLASSIFICATION)
        question = question_of(run.client_id, run.process_id, document_id, types, first, prompt=prompt)
        asking = self._models.asking(self._models.policy(llm_policy), Origin(run.run_id, run.stage.value))
        try:
            completion = await asking.complete(question)
        except (QuotaExceeded, PermanentError) as error:
            log.info("classification.not_asked", code=error.code)
            return guesses
        if completion.outcome is not Outcome.COMPLETE or completion.data is None:
            return guesses
        return with_voice(guesses, voice_of(completion.data, first))

    async def _in_force(self, client_id: UUID, process_type_id: str) -> Configuration | None:
        async with self._database.client(client_id) as session:
            return await ConfigurationRepository(session, client_id).in_force(process_type_id)

"""Reads documents with the models of the client's policy, and without one where that is what the policy says."""

from collections import OrderedDict
from dataclasses import replace
from uuid import UUID

from docflow.db.database import Database
from docflow.domain.configuration import Prompt
from docflow.domain.errors import PermanentError, QuotaExceeded
from docflow.domain.llm_policy import AtLimit, LlmPolicy, order_of, policy_of
from docflow.domain.ports.llm import QUOTA_EXCEEDED, Extraction, ExtractRequest, Provider
from docflow.domain.stages import Stage
from docflow.features.completions.attempts import Origin
from docflow.features.completions.router import Calling, Router
from docflow.features.prompts.repository import PromptRepository
from docflow.features.reading.by_model import ModelReader
from docflow.runtime.settings import LlmSettings

#: No model gave an answer that can be used; a reading without one may still tell a person something.
_NO_ANSWER = frozenset({"llm_refused", "llm_invalid", "llm_truncated", "llm_unconfigured"})
_KEPT = 256
"""Prompts kept in memory; one that a configuration was published with never changes."""


class RoutedProvider:
    """A document that a budget had no room for is read offline; `quota_exceeded` among the warnings holds it then."""

    name = "router"

    def __init__(self, router: Router, offline: Provider, database: Database, given: LlmSettings) -> None:
        self._router = router
        self._offline = offline
        self._database = database
        models, offline_last = order_of(given.order)
        self._default = LlmPolicy(models, offline_last, given.at_limit)
        self._deadline_s = given.deadline_s
        self._prompts: OrderedDict[UUID, Prompt] = OrderedDict()

    async def extract(self, request: ExtractRequest) -> Extraction:
        """Raises TransientError while no vendor answers, PermanentError where the policy wants a model's answer and
        there is none that can be used.
        """
        policy = self._policy(request)
        if not any(name.provider in self._router.vendors for name in policy.models):
            return await self._offline.extract(request)
        prompt = await self._prompt(request)
        asked = (
            replace(request, prompt=prompt.prompt_template, model=prompt.model_name) if prompt else request
        )
        origin = Origin(request.run_id, Stage.INTELLIGENT_OCR.value)
        reader = ModelReader(self._router.within(Calling(policy, origin, self._deadline_s)))
        try:
            extraction = await reader.extract(asked)
        except QuotaExceeded:
            found = await self._offline.extract(request)
            held = policy.at_limit is not AtLimit.OFFLINE
            return replace(found, warnings=(QUOTA_EXCEEDED,)) if held else found
        except PermanentError as error:
            if not policy.offline_last or error.code not in _NO_ANSWER:
                raise
            return replace(await self._offline.extract(request), warnings=(error.code,))
        return replace(extraction, warnings=self._replaced(asked.model))

    async def aclose(self) -> None:
        return None

    def _policy(self, request: ExtractRequest) -> LlmPolicy:
        try:
            return policy_of(request.llm_policy, self._default)
        except ValueError as error:
            raise PermanentError("llm_policy cannot be followed", code="llm_policy_invalid") from error

    def _replaced(self, asked: str) -> tuple[str, ...]:
        """Where the prompt names a model of the past: its name, and who answers to it now."""
        now = self._router.table.resolve(asked) if asked else None
        told = now is not None and asked not in (now.model, str(now))
        return (f"model_replaced: {asked} by {now}",) if told else ()

    async def _prompt(self, request: ExtractRequest) -> Prompt | None:
        prompt_id = request.prompt_id
        if prompt_id is None:
            return None
        kept = self._prompts.get(prompt_id)
        if kept is None:
            async with self._database.client(request.client_id) as session:
                kept = await PromptRepository(session, request.client_id).get(prompt_id)
            self._prompts[prompt_id] = kept
            if len(self._prompts) > _KEPT:
                self._prompts.popitem(last=False)
        return kept

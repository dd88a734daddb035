"""Reads documents with the models of the client's policy, and without one where that is what the policy says."""

from dataclasses import replace

from docflow.domain.errors import PermanentError, QuotaExceeded
from docflow.domain.llm_policy import AtLimit
from docflow.domain.ports.llm import NO_MODEL_ANSWER, QUOTA_EXCEEDED, Extraction, ExtractRequest, Provider
from docflow.domain.stages import Stage
from docflow.features.completions.calls import Origin
from docflow.features.reading.by_model import ModelReader
from docflow.runtime.models import Models

#: No model gave an answer that can be used; a reading without one may still tell a person something.
_NO_ANSWER = frozenset(
    {
        "llm_refused", "llm_invalid", "llm_truncated", "llm_unconfigured", "llm_context_exceeded",
        "llm_model_unknown", "llm_schema_too_complex",
    }
)  # fmt: skip
#: What a prompt says that leaves the choice to the order.
_ANY_MODEL = "default"


class RoutedProvider:
    """A document that a budget had no room for, or that no model gave a usable answer for, is read offline: a person who
    has to look sees what can be had. `quota_exceeded` and `model_no_answer` among the warnings hold it.
    """

    name = "router"

    def __init__(self, models: Models, offline: Provider) -> None:
        self._models = models
        self._offline = offline

    async def extract(self, request: ExtractRequest) -> Extraction:
        """Raises TransientError while no vendor answers, PermanentError for a policy or a request that is wrong."""
        policy = self._models.policy(request.llm_policy, request.output_schema)
        if not self._models.can_ask(policy):
            return await self._offline.extract(request)
        prompt = (
            await self._models.prompts.get(request.client_id, request.prompt_id)
            if request.prompt_id
            else None
        )
        asked = (
            replace(request, prompt=prompt.prompt_template, model=prompt.model_name) if prompt else request
        )
        origin = Origin(request.run_id, Stage.INTELLIGENT_OCR.value)
        reader = ModelReader(self._models.asking(policy, origin, fresh=request.fresh))
        try:
            extraction = await reader.extract(asked)
        except QuotaExceeded:
            found = await self._offline.extract(request)
            held = policy.at_limit is not AtLimit.OFFLINE
            return replace(found, warnings=(QUOTA_EXCEEDED,)) if held else found
        except PermanentError as error:
            if error.code not in _NO_ANSWER:
                raise
            told = (error.code,) if policy.offline_last else (error.code, NO_MODEL_ANSWER)
            return replace(await self._offline.extract(request), warnings=told)
        return replace(extraction, warnings=self._replaced(asked.model))

    async def aclose(self) -> None:
        return None

    def _replaced(self, asked: str) -> tuple[str, ...]:
        """Where the prompt names a model of the past: its name, and who answers to it now; or one that nobody knows."""
        now = self._models.router.table.resolve(asked) if asked else None
        if asked and now is None and asked != _ANY_MODEL:
            return (f"model_unknown: {asked}",)
        told = now is not None and asked not in (now.model, str(now))
        return (f"model_replaced: {asked} by {now}",) if told else ()

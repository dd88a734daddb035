"""Has a document read a second time by another model of the policy, where that pays."""

from dataclasses import replace

import structlog

from docflow.domain.concurrently import concurrently
from docflow.domain.errors import PermanentError, QuotaExceeded, TransientError
from docflow.domain.llm_policy import LlmPolicy
from docflow.domain.model_table import ModelName
from docflow.domain.output_schema import shape_of
from docflow.domain.ports.llm import (
    Completion,
    CompletionRequest,
    Extraction,
    ExtractRequest,
    Outcome,
    Provider,
)
from docflow.domain.ports.workbench import Workbench
from docflow.domain.questions import total
from docflow.domain.stages import Stage
from docflow.features.completions.calls import Origin
from docflow.features.reading.assembly import fields_of_extraction
from docflow.features.reading.by_model import WINDOWS_AT_ONCE
from docflow.features.reading.inventory import agreement_of, inventory_questions, pays
from docflow.runtime.models import Models

log = structlog.get_logger(__name__)

ASSEMBLE_TIMEOUT_S = 30.0
MISSING = "second_reading_missing"
"""A warning: another model should have read the document, and none did."""


class TwoReadings:
    """A `Provider` around the first reading's. Without a second one the values and their confidence stay as they are."""

    def __init__(self, first: Provider, models: Models, workbench: Workbench) -> None:
        self.name = first.name
        self._first = first
        self._models = models
        self._workbench = workbench

    async def extract(self, request: ExtractRequest) -> Extraction:
        """Raises what the first reading raises."""
        first = await self._first.extract(request)
        wishes = self._models.wishes(request.llm_policy)
        if wishes is None or first.provider not in self._models.router.vendors:
            return first
        others = self._others(request, first)
        if not others.models:
            return first
        assembled = await self._workbench.run(
            fields_of_extraction, first, request.pages, request.output_schema, timeout_s=ASSEMBLE_TIMEOUT_S
        )
        shape = shape_of(request.output_schema)
        if not pays(
            wishes.second_reading,
            shape,
            assembled.fields,
            request.document_id,
            threshold=request.confidence_threshold,
        ):
            return first
        try:
            answers = await self._listed(request, others)
        except (QuotaExceeded, TransientError, PermanentError) as error:
            log.info("second_reading.missing", code=error.code)
            return replace(first, warnings=(*first.warnings, MISSING))
        listed = [answer.data for answer in answers if answer.data is not None]
        return replace(
            first,
            agreement=agreement_of(first, assembled.fields, shape, listed),
            usage=total([first.usage, *(answer.usage for answer in answers)]),
        )

    async def aclose(self) -> None:
        await self._first.aclose()

    def _others(self, request: ExtractRequest, first: Extraction) -> LlmPolicy:
        policy = self._models.policy(request.llm_policy, request.output_schema)
        read_by = ModelName(first.provider, first.model)
        set_up = self._models.router.vendors
        others = tuple(one for one in policy.models if one != read_by and one.provider in set_up)
        return replace(policy, models=others)

    async def _listed(self, request: ExtractRequest, policy: LlmPolicy) -> list[Completion]:
        """Raises PermanentError where a window got no usable answer: half an inventory would speak against values."""
        asking = self._models.asking(policy, Origin(request.run_id, Stage.INTELLIGENT_OCR.value))

        async def ask(question: CompletionRequest) -> Completion:
            answer = await asking.complete(question)
            if answer.outcome is not Outcome.COMPLETE:
                raise PermanentError("no inventory", code=f"llm_{answer.outcome.value}")
            return answer

        return await concurrently(ask, inventory_questions(request), at_once=WINDOWS_AT_ONCE)

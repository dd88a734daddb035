"""What models say of a reading once it is typed and checked: doubts, and a summary. Neither changes a value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

import structlog

from docflow.domain.configuration import Configuration, PromptStage
from docflow.domain.errors import PermanentError, QuotaExceeded, TransientError
from docflow.domain.evidence import Values, values_of
from docflow.domain.jobs import DocumentState, Job
from docflow.domain.json_types import JsonObject, JsonValue
from docflow.domain.llm_policy import AtLimit, LlmPolicy
from docflow.domain.outcomes import Finding
from docflow.domain.ports.blobs import BlobStore
from docflow.domain.ports.llm import Completes, Completion, Outcome
from docflow.domain.reading import TextSource
from docflow.domain.results import fingerprint, typed_data
from docflow.domain.stages import Severity
from docflow.features.completions.calls import Origin
from docflow.features.reading import doubts, summary
from docflow.features.reading.stored_pages import stored_pages
from docflow.runtime.models import Models

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Advice:
    """`told` joins the process's validation_result."""

    findings: tuple[Finding, ...] = ()
    told: JsonObject = field(default_factory=dict)


class Advises(Protocol):
    async def of(self, job: Job, config: Configuration, findings: Sequence[Finding]) -> Advice:
        """Raises TransientError while a check that was wished for cannot be made."""


class NoAdvice:
    async def of(self, job: Job, config: Configuration, findings: Sequence[Finding]) -> Advice:
        return Advice()


class ModelAdvice:
    """Asks only what the configuration wishes for, and nothing of a structured invoice but its summary."""

    def __init__(self, models: Models, blobs: BlobStore) -> None:
        self._models = models
        self._blobs = blobs

    async def of(self, job: Job, config: Configuration, findings: Sequence[Finding]) -> Advice:
        wishes = self._models.wishes(config.llm_policy)
        if wishes is None:
            return Advice()
        values = values_of(job.process.extraction_result or {})
        found: tuple[Finding, ...] = ()
        told: dict[str, JsonValue] = {}
        if wishes.validation is not None:
            found, doubted = await self._doubts(job, config, values, wishes.validation)
            told |= doubted
        if wishes.summarization:
            told |= await self._summary(job, config, values, (*findings, *found))
        return Advice(found, told)

    async def _doubts(
        self, job: Job, config: Configuration, values: Values, severity: Severity
    ) -> tuple[tuple[Finding, ...], JsonObject]:
        document = _primary(job)
        if document is None or document.text_source == TextSource.XML or not document.page_count:
            return (), {}
        numbers = doubts.pages_to_show(document.page_count, _pages_of_values(job))
        pages = await stored_pages(self._blobs, document.blob_key, numbers)
        prompt = await self._models.prompts.of(config.client_id, config.prompt_ids, PromptStage.VALIDATION)
        question = doubts.question_of(
            config, job.run.process_id, document.document_id, values, pages, prompt=prompt
        )
        policy = self._models.policy(config.llm_policy, config.output_schema)
        try:
            completion = await self._asking(job, policy).complete(question)
        except QuotaExceeded as error:
            return (() if policy.at_limit is AtLimit.OFFLINE else (_unchecked(severity, error.code),)), {}
        except PermanentError as error:
            return (_unchecked(severity, error.code),), {}
        if completion.data is None or completion.outcome is not Outcome.COMPLETE:
            return (_unchecked(severity, f"llm_{completion.outcome.value}"),), {}
        doubted = doubts.doubts_of(completion.data, pages)
        told = {"doubts": [doubt.as_json() for doubt in doubted], "checked_by": _by(completion)}
        return doubts.findings_of(doubted, severity), told

    async def _summary(
        self, job: Job, config: Configuration, values: Values, findings: Sequence[Finding]
    ) -> JsonObject:
        """A result is never kept waiting for it: without an answer there is none, and why is told."""
        prompt = await self._models.prompts.of(config.client_id, config.prompt_ids, PromptStage.SUMMARIZATION)
        question = summary.question_of(config, job.run.process_id, values, findings, prompt)
        try:
            asking = self._asking(job, self._models.policy(config.llm_policy, config.output_schema))
            completion = await asking.complete(question)
        except (TransientError, PermanentError, QuotaExceeded) as error:
            log.info("summary.missing", code=error.code)
            return {"summary": {"text": None, "code": error.code}}
        if completion.data is None or completion.outcome is not Outcome.COMPLETE:
            return {"summary": {"text": None, "code": f"llm_{completion.outcome.value}"}}
        text = summary.grounded_summary(completion.data["summary"], values)
        if text is None:
            return {"summary": {"text": None, "code": "summary_not_grounded"}}
        of = fingerprint(typed_data(values, config.output_schema))
        return {"summary": {"text": text, "by": _by(completion), "of": of}}

    def _asking(self, job: Job, policy: LlmPolicy) -> Completes:
        return self._models.asking(policy, Origin(job.run.run_id, job.run.stage.value))


def _primary(job: Job) -> DocumentState | None:
    """The document whose fields the process shows."""
    extraction = job.process.extraction_result or {}
    shown: Sequence[JsonObject] = [
        one for one in extraction.get("documents") or () if one.get("fields") == extraction.get("fields")
    ]
    ids = {UUID(str(one["document_id"])) for one in shown}
    return next((document for document in job.documents if document.document_id in ids), None)


def _pages_of_values(job: Job) -> set[int]:
    extraction = job.process.extraction_result or {}
    fields: Mapping[str, JsonObject] = extraction.get("fields") or {}
    return {read["page"] for read in fields.values() if read and read.get("page")}


def _unchecked(severity: Severity, code: str) -> Finding:
    return Finding("model_check_missing", severity, None, f"no model checked what was read: {code}")


def _by(completion: Completion) -> str:
    return f"{completion.provider}/{completion.model}"

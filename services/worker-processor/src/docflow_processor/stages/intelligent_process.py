"""INTELLIGENT_PROCESS: check what was read and decide whether a person must look."""

from datetime import UTC, date

from docflow.domain import fraud
from docflow.domain.evidence import values_of
from docflow.domain.facts import About
from docflow.domain.holding import failed_documents
from docflow.domain.jobs import Job, Ledger
from docflow.domain.json_types import JsonObject
from docflow.domain.judging import judged
from docflow.domain.outcomes import Advance, Fail, HoldForReview, StageOutcome
from docflow.domain.read_documents import findings_of_reading
from docflow.domain.routing import Router
from docflow.domain.stages import Stage
from docflow.domain.workflow import pinned_workflow
from docflow.plugins.running import Plugins
from docflow.runtime.checks import Checks, LooksBack
from docflow.runtime.model_advice import Advises, NoAdvice


class IntelligentProcess:
    """Held when a required field is missing or below the configuration's threshold, an error-severity finding
    stands, a document failed or is of another type, parts are missing or fraud is suspected; the values are kept, so the reviewer
    corrects instead of retyping. Where review is switched off the process fails with the same reasons.
    """

    stage = Stage.INTELLIGENT_PROCESS
    #: Checks take a second; the rest is for two questions to models.
    deadline_s = 300.0

    def __init__(
        self, plugins: Plugins, advice: Advises | None = None, past: LooksBack | None = None
    ) -> None:
        self._checks = Checks(plugins, past)
        self._advice = advice or NoAdvice()

    async def handle(self, job: Job, ledger: Ledger) -> StageOutcome:
        config = job.configuration
        if config is None:
            return Fail("process_type_unknown", "the process has no type")
        workflow = pinned_workflow(config)
        if workflow.is_review(job.run.step):
            return Router(workflow, job.process).review(job.run.step)
        received_on = job.process.created_at.astimezone(UTC).date()
        extraction, failures = await self._checks.enriched(
            config, job.process.extraction_result or {}, received_on
        )
        before = (*findings_of_reading(extraction), *failures)
        findings = await self._checks.findings(
            config,
            values_of(extraction),
            received_on,
            _about(job, extraction, received_on),
            job.run.process_id,
        )
        findings = (*before, *(one for one in findings if one not in before))
        advice = await self._advice.of(job, config, findings)
        findings = (*findings, *advice.findings)
        classification = job.process.classification_result or {}
        result = judged(
            extraction,
            findings,
            config,
            fraud_detected=bool(classification.get("fraud_detected")),
            failed_documents=_failures(job, extraction),
            other_type=(classification.get("other_type") or {}).get("process_type_id"),
        )
        result.changes["validation_result"] = {**result.changes["validation_result"], **advice.told}
        if not result.reasons:
            return Advance(changes=result.changes, findings=findings)
        if not config.enable_hitl:
            told = "a person would have to look, and review is switched off"
            return Fail("review_disabled", told, reasons=result.reasons, changes=result.changes)
        score = float(classification.get("fraud_score") or 0) if config.enable_fraud_detection else 0.0
        return HoldForReview(
            reasons=result.reasons,
            changes=result.changes,
            findings=findings,
            approvals_required=fraud.approvals_required(score),
        )


def _about(job: Job, extraction: JsonObject, received_on: date) -> About:
    classified = {
        str(one.document_id): (one.classification or {}).get("process_type_id") for one in job.documents
    }
    return About(
        extraction,
        job.process.classification_result or {},
        job.process.process_type_id or "",
        {document_id: told for document_id, told in classified.items() if told},
        job.process.overall_confidence,
        received_on,
    )


def _failures(job: Job, extraction: JsonObject) -> tuple[str, ...]:
    """As the reading noted them, and those whose row alone tells it."""
    noted = failed_documents(extraction)
    return noted or tuple(document.error_code for document in job.documents if document.error_code)

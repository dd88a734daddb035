"""INTELLIGENT_PROCESS: check what was read and decide whether a person must look."""

from datetime import UTC

from docflow.adapters.schemas.rust import check_schema, found_in_text
from docflow.domain.configuration import Configuration
from docflow.domain.evidence import Values, values_of
from docflow.domain.holding import Evidence, Need, failed_documents, hold_reasons
from docflow.domain.jobs import Job, Ledger
from docflow.domain.json_types import JsonObject, JsonValue
from docflow.domain.outcomes import Advance, Fail, Finding, HoldForReview, StageOutcome
from docflow.domain.output_schema import shape_of
from docflow.domain.results import required_paths, typed_data
from docflow.domain.rules import check_rules
from docflow.domain.stages import Severity, Stage
from docflow.plugins.validators.running import Validators
from docflow.plugins.validators.validator import Given

from docflow_processor.checks import with_checks


class IntelligentProcess:
    """Held when a required field is missing or below the configuration's threshold, an error-severity finding
    stands, a document failed, parts are missing or fraud is suspected; the values are kept, so the reviewer
    corrects instead of retyping. Where review is switched off the process fails with the same reasons.
    """

    stage = Stage.INTELLIGENT_PROCESS
    deadline_s = 60.0

    def __init__(self, validators: Validators) -> None:
        self._validators = validators

    async def handle(self, job: Job, ledger: Ledger) -> StageOutcome:
        config = job.configuration
        if config is None:
            return Fail("process_type_unknown", "the process has no type")
        extraction = job.process.extraction_result or {}
        findings = await self._findings(job, config, values_of(extraction))
        changes = _changes(extraction, findings, config)
        reasons = hold_reasons(
            _evidence(job, extraction, findings, config),
            threshold=config.confidence_threshold,
            enable_fraud_detection=config.enable_fraud_detection,
        )
        if not reasons:
            return Advance(changes=changes, findings=findings)
        if not config.enable_hitl:
            told = "a person would have to look, and review is switched off"
            return Fail("review_disabled", told, reasons=reasons, changes=changes)
        return HoldForReview(reasons=reasons, changes=changes, findings=findings)

    async def _findings(self, job: Job, config: Configuration, values: Values) -> tuple[Finding, ...]:
        given = Given(config.process_type_id, values, job.process.created_at.astimezone(UTC).date())
        return (
            *check_schema(config.output_schema, typed_data(values, config.output_schema)),
            *check_rules(config.validation_rules, values, found_in_text),
            *await self._validators.run(config.plugin_name, given),
        )


def _changes(
    extraction: JsonObject, findings: tuple[Finding, ...], config: Configuration
) -> dict[str, JsonValue]:
    return {
        "extraction_result": with_checks(extraction, findings),
        "validation_result": {
            "ok": not any(finding.severity is Severity.ERROR for finding in findings),
            "findings": [finding.as_json() for finding in findings],
            "rules": len(config.validation_rules),
            "plugin": config.plugin_name,
        },
    }


def _evidence(
    job: Job, extraction: JsonObject, findings: tuple[Finding, ...], config: Configuration
) -> Evidence:
    classification = job.process.classification_result or {}
    return Evidence(
        needs=_needs(extraction, config.output_schema),
        findings=findings,
        fraud_detected=bool(classification.get("fraud_detected")),
        failed_documents=_failures(job, extraction),
        incomplete=tuple(str(name) for name in extraction.get("incomplete") or ()),
    )


def _needs(extraction: JsonObject, output_schema: JsonObject) -> tuple[Need, ...]:
    """A table stands for its rows: it is there when it has one."""
    fields, tables = extraction.get("fields") or {}, extraction.get("tables") or {}
    needs = []
    for path in required_paths(shape_of(output_schema)):
        if path in tables and path not in fields:
            needs.append(Need(path, len(tables[path]) or None, 1.0))
        else:
            read = fields.get(path) or {}
            needs.append(Need(path, read.get("value"), read.get("confidence")))
    return tuple(needs)


def _failures(job: Job, extraction: JsonObject) -> tuple[str, ...]:
    """As the reading noted them, and those whose row alone tells it."""
    noted = failed_documents(extraction)
    return noted or tuple(document.error_code for document in job.documents if document.error_code)

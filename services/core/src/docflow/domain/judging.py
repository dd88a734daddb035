"""What is made of a reading once it was checked: whether a person must look, and what is kept of the checks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from docflow.domain.completeness import Gap
from docflow.domain.configuration import Configuration
from docflow.domain.fraud import INJECTION_SUSPECTED
from docflow.domain.holding import Evidence, Need, hold_reasons, stacks
from docflow.domain.json_types import JsonObject, JsonValue
from docflow.domain.outcomes import Finding, Reason
from docflow.domain.output_schema import shape_of
from docflow.domain.ports.llm import NO_MODEL_ANSWER, QUOTA_EXCEEDED
from docflow.domain.results import required_paths
from docflow.domain.stages import Severity
from docflow.domain.ungrounded import ungrounded

_BY = "process"
"""Marks the checks of this stage, so that a repeat replaces its own and leaves those of the reading alone."""


@dataclass(frozen=True, slots=True)
class Judged:
    """No reasons = it may go on. `changes` are the process's columns that tell of the checks."""

    reasons: tuple[Reason, ...]
    changes: dict[str, JsonValue]


def judged(
    extraction: JsonObject,
    findings: Sequence[Finding],
    config: Configuration,
    *,
    fraud_detected: bool,
    failed_documents: tuple[str, ...] = (),
    other_type: str | None = None,
) -> Judged:
    """`extraction` as in processes.extraction_result; `failed_documents` are the codes of those not read."""
    warnings = _warnings(extraction)
    evidence = Evidence(
        needs=_needs(extraction, config.output_schema),
        findings=tuple(findings),
        fraud_detected=fraud_detected,
        failed_documents=failed_documents,
        incomplete=tuple(str(name) for name in extraction.get("incomplete") or ()),
        gaps=tuple(Gap.from_json(gap) for gap in extraction.get("gaps") or ()),
        without_model=tuple(code for code in (QUOTA_EXCEEDED, NO_MODEL_ANSWER) if code in warnings),
        injected=INJECTION_SUSPECTED in warnings,
        ungrounded=ungrounded(extraction, config.output_schema),
        stacks=stacks(extraction),
        other_type=other_type,
    )
    reasons = hold_reasons(
        evidence,
        threshold=config.confidence_threshold,
        enable_fraud_detection=config.enable_fraud_detection,
    )
    return Judged(reasons, _changes(extraction, findings, config))


def _warnings(extraction: JsonObject) -> frozenset[str]:
    """What the reading of any document warned of."""
    documents: Sequence[JsonObject] = extraction.get("documents") or ()
    return frozenset(code for one in documents for code in one.get("warnings") or ())


def _changes(
    extraction: JsonObject, findings: Sequence[Finding], config: Configuration
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


def with_checks(extraction_result: JsonObject, findings: Sequence[Finding]) -> dict[str, JsonValue]:
    """A copy in which each field carries its findings as checks `{code, ok, message, by}`."""
    fields: Mapping[str, JsonObject] = extraction_result.get("fields") or {}
    marked = {name: _marked(name, read, findings) for name, read in fields.items()}
    return {**extraction_result, "fields": marked}


def _marked(name: str, read: JsonObject, findings: Sequence[Finding]) -> JsonObject:
    if not read:
        return read
    kept = [check for check in read.get("checks") or () if check.get("by") != _BY]
    found = [
        {"code": finding.code, "ok": False, "message": finding.message, "by": _BY}
        for finding in findings
        if finding.field == name
    ]
    return {**read, "checks": kept + found}

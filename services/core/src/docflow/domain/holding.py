"""Whether a person must look: one pure function of what was read, what was found and what the client asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from docflow.domain.completeness import Gap
from docflow.domain.evidence import present
from docflow.domain.json_types import JsonObject, JsonScalar
from docflow.domain.outcomes import Finding, Reason
from docflow.domain.ports.llm import NO_MODEL_ANSWER, QUOTA_EXCEEDED
from docflow.domain.stages import Severity


@dataclass(frozen=True, slots=True)
class Need:
    """A field that the output schema requires. `confidence` 0..1; None = it was not looked for."""

    field: str
    value: JsonScalar
    confidence: float | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that the decision may look at. `incomplete` names tables or fields that are known to miss parts."""

    needs: tuple[Need, ...]
    findings: tuple[Finding, ...] = ()
    fraud_detected: bool = False
    failed_documents: tuple[str, ...] = ()
    """The error codes of documents that could not be read."""
    incomplete: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    """What the pages show and the reading lacks."""
    without_model: tuple[str, ...] = ()
    """Why a model that should have read a document did not: QUOTA_EXCEEDED, NO_MODEL_ANSWER."""
    stacks: tuple[tuple[int, ...], ...] = ()
    """Of each file that seems to hold several documents, the pages on which another begins."""
    injected: bool = False
    """A document gives orders to the program that reads it."""
    ungrounded: tuple[str, ...] = ()
    """Fields for which a model named values that stand on no page."""
    other_type: str | None = None
    """The process type that the documents are of nearly for certain, though they were sent as another."""


def hold_reasons(evidence: Evidence, *, threshold: float, enable_fraud_detection: bool) -> tuple[Reason, ...]:
    """Empty = the process may go on. `threshold` 0..1: a confidence equal to it is enough."""
    missing = [need.field for need in evidence.needs if present(need.value) is None]
    doubtful = _doubtful(evidence.needs, threshold)
    return (
        *_mismatch(evidence),
        *(split_proposed(pages) for pages in evidence.stacks),
        *(
            Reason("document_failed", None, f"a document failed: {code}")
            for code in evidence.failed_documents
        ),
        *(Reason("field_missing", name, f"{name} was not found") for name in missing),
        *doubtful,
        *(Reason("incomplete", name, f"{name} is not complete") for name in evidence.incomplete),
        *(Reason(gap.code, gap.field, gap.message, gap.places) for gap in evidence.gaps),
        *_fraud(evidence, enable_fraud_detection),
        *_injected(evidence.injected),
        *_ungrounded(evidence.ungrounded, [reason.field for reason in doubtful]),
        *_without_model(evidence.without_model),
        *_failed(evidence.findings, missing),
    )


def _mismatch(evidence: Evidence) -> tuple[Reason, ...]:
    if evidence.other_type is None:
        return ()
    return (Reason("type_mismatch", None, f"the document looks like {evidence.other_type}"),)


def split_proposed(pages: Sequence[int]) -> Reason:
    listed = ", ".join(map(str, pages))
    return Reason("split_proposed", None, f"another document seems to begin on page {listed}")


def _doubtful(needs: Sequence[Need], threshold: float) -> tuple[Reason, ...]:
    return tuple(
        Reason("confidence_low", need.field, f"{need.field} was read with low confidence")
        for need in needs
        if present(need.value) is not None and (need.confidence or 0.0) < threshold
    )


_UNREAD = {
    QUOTA_EXCEEDED: "the budget for models had no room; it was read without one",
    NO_MODEL_ANSWER: "no model gave an answer that can be used; it was read without one",
}


def _without_model(why: Sequence[str]) -> tuple[Reason, ...]:
    return tuple(Reason(code, None, _UNREAD[code]) for code in why)


def _fraud(evidence: Evidence, enabled: bool) -> tuple[Reason, ...]:
    if not (enabled and evidence.fraud_detected):
        return ()
    return (Reason("fraud_detected", None, "signals of fraud were found"),)


def _injected(it_was: bool) -> tuple[Reason, ...]:
    told = "the document gives orders to the program that reads it"
    return (Reason("injection_suspected", None, told),) if it_was else ()


def _ungrounded(fields: Sequence[str], told: Sequence[str | None]) -> tuple[Reason, ...]:
    """A required field of that kind is told once, as doubtful: such values have little confidence."""
    return tuple(
        Reason("not_on_page", name, f"{name} stands on no page") for name in fields if name not in told
    )


#: Findings whose own code tells a person more than `rule_failed` would.
_OWN_CODE = frozenset({"plugin_failed", "rule_failed_to_run", "rule_too_costly", "incomplete"})


def _failed(findings: Sequence[Finding], missing: Sequence[str]) -> tuple[Reason, ...]:
    """A required field that is missing is told once, as field_missing."""
    told = set(missing)
    return tuple(
        Reason(f.code if f.code in _OWN_CODE else "rule_failed", f.field, f.message)
        for f in findings
        if f.severity is Severity.ERROR and not (f.code in _ABSENCE and f.field in told)
    )


_ABSENCE = frozenset({"schema_required", "schema_type", "required"})


def stacks(extraction_result: JsonObject) -> tuple[tuple[int, ...], ...]:
    """The pages to cut at of each file that seems to hold several documents."""
    documents: Sequence[JsonObject] = extraction_result.get("documents") or ()
    return tuple(tuple(int(cut["page"]) for cut in one["cuts"]) for one in documents if one.get("cuts"))


def failed_documents(extraction_result: JsonObject) -> tuple[str, ...]:
    """Codes of the documents that failed, as noted beside what the others gave."""
    documents: Sequence[JsonObject] = extraction_result.get("documents") or ()
    return tuple(_code(document["error"]) for document in documents if document.get("error"))


def _code(error: object) -> str:
    return str(error.get("code", "failed")) if isinstance(error, Mapping) else str(error)

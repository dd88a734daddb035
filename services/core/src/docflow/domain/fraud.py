"""First signals that a document is not what it seems. A signal brings evidence; it never rejects."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from docflow.domain.confidence import XML_CONTRADICTED, risk
from docflow.domain.injection import speak_to_machine
from docflow.domain.json_types import JsonObject
from docflow.domain.lines import lines_of
from docflow.domain.reading import FieldSource, FraudFlag, Page, ReadField

#: A risk from here on holds the process for a person.
REVIEW_RISK = 0.5
INJECTION = "prompt_injection"
INJECTION_SUSPECTED = "injection_suspected"
#: Below this, an OCR slip is likelier than a forged figure.
CERTAIN_WORDS = 0.9


def duplicate_exact(process_id: str, document_id: str) -> FraudFlag:
    return FraudFlag(
        code="duplicate_exact",
        family="duplicate",
        score=0.9,
        message="the same file was submitted before",
        evidence={"process_id": process_id, "document_id": document_id},
    )


def same_number(process_id: str, document_id: str, *, other_total: bool) -> FraudFlag:
    return FraudFlag(
        code="duplicate_altered" if other_total else "duplicate_number",
        family="duplicate",
        score=0.8,
        message="an earlier document of this seller has the same number"
        + (" and another total" if other_total else ""),
        evidence={"process_id": process_id, "document_id": document_id},
    )


def hidden_text(pages: Sequence[int]) -> tuple[FraudFlag, ...]:
    if not pages:
        return ()
    return (
        FraudFlag(
            code="hidden_text",
            family="content",
            score=0.6,
            message="the file holds text that nobody can see on its page",
            evidence={"pages": list(pages)},
        ),
    )


def refused_attachment(warnings: Sequence[str]) -> tuple[FraudFlag, ...]:
    """An e-invoice inside that is unsafe to read: it tried to reach files or addresses."""
    if "einvoice_unsafe" not in warnings:
        return ()
    return (
        FraudFlag(
            code="einvoice_unsafe",
            family="active_content",
            score=0.6,
            message="the e-invoice inside the PDF tries to reach beyond itself and was not read",
            evidence={},
        ),
    )


def injected(pages: Sequence[Page], texts: Sequence[str] = ()) -> tuple[FraudFlag, ...]:
    """Orders to a machine on the pages, or in `texts` that the file states besides them."""
    found = [page.number for page in pages if speak_to_machine([line.text for line in lines_of(page)])]
    if not found and not any(speak_to_machine(text.splitlines()) for text in texts):
        return ()
    return (
        FraudFlag(
            code=INJECTION,
            family="injection",
            score=0.7,
            message="the document gives orders to the program that reads it",
            evidence={"pages": found},
        ),
    )


def warned_of(flags: Sequence[JsonObject]) -> tuple[str, ...]:
    """Warnings that hold a document whatever a client thinks of fraud: what was read may be what an attacker wanted."""
    return (INJECTION_SUSPECTED,) if any(flag["code"] == INJECTION for flag in flags) else ()


def signals_of(fields: Mapping[str, ReadField], *, ocr_confidence: float) -> tuple[FraudFlag, ...]:
    """What the fields of one document give away."""
    return (*_xml_against_page(fields), *_failed_checks(fields, ocr_confidence))


def _xml_against_page(fields: Mapping[str, ReadField]) -> Sequence[FraudFlag]:
    differing = [
        name for name, read in fields.items()
        if read.source is FieldSource.XML and read.value is not None and read.confidence == XML_CONTRADICTED
    ]  # fmt: skip
    if not differing:
        return ()
    return (
        FraudFlag(
            code="xml_page_mismatch",
            family="content",
            score=0.7,
            message="the e-invoice inside says something else than its visible page",
            evidence={"fields": differing},
        ),
    )


_BY_CHECK = {
    "totals_add_up": ("totals_mismatch", 0.35, "net, tax and gross total do not add up"),
    "iban_checksum": ("iban_checksum", 0.35, "the check digits of an account number are wrong"),
    "vat_checksum": ("vat_checksum", 0.25, "the check digits of a VAT number are wrong"),
}


def _failed_checks(fields: Mapping[str, ReadField], ocr_confidence: float) -> list[FraudFlag]:
    if ocr_confidence < CERTAIN_WORDS:
        return []
    failed: dict[str, list[str]] = {}
    for name, read in fields.items():
        for check in read.checks:
            if not check.ok and check.code in _BY_CHECK and (read.page or read.source is FieldSource.XML):
                failed.setdefault(check.code, []).append(name)
    return [
        FraudFlag(_BY_CHECK[code][0], "arithmetic", _BY_CHECK[code][1], _BY_CHECK[code][2], {"fields": names})
        for code, names in failed.items()
    ]


def as_json(flags: Sequence[FraudFlag]) -> list[JsonObject]:
    return [asdict(flag) for flag in flags]


def score_of(flags: Sequence[JsonObject]) -> float:
    return round(risk((str(flag["family"]), float(flag["score"])) for flag in flags), 4)


def with_new(known: Sequence[JsonObject], found: Sequence[JsonObject]) -> list[JsonObject]:
    """Flags of both, one per code: a repeat finds the same again."""
    return list({str(flag["code"]): flag for flag in (*known, *found)}.values())

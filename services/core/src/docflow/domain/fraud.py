"""First signals that a document is not what it seems. A signal brings evidence; it never rejects."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict

from docflow.domain.confidence import XML_CONTRADICTED, risk
from docflow.domain.fraud_weights import flag
from docflow.domain.injection import speak_to_machine
from docflow.domain.json_types import JsonObject
from docflow.domain.lines import lines_of
from docflow.domain.outcomes import Place
from docflow.domain.reading import FieldSource, FraudFlag, Page, ReadField

#: A risk from here on holds the process for a person.
REVIEW_RISK = 0.5
#: From here on two people must approve.
TWO_PEOPLE_RISK = 0.8
INJECTION = "prompt_injection"
INJECTION_SUSPECTED = "injection_suspected"
#: Below this, an OCR slip is likelier than a forged figure.
CERTAIN_WORDS = 0.9
MAX_SHOWN = 20


def approvals_required(score: float) -> int:
    return 2 if score >= TWO_PEOPLE_RISK else 1


def duplicate_exact(process_id: str, document_id: str) -> FraudFlag:
    told = "the same file was submitted before"
    return flag("duplicate_exact", told, {"process_id": process_id, "document_id": document_id})


def hidden_text(places: Sequence[Place]) -> tuple[FraudFlag, ...]:
    """Where the words stand; what they say is nothing to repeat."""
    if not places:
        return ()
    pages = sorted({place.page for place in places})
    shown = [place.as_json() for place in places[:MAX_SHOWN]]
    told = "the file holds text that nobody can see on its page"
    return (flag("hidden_text", told, {"pages": pages, "places": shown}),)


def active_content(actions: Collection[str], *, starts_programs: bool) -> FraudFlag:
    """Scripts check the fields of many genuine forms; programs are started by none."""
    told = "the file wants to run something or to fetch something when it is opened"
    weighs_as = "program" if starts_programs else None
    return flag("active_content", told, {"actions": sorted(actions)}, weighs_as=weighs_as)


def refused_attachment(warnings: Sequence[str]) -> tuple[FraudFlag, ...]:
    """An e-invoice inside that is unsafe to read: it tried to reach files or addresses."""
    if "einvoice_unsafe" not in warnings:
        return ()
    told = "the e-invoice inside the PDF tries to reach beyond itself and was not read"
    return (flag("einvoice_unsafe", told, {}),)


def injected(pages: Sequence[Page], texts: Sequence[str] = ()) -> tuple[FraudFlag, ...]:
    """Orders to a machine on the pages, or in `texts` that the file states besides them."""
    found = [page.number for page in pages if speak_to_machine([line.text for line in lines_of(page)])]
    if not found and not any(speak_to_machine(text.splitlines()) for text in texts):
        return ()
    return (flag(INJECTION, "the document gives orders to the program that reads it", {"pages": found}),)


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
    told = "the e-invoice inside says something else than its visible page"
    shown = {name: _shown(fields[name]) for name in differing}
    return (flag("xml_page_mismatch", told, {"fields": differing, "stated": shown}),)


_BY_CHECK = {
    "totals_add_up": ("totals_mismatch", "net, tax and gross total do not add up"),
    "iban_checksum": ("iban_checksum", "the check digits of an account number are wrong"),
    "vat_checksum": ("vat_checksum", "the check digits of a VAT number are wrong"),
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
        flag(*_BY_CHECK[code], {"fields": names, "stated": {name: _shown(fields[name]) for name in names}})
        for code, names in failed.items()
    ]


def _shown(read: ReadField) -> JsonObject:
    """A value and where it stands, as evidence."""
    return {"value": read.value, "page": read.page, "box": list(read.box) if read.box else None}


def as_json(flags: Sequence[FraudFlag]) -> list[JsonObject]:
    return [asdict(flag) for flag in flags]


def score_of(flags: Sequence[JsonObject]) -> float:
    return round(risk((str(flag["family"]), float(flag["score"])) for flag in flags), 4)


def found_at_the_door(known: Sequence[JsonObject]) -> list[JsonObject]:
    """The flags that INGEST found. Reading a document again finds all others anew, or finds them gone."""
    return [one for one in known if one["code"] == "duplicate_exact"]


def with_new(known: Sequence[JsonObject], found: Sequence[JsonObject]) -> list[JsonObject]:
    """Flags of both, one per code: a repeat finds the same again."""
    return list({str(flag["code"]): flag for flag in (*known, *found)}.values())

"""Whether free text is of the kind a field asks for. Amounts, dates and numbers show it by their form; text does not."""

import re

from docflow.domain.output_schema import FieldSpec
from docflow.domain.ports.llm import Candidate
from docflow.domain.values import names
from docflow.domain.values.kinds import FieldKind
from docflow.features.reading.grounding import Grounding, Located

PROVEN, UNPROVEN, DOUBTFUL = 1.0, 0.5, 0.0
#: An address follows a name within this many lines.
ADDRESS_LINES = 4
#: No currency has more than three decimals; what has more is a factor, or glued to another number.
_LONG_FRACTION = re.compile(r"\d[.,]\d{4,}")
#: A form numbers its boxes.
_BOX_NUMBER = re.compile(r"\d{1,2}[a-z]?")


def fit_of(spec: FieldSpec, candidate: Candidate, place: Grounding | None, located: Located) -> float:
    """1 = its form, its label or its surroundings show it, 0.5 = nothing does, 0 = its form speaks against it."""
    match spec.kind:
        case FieldKind.PARTY:
            return _party(candidate, place, located)
        case FieldKind.ADDRESS:
            return _address(spec, candidate)
        case FieldKind.TEXT:
            return _text(candidate)
        case FieldKind.MONEY:
            return UNPROVEN if _LONG_FRACTION.search(candidate.text) else PROVEN
        case FieldKind.ID | FieldKind.QUANTITY:
            # Any number is of these kinds; only its label says which it is.
            return UNPROVEN if candidate.label_found is None else PROVEN
        case _:
            return PROVEN


def _party(candidate: Candidate, place: Grounding | None, located: Located) -> float:
    text = candidate.text
    if names.reads_as_caption(text) or names.is_only_generic(text):
        return DOUBTFUL
    if names.reads_as_sentence(text):
        return UNPROVEN
    if place is not None and place.is_scanned and names.looks_misread(text):
        return UNPROVEN
    if names.has_legal_form(text):
        return PROVEN
    if place is not None and place.is_scanned and not names.ends_in_trade(text):
        return UNPROVEN
    if candidate.label_found and len(text.split()) > 1:
        return PROVEN
    return PROVEN if place is not None and located.has_address_below(place, ADDRESS_LINES) else UNPROVEN


def _address(spec: FieldSpec, candidate: Candidate) -> float:
    if names.reads_as_caption(candidate.text):
        return DOUBTFUL
    if any(part in spec.name.lower() for part in ("city", "zip", "state", "post", "town")):
        return PROVEN if names.has_postcode(candidate.text) else UNPROVEN
    # A form parts street and town; there a label asks for the street alone.
    return PROVEN if candidate.label_found or names.is_whole_address(candidate.text) else UNPROVEN


def _text(candidate: Candidate) -> float:
    if names.reads_as_caption(candidate.text) or candidate.text.rstrip().endswith("?"):
        return DOUBTFUL
    if _BOX_NUMBER.fullmatch(candidate.text.strip()):
        return UNPROVEN
    return PROVEN if candidate.label_found else UNPROVEN

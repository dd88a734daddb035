"""What another engine's words say of values that were read. Pure; runs in a child process.

It saw the same paper and chose nothing, so it tells whether letters and digits were read rightly, not whether the
value is the one asked for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from docflow.domain.confidence import field_confidence
from docflow.domain.json_types import JsonScalar
from docflow.domain.lines import lines_of
from docflow.domain.page_values import values_in
from docflow.domain.reading import Box, Page, ReadField
from docflow.domain.values.kinds import FieldKind, text_key
from docflow.features.reading.grounding import Located

#: Less than two readings that agree (1): that of rivals, or of a wrong label, is not settled by it.
SAME_LETTERS = 0.9
SILENT = 0.5
OTHER_LETTERS = 0.0
#: A word this sure that says otherwise is heard; what is less sure is noise.
SURE_WORD = 0.7
#: Text this alike at the same place is the same text with other letters.
SAME_TEXT = 0.6
#: The least of the smaller box that two words at one place share.
SHARED = 0.5


@dataclass(frozen=True, slots=True)
class Asked:
    """A value to be looked for, and where the first engine saw it."""

    path: str
    kind: FieldKind
    value: JsonScalar
    page: int
    box: Box | None


def opinions(asked: Sequence[Asked], pages: Sequence[Page]) -> dict[str, float]:
    """Agreement by path, as `Evidence` has it; those of which the pages say nothing are left out."""
    located = Located(pages)
    found = {}
    for one in asked:
        opinion = _opinion(one, located, pages)
        if opinion != SILENT:
            found[one.path] = opinion
    return found


def surer(fields: Mapping[str, ReadField], opinions: Mapping[str, float]) -> dict[str, ReadField]:
    """The fields with the confidence that the second opinion leaves them."""
    return {path: _heard(read, opinions.get(path)) for path, read in fields.items()}


def _heard(read: ReadField, opinion: float | None) -> ReadField:
    if opinion is None or read.weighed is None:
        return read
    evidence = replace(read.weighed.evidence, agreement=opinion)
    return replace(
        read, confidence=field_confidence(evidence), weighed=replace(read.weighed, evidence=evidence)
    )


def _opinion(asked: Asked, located: Located, pages: Sequence[Page]) -> float:
    place = located.find(asked.kind, asked.value, page=asked.page)
    if place is not None and place.page == asked.page and place.score >= 1:
        return SAME_LETTERS
    there = _words_at(asked, pages)
    if there is None:
        return SILENT
    if asked.kind.is_exact:
        return OTHER_LETTERS if _states_another(asked, there) else SILENT
    text = "".join(text_key(word.text) for word in there.words)
    alike = fuzz.ratio(text_key(str(asked.value)), text) >= 100 * SAME_TEXT
    return OTHER_LETTERS if alike else SILENT


def _words_at(asked: Asked, pages: Sequence[Page]) -> Page | None:
    """The page with the sure words at the place alone; None without any."""
    page = next((page for page in pages if page.number == asked.page), None)
    if page is None or asked.box is None:
        return None
    box = asked.box
    words = tuple(
        word for word in page.words if word.confidence >= SURE_WORD and _shared(word.box, box) >= SHARED
    )
    return replace(page, words=words) if words else None


def _states_another(asked: Asked, page: Page) -> bool:
    return any(list(values_in(line, asked.kind)) for line in lines_of(page))


def _shared(inner: Box, outer: Box) -> float:
    across = min(inner[2], outer[2]) - max(inner[0], outer[0])
    down = min(inner[3], outer[3]) - max(inner[1], outer[1])
    area = (inner[2] - inner[0]) * (inner[3] - inner[1])
    return across * down / area if across > 0 and down > 0 and area > 0 else 0.0

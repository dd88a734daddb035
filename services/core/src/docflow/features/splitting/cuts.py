"""Where a stack of documents may be cut, from what stands on its pages. Pure; runs in a child process."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from docflow.domain.json_types import JsonObject
from docflow.domain.lines import lines_of
from docflow.domain.reading import Page
from docflow.features.classification.families import FAMILIES
from docflow.features.classification.scoring import HEAD_LINES
from docflow.features.classification.words import folded

#: A cut from here on is worth a person's look: a document that is missed is read as part of another, and nobody knows.
LIKELY = 0.45
#: From here on a page begins a document for sure, and up to here it surely goes on (docs/quality.md has what that cost).
SURE, GOES_ON = 0.90, 0.02
#: Log odds, set by hand on stacks of the development sets (docs/quality.md).
PRIOR = -3.0
NUMBERING_STARTS, NUMBERING_ENDS, NUMBERING_GOES_ON = 5.0, 2.0, -7.0
OTHER_NUMBER, SAME_NUMBER = 4.0, -5.0
TITLE, SAME_TITLE = 2.0, -0.5
OTHER_HEAD, SAME_HEAD = 2.0, -2.0
OTHER_PAPER = 1.0
BLANK_BETWEEN = 2.0
CONTINUED = -4.0
#: The least where nothing but looks speaks for the page going on: above GOES_ON, so that a person is asked.
UNDECIDED = -3.5
#: A page with fewer is blank: a separator, or the back of a sheet.
FEW_WORDS = 3

_PAGE_WORD = r"(?:page|seite|pagina|página|blatt|pag|pg|feuille)"
_NUMBERING = re.compile(
    rf"{_PAGE_WORD}\.?:?\s*(\d{{1,3}})\s*(?:/|\||of|von|van|de|di|sur|aus)\s*(\d{{1,3}})\b|^\s*(\d{{1,3}})\s*/\s*(\d{{1,3}})\s*$",
    re.IGNORECASE | re.MULTILINE,
)
#: Of a folded line at a page's head.
_CONTINUED = re.compile(
    r"(?:continued|continuation|brought forward|fortsetzung|ubertrag|suite d[eu]|continua(?:cion|cao|zione))\b"
)
_NUMBER = re.compile(
    r"(?:invoice|rechnungs?|facture|factura|fattura|fatura|receipt|statement|konto|account|order)[ -]*"
    r"(?:number|nummer|numero|num|no|nr|n°|n|#|id)\.?\s*:?\s*#?\s*([A-Z0-9][A-Z0-9/_.-]{3,24})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Cut:
    """A document begins on this page (2 or more), as likely as `score` (0..1)."""

    page: int
    score: float

    def as_json(self) -> JsonObject:
        return {"page": self.page, "score": self.score}


@dataclass(frozen=True, slots=True)
class _Face:
    """What a page shows of the document it belongs to. `numbering` is (this page, all pages)."""

    number: int
    head: frozenset[str]
    title: str | None
    numbering: tuple[int, int] | None
    numbers: frozenset[str]
    paper: tuple[int, int]
    is_continued: bool
    """It says of itself that it goes on. Beside another title that is not believed."""


def proposed(pages: Sequence[Page]) -> tuple[Cut, ...]:
    """The likely cuts in the order of the pages; none in a file of one page."""
    return likely(scored(pages))


def scored(pages: Sequence[Page]) -> tuple[Cut, ...]:
    """How likely each page that follows another is the first of a document; blank pages are none."""
    faces = [_face(page) for page in pages if len(page.words) >= FEW_WORDS]
    return tuple(
        Cut(face.number, round(_sigmoid(_score(before, face)), 4)) for before, face in pairwise(faces)
    )


def proposal(pages: Sequence[Page]) -> tuple[tuple[Cut, ...], bool]:
    """The likely cuts, and whether they are all there is to be cut."""
    cuts = scored(pages)
    return likely(cuts), are_sure(cuts)


def likely(cuts: Sequence[Cut]) -> tuple[Cut, ...]:
    return tuple(cut for cut in cuts if cut.score >= LIKELY)


def are_sure(cuts: Sequence[Cut]) -> bool:
    """Whether a stack may be cut with nobody looking: some pages surely begin a document, and all others surely do not.

    `cuts` as `scored` gives them. One page that is neither leaves the whole stack to a person, since a document that is
    missed would be read as a part of the one before it.
    """
    return any(cut.score >= SURE for cut in cuts) and not any(GOES_ON < cut.score < SURE for cut in cuts)


def _face(page: Page) -> _Face:
    lines = [line.text for line in lines_of(page)]
    text = "\n".join(lines)
    head = [folded(line) for line in lines[:HEAD_LINES]]
    return _Face(
        number=page.number,
        head=frozenset(word for line in head[:6] for word in line.split() if len(word) > 2),
        title=_title(head),
        numbering=_numbering(text),
        numbers=frozenset(found.upper() for found in _NUMBER.findall(text) if any(map(str.isdigit, found))),
        paper=(round(page.width / 20), round(page.height / 20)),
        is_continued=any(_CONTINUED.match(line) for line in head[:4]),
    )


def _score(before: _Face, face: _Face) -> float:
    score = (
        PRIOR
        + _numbering_score(before, face)
        + _number_score(before, face)
        + _title_score(before, face)
        + _head_score(before, face)
        + CONTINUED * (face.is_continued and face.title in (None, before.title))
        + OTHER_PAPER * (before.paper != face.paper)
        + BLANK_BETWEEN * (face.number - before.number > 1)
    )
    return score if _is_shown_to_go_on(before, face) else max(score, UNDECIDED)


def _is_shown_to_go_on(before: _Face, face: _Face) -> bool:
    """By what belongs to one document. A letterhead belongs to its writer, who sends many."""
    if face.numbering is not None:
        return face.numbering[0] > 1
    is_last = before.numbering is None or before.numbering[0] == before.numbering[1]
    return not is_last or _number_score(before, face) == SAME_NUMBER


def _numbering_score(before: _Face, face: _Face) -> float:
    score = 0.0
    if face.numbering is not None:
        score += NUMBERING_STARTS if face.numbering[0] == 1 else NUMBERING_GOES_ON
    if before.numbering is not None:
        score += NUMBERING_ENDS if before.numbering[0] == before.numbering[1] else NUMBERING_GOES_ON
    return score


def _number_score(before: _Face, face: _Face) -> float:
    if not before.numbers or not face.numbers:
        return 0.0
    if not before.numbers & face.numbers:
        return OTHER_NUMBER
    # The number of an account stands on all bills of it, beside their own.
    is_same = before.numbers <= face.numbers or face.numbers <= before.numbers
    return SAME_NUMBER if is_same else 0.0


def _title_score(before: _Face, face: _Face) -> float:
    if face.title is None:
        return 0.0
    return SAME_TITLE if face.title == before.title else TITLE


def _head_score(before: _Face, face: _Face) -> float:
    """A letterhead that goes on, or another one."""
    if not before.head or not face.head:
        return 0.0
    shared = len(before.head & face.head) / min(len(before.head), len(face.head))
    return SAME_HEAD if shared >= 0.5 else OTHER_HEAD if shared <= 0.1 else 0.0


def _title(head: Sequence[str]) -> str | None:
    """A line that is little but a kind of document."""
    for line in head:
        for family in FAMILIES:
            found = next((t for t in family.titles if line.startswith(t) and len(line) <= len(t) + 14), None)
            if found is not None:
                return found
    return None


def _numbering(text: str) -> tuple[int, int] | None:
    for match in _NUMBERING.finditer(text):
        this, whole = (int(group) for group in match.groups() if group is not None)
        if 1 <= this <= whole:
            return this, whole
    return None


def _sigmoid(score: float) -> float:
    return 1 / (1 + math.exp(-score))

"""Does a page show the figures that its text layer states? Fonts and annotations can make the two differ."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from docflow.domain.fraud import CERTAIN_WORDS
from docflow.domain.fraud_weights import flag
from docflow.domain.json_types import JsonObject
from docflow.domain.lines import lines_of
from docflow.domain.outcomes import Place
from docflow.domain.output_schema import OutputShape
from docflow.domain.reading import FraudFlag, Page, ReadField
from docflow.domain.values.kinds import FieldKind

#: What a payment depends on, the costliest to be deceived about first.
_KINDS = (FieldKind.IBAN, FieldKind.MONEY, FieldKind.ID, FieldKind.DATE)
_TOTALS = ("grand_total", "amount_due", "total")
MOST_VALUES = 8
_FIGURE = re.compile(r"[0-9]")
#: Letters that are drawn like figures: writers and engines take one for the other.
_LIKE_FIGURES = str.maketrans("OoQDlI|!SZB", "00001111528")

Seen = tuple[str, float]
"""A line of a picture, and how sure its letters are, 0..1."""


@dataclass(frozen=True, slots=True)
class Stated:
    """Words of a text layer that a value was read from, on one line."""

    field: str
    text: str
    place: Place


def stated_values(
    shape: OutputShape, fields: Mapping[str, ReadField], pages: Sequence[Page]
) -> tuple[Stated, ...]:
    """The values worth a look, each place once; `pages` are those with a text layer."""
    by_number = {page.number: page for page in pages}
    wanted = sorted(
        (spec for spec in shape.fields if spec.kind in _KINDS),
        key=lambda spec: (_KINDS.index(spec.kind), spec.name not in _TOTALS, not spec.required),
    )
    found: dict[Place, Stated] = {}
    for spec in wanted:
        for one in _stated(spec.path, fields.get(spec.path), by_number):
            found.setdefault(one.place, one)
    return tuple(found.values())[:MOST_VALUES]


def _stated(path: str, read: ReadField | None, pages: Mapping[int, Page]) -> list[Stated]:
    page = pages.get(read.page) if read is not None and read.page is not None else None
    if read is None or read.value is None or read.box is None or page is None:
        return []
    x0, y0, x1, y1 = read.box
    inside = tuple(
        word for word in page.words
        if x0 <= (word.box[0] + word.box[2]) / 2 <= x1 and y0 <= (word.box[1] + word.box[3]) / 2 <= y1
    )  # fmt: skip
    return [
        Stated(path, line.text, Place(page.number, line.box))
        for line in lines_of(replace(page, words=inside))
        if _FIGURE.search(line.text)
    ]


def differing(stated: Sequence[Stated], strips: Sequence[tuple[Sequence[int], Seen]]) -> tuple[Stated, ...]:
    """The values of strips that do not show just the figures stated; a strip is the numbers of its values and what it shows."""
    return tuple(
        stated[at] for shown, (text, _) in strips
        if not _same_figures(text, "".join(stated[at].text for at in shown))
        for at in shown
    )  # fmt: skip


def is_doubtful(stated: Stated, seen: Seen) -> bool:
    """Whether the picture surely shows figures, and others than are stated."""
    text, sure = seen
    return sure >= CERTAIN_WORDS and bool(_figures(text)) and not _same_figures(text, stated.text)


def _same_figures(one: str, other: str) -> bool:
    """Also where a letter stands for a figure on either side."""
    if _figures(one) == _figures(other):
        return True
    return _figures(one.translate(_LIKE_FIGURES)) == _figures(other.translate(_LIKE_FIGURES))


def _figures(text: str) -> str:
    return "".join(_FIGURE.findall(unicodedata.normalize("NFKC", text)))


def contradicted(looks: Sequence[tuple[Stated, Seen, Seen]]) -> tuple[FraudFlag, ...]:
    """Of doubtful values, each with two looks of different sizes: told where both say the same other figures."""
    sure = [
        (stated, text) for stated, (text, _), again in looks
        if is_doubtful(stated, again) and _figures(again[0]) == _figures(text)
    ]  # fmt: skip
    if not sure:
        return ()
    told = "the page shows other figures than its text states"
    return (flag("text_layer_mismatch", told, {"values": [_shown(*one) for one in sure]}),)


def _shown(stated: Stated, picture: str) -> JsonObject:
    return {"field": stated.field, "text": stated.text, "picture": picture, **stated.place.as_json()}

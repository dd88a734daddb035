"""Where a field stands on a vendor's documents: behind which label, under which heading, in which region.

A place is learnt from a value that a person said is right, and finds values on other documents. It holds words of
labels and the form of a value, never the value.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from docflow.domain.comparing import number
from docflow.domain.injection import speaks_to_machine
from docflow.domain.json_types import JsonObject, JsonScalar
from docflow.domain.lines import Line, lines_of, union
from docflow.domain.page_values import FoundValue, values_in
from docflow.domain.reading import Box, Page
from docflow.domain.values.currency import CODES
from docflow.domain.values.dates import find_dates
from docflow.domain.values.kinds import FieldKind, canonical, one_line, text_key

#: A label of more words is a sentence; its last words stand nearest to the value.
LABEL_WORDS, LABEL_CHARACTERS, LABEL_LETTERS = 5, 48, 2
#: A heading stands at most so many heights of its line above its value.
BELOW_HEIGHTS = 2.6
#: How far a region may have moved, in page widths and heights.
SHIFT_X, SHIFT_Y = 0.03, 0.015
MAX_TEXT = 160

_NUMERIC = (FieldKind.MONEY, FieldKind.QUANTITY, FieldKind.RATE)
_FREE = (FieldKind.PARTY, FieldKind.ADDRESS, FieldKind.TEXT, FieldKind.BOOLEAN)
_MARKS = " \t.:#-–—=>|*"


class Relation(StrEnum):
    RIGHT = "right"
    BELOW = "below"
    ALONE = "alone"
    """No label is near: the region alone tells."""


@dataclass(frozen=True, slots=True)
class Place:
    """`nth` counts values of the kind behind the label. `shape` is what an id looks like, or whether money has cents.

    `page` counts from 1, or from the end where it is negative.
    """

    relation: Relation
    label: str
    page: int
    box: Box
    nth: int = 0
    shape: str = ""
    day_first: bool = True

    def as_json(self) -> JsonObject:
        return {
            "relation": self.relation.value,
            "label": self.label,
            "page": self.page,
            "box": [round(x, 4) for x in self.box],
            "nth": self.nth,
            "shape": self.shape,
            "day_first": self.day_first,
        }

    @classmethod
    def from_json(cls, kept: JsonObject) -> "Place":
        box = kept["box"]
        return cls(
            Relation(kept["relation"]),
            str(kept["label"]),
            int(kept["page"]),
            (box[0], box[1], box[2], box[3]),
            int(kept.get("nth", 0)),
            str(kept.get("shape", "")),
            bool(kept.get("day_first", True)),
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """A stretch of a line that states a value."""

    line: Line
    start: int
    end: int

    @property
    def box(self) -> Box:
        return union([word.box for word in self.line.words_at(self.start, self.end)])

    @property
    def text(self) -> str:
        return self.line.text[self.start : self.end].strip()


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a place shows on a document. `text` is as printed, but for a day that could be swapped: that is ISO."""

    text: str
    value: JsonScalar
    standing: Standing
    labelled: bool


class Sheet:
    """The lines of a document, without those that give orders to machines."""

    def __init__(self, pages: Sequence[Page]) -> None:
        self.pages = max((page.number for page in pages), default=1)
        self.lines = [line for page in pages for line in lines_of(page) if not speaks_to_machine(line.text)]
        self._at = {id(line): number for number, line in enumerate(self.lines)}

    def below(self, line: Line) -> Iterator[Line]:
        """The lines under one, on its page, near enough to be headed by it."""
        for other in self.lines[self._at[id(line)] + 1 :]:
            if other.page != line.page or other.box[1] - line.box[3] > BELOW_HEIGHTS * line.height:
                return
            yield other

    def above(self, line: Line) -> Iterator[Line]:
        for other in reversed(self.lines[: self._at[id(line)]]):
            if other.page != line.page or line.box[1] - other.box[3] > BELOW_HEIGHTS * other.height:
                return
            yield other

    @cached_property
    def keys(self) -> "list[_Letters]":
        return [_Letters(line.text) for line in self.lines]

    def labelled(self, label: str) -> Iterator[tuple[Line, int, int]]:
        """Where a label stands: its line, and the offsets of its first and behind its last letter."""
        wanted = letters_of(label)
        for line, key in zip(self.lines, self.keys, strict=True):
            for start, end in key.found(wanted):
                yield line, start, end


class _Letters:
    """The letters of a line, folded, each with its offset: blanks, marks and digits between them don't count."""

    def __init__(self, text: str) -> None:
        folded = [(c, at) for at, char in enumerate(text) if char.isalpha() for c in char.casefold()]
        self._key = "".join(c for c, _ in folded)
        self._at = [at for _, at in folded]
        self._text = text

    def found(self, wanted: str) -> Iterator[tuple[int, int]]:
        start = self._key.find(wanted) if wanted else -1
        while start >= 0:
            first, last = self._at[start], self._at[start + len(wanted) - 1]
            if not (self._is_letter(first - 1) or self._is_letter(last + 1)):
                yield first, last + 1
            start = self._key.find(wanted, start + 1)

    def _is_letter(self, at: int) -> bool:
        return 0 <= at < len(self._text) and self._text[at].isalpha()


def letters_of(text: str) -> str:
    return "".join(c for char in text if char.isalpha() for c in char.casefold())


def standings_of(sheet: Sheet, kind: FieldKind, value: JsonScalar) -> tuple[list[Standing], bool]:
    """Where exactly this value stands, in reading order; and whether days are written before months there."""
    if kind is FieldKind.DATE:
        days = [
            Standing(line, one.start, one.end)
            for line in sheet.lines
            for day_first in (True, False)
            for one in find_dates(line.text, day_first=day_first)
            if one.day.isoformat() == str(value)
        ]
        days = list(dict.fromkeys(days))
        return days, all(_writes_day_first(one.text, str(value)) for one in days[:1])
    if kind in _NUMERIC:
        return [
            Standing(line, one.start, one.end)
            for line in sheet.lines
            for one in values_in(line, kind)
            if same_value(kind, one.value, value)
        ], True
    return list(_spelled(sheet, str(value))), True


def same_value(kind: FieldKind, left: JsonScalar, right: JsonScalar) -> bool:
    """Equal canonical values: numbers but for their sign, which may stand apart; text by its letters and digits."""
    if left is None or right is None:
        return left is right
    if kind in _NUMERIC:
        one, other = number(left), number(right)
        return one is not None and other is not None and abs(one) == abs(other)
    return text_key(str(left)) == text_key(str(right))


def place_of(sheet: Sheet, kind: FieldKind, standing: Standing, *, day_first: bool = True) -> Place:
    """How to find the value again on another document of the vendor."""
    line, page = standing.line, standing.line.page
    shape = shape_of(kind, standing.text)
    # A total stands on the last page, however many there are.
    counted = page if page == 1 else page - sheet.pages - 1
    label, end, is_next = _label_left(line, standing.start)
    heading = "" if is_next else _label_above(sheet, standing)
    if heading:
        return Place(Relation.BELOW, heading, counted, standing.box, 0, shape, day_first)
    if label:
        between = [one for one in _values(line, kind, day_first) if end <= one.start < standing.start]
        return Place(Relation.RIGHT, label, counted, standing.box, len(between), shape, day_first)
    return Place(Relation.ALONE, "", counted, standing.box, 0, shape, day_first)


def sightings(sheet: Sheet, kind: FieldKind, place: Place) -> list[Sighting]:
    """What stands there now, the likeliest first: nearest to where it stood. One entry for each value."""
    found: dict[str, Sighting] = {}
    for one in sorted(_seen(sheet, kind, place), key=lambda one: _distance(one.standing, place, sheet)):
        found.setdefault(str(one.value), one)
    return list(found.values())


def shape_of(kind: FieldKind, text: str) -> str:
    """The form of an id ("INV-2026/17" is "A-9/9"), or "." for money with cents; else nothing."""
    if kind is FieldKind.MONEY:
        return "." if re.search(r"[.,]\d{2}\b", text) else ""
    if kind not in (FieldKind.ID, FieldKind.VAT_ID):
        return ""
    letters = re.sub(r"[^\W\d_]+", "A", one_line(text))
    return re.sub(r"\d+", "9", letters)


def _seen(sheet: Sheet, kind: FieldKind, place: Place) -> Iterator[Sighting]:
    if place.relation is Relation.ALONE:
        region = list(_in_region(sheet, kind, place))
        # Without a label only what stands there alone is it.
        yield from region if len({str(one.value) for one in region}) == 1 else ()
        return
    for line, start, end in sheet.labelled(place.label):
        if place.relation is Relation.RIGHT:
            yield from _right(line, end, kind, place)
        else:
            yield from _under(sheet, Standing(line, start, end), kind, place)


def _right(line: Line, end: int, kind: FieldKind, place: Place) -> Iterator[Sighting]:
    stretches = list(_stretches(line, end, kind, place))
    if stretches:
        chosen = stretches[min(place.nth, len(stretches) - 1)]
        yield from _typed(chosen, kind, place, labelled=True)


def _under(sheet: Sheet, heading: Standing, kind: FieldKind, place: Place) -> Iterator[Sighting]:
    left, _, right, _ = heading.box
    for line in sheet.below(heading.line):
        for stretch in _stretches(line, 0, kind, place):
            box = stretch.box
            if box[0] < right + SHIFT_X and box[2] > left - SHIFT_X:
                yield from _typed(stretch, kind, place, labelled=True)
                return


def _in_region(sheet: Sheet, kind: FieldKind, place: Place) -> Iterator[Sighting]:
    page = place.page if place.page > 0 else sheet.pages + 1 + place.page
    for line in sheet.lines:
        middle = (line.box[1] + line.box[3]) / 2
        if line.page != page or not place.box[1] - SHIFT_Y <= middle <= place.box[3] + SHIFT_Y:
            continue
        for stretch in _stretches(line, 0, kind, place):
            box = stretch.box
            if box[0] < place.box[2] + SHIFT_X and box[2] > place.box[0] - SHIFT_X:
                yield from _typed(stretch, kind, place, labelled=False)


def _stretches(line: Line, start: int, kind: FieldKind, place: Place) -> Iterator[Standing]:
    """What could be the value on a line from an offset on."""
    if kind in (FieldKind.ID, FieldKind.VAT_ID) and place.shape:
        for match in _shaped(place.shape).finditer(line.text, start):
            yield Standing(line, match.start(), match.end())
    elif kind in _FREE:
        for match in re.finditer(r"\S+(?: \S+)*", line.text[start:]):
            piece = match[0].strip(_MARKS)
            if piece:
                at = start + match.start() + match[0].index(piece)
                yield Standing(line, at, at + len(piece))
    else:
        for one in _values(line, kind, place.day_first):
            if one.start >= start and (place.shape != "." or one.has_decimals):
                yield Standing(line, one.start, one.end)


def _values(line: Line, kind: FieldKind, day_first: bool) -> Iterator[FoundValue]:
    if kind not in _FREE:
        yield from values_in(line, kind, day_first=day_first)


def _typed(standing: Standing, kind: FieldKind, place: Place, *, labelled: bool) -> Iterator[Sighting]:
    value = canonical(kind, standing.text, day_first=place.day_first)
    if value is None or len(standing.text) > MAX_TEXT:
        return
    swappable = kind is FieldKind.DATE and any(one.ambiguous for one in find_dates(standing.text))
    yield Sighting(str(value) if swappable else standing.text, value, standing, labelled)


def _distance(standing: Standing, place: Place, sheet: Sheet) -> tuple[int, float]:
    page = place.page if place.page > 0 else sheet.pages + 1 + place.page
    box = standing.box
    return abs(standing.line.page - page), abs(box[1] - place.box[1]) + abs(box[2] - place.box[2])


def _writes_day_first(text: str, iso_day: str) -> bool:
    numbers = re.match(r"\D*(\d{1,2})\D+(\d{1,2})(?!\d)", text)
    _, month, day = iso_day.split("-")
    if numbers is None or int(month) == int(day):
        return True
    return (int(numbers[1]), int(numbers[2])) != (int(month), int(day))


def _label_left(line: Line, start: int) -> tuple[str, int, bool]:
    """The words before a value on its line, where they end, and whether no other value stands between.

    A word with a digit is a value, and no part of a label.
    """
    is_next = True
    for piece in reversed(list(re.finditer(r"\S+(?: \S+)*", line.text[:start]))):
        words = [(match[0].strip(_MARKS), match.end()) for match in re.finditer(r"\S+", piece[0])]
        while words and not _is_label_word(words[-1][0]):
            is_next = is_next and not any(char.isdigit() for char in words[-1][0])
            words.pop()
        label = _last_words([word for word, _ in words])
        if len(letters_of(label)) >= LABEL_LETTERS:
            return label, piece.start() + words[-1][1], is_next
    return "", 0, False


def _is_label_word(word: str) -> bool:
    return bool(letters_of(word)) and word.upper() not in CODES and not any(c.isdigit() for c in word)


def _last_words(words: Sequence[str]) -> str:
    """Back to the last value among them, and no more than a label has."""
    kept: list[str] = []
    for word in reversed(words[-LABEL_WORDS:]):
        if any(char.isdigit() for char in word):
            break
        kept.insert(0, word)
    return " ".join(kept)[-LABEL_CHARACTERS:].strip(_MARKS)


def _label_above(sheet: Sheet, standing: Standing) -> str:
    left, _, right, _ = standing.box
    for line in sheet.above(standing.line):
        for segment in line.segments():
            if segment.box[0] < right and segment.box[2] > left:
                words = segment.text.strip(_MARKS)
                states = any(char.isdigit() for char in words)
                short = len(words) <= LABEL_CHARACTERS and len(words.split()) <= LABEL_WORDS
                return words if short and not states and len(letters_of(words)) > LABEL_LETTERS else ""
    return ""


def _spelled(sheet: Sheet, value: str) -> Iterator[Standing]:
    """Where the letters and digits of a text stand one after the other, from the start of a word to the end of one."""
    wanted = "".join(c for char in value if char.isalnum() for c in char.casefold())
    if not wanted:
        return
    for line in sheet.lines:
        folded = [(c, at) for at, char in enumerate(line.text) if char.isalnum() for c in char.casefold()]
        key = "".join(c for c, _ in folded)
        start = key.find(wanted)
        while start >= 0:
            first, last = folded[start][1], folded[start + len(wanted) - 1][1]
            before, after = line.text[first - 1 : first], line.text[last + 1 : last + 2]
            if not (before.isalnum() or after.isalnum()):
                yield Standing(line, first, last + 1)
                break
            start = key.find(wanted, start + 1)


_ALIKE = re.compile(r"([A9])(?: \1)*|.", re.DOTALL)
_OF_FORM = {"A": r"[^\W\d_]+", "9": r"\d+"}


def _shaped(shape: str) -> re.Pattern[str]:
    """Blanks may be missing; groups of one kind are counted by theirs, for without them one could end anywhere."""

    def searched(part: re.Match[str]) -> str:
        if part[1] is None:
            return r"\s?" if part[0] == " " else re.escape(part[0])
        one, more = _OF_FORM[part[1]], part[0].count(" ")
        return rf"{one}(?:\s{one}){{0,{more}}}" if more else one

    return re.compile(rf"(?<!\w){_ALIKE.sub(searched, shape)}(?!\w)")

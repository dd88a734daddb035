"""Where a value stands on the pages.

Money, dates and ids must be equal, never alike: measured on receipts, allowing likeness lets 37 % of wrong dates pass.
Names and addresses may be alike to 0.90. Standing on a page proves that a value was not invented, not that it is the
right one.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from rapidfuzz import fuzz

from docflow.domain.comparing import number as decimal_of
from docflow.domain.json_types import JsonScalar
from docflow.domain.lines import Line, lines_of, union
from docflow.domain.page_values import values_in
from docflow.domain.reading import Box, Page, Word
from docflow.domain.values import names
from docflow.domain.values.dates import find_dates
from docflow.domain.values.iban import normal_iban, valid_iban
from docflow.domain.values.kinds import FieldKind, lookalike_key, text_key

LIKENESS = 0.90
#: In longer documents likeness is looked for on the named page alone: each of thousands of cells would search them all.
MANY_PAGES = 10
#: What it costs when characters had to be read as their look-alikes.
LOOKALIKE_COST = 0.1

#: Where each value stands, by page.
_At = tuple["Grounding", Line]
_Places = dict[Decimal | str, dict[int, list[_At]]]
_Rank = tuple[bool, bool, int, bool]


@dataclass(frozen=True, slots=True)
class Grounding:
    """`score` 0..1, 1 = equal; `weakest_word` is the lowest confidence of the words it stands on.

    `is_scanned`: the words were recognised, so a letter may be another.
    """

    score: float
    page: int
    box: Box
    weakest_word: float

    @property
    def is_scanned(self) -> bool:
        return self.weakest_word < 1.0


@dataclass(frozen=True, slots=True)
class Labels:
    """What a page may call a value, and what it may call the others, as keys."""

    own: Collection[str]
    others: Collection[str]

    def rank(self, label: str) -> int:
        """0 = its own label, 2 = another's."""
        return 0 if label in self.own else 2 if label in self.others else 1


class Located:
    """The pages of one document, prepared for finding values."""

    def __init__(self, pages: Sequence[Page], *, day_first: bool = True) -> None:
        self._day_first = day_first
        self._lines = [line for page in pages for line in lines_of(page)]
        self._values: dict[FieldKind, list[tuple[JsonScalar, Grounding, Line]]] = {}
        self._places: dict[FieldKind, _Places] = {}
        pages_lines: dict[int, list[Line]] = {}
        for line in self._lines:
            pages_lines.setdefault(line.page, []).append(line)
        self._texts = {number: _PageText(pages_lines[number]) for number in sorted(pages_lines)}

    def find(
        self,
        kind: FieldKind,
        value: JsonScalar,
        *,
        page: int | None = None,
        quote: str = "",
        box: Box | None = None,
        taken: Collection[tuple[int, Box]] = (),
        labels: Labels | None = None,
    ) -> Grounding | None:
        """The best place: the quoted line first, then reading order on the named page, else on all. None = on no page.

        `box` is where it was seen; `taken` are places that other cells of its table stand on, so that of two equal
        rows each has its own. `labels` tell equal amounts and dates apart.
        """
        if value is None:
            return None
        if kind in (FieldKind.MONEY, FieldKind.QUANTITY, FieldKind.DATE, FieldKind.RATE):
            return self._equal(kind, value, page, lambda at: _rank(at, quote, box, taken, labels))
        if kind is FieldKind.CURRENCY:
            return self._currency(str(value))
        return self._text(kind, str(value), page, quote)

    @property
    def lines(self) -> Sequence[Line]:
        return self._lines

    def amounts(self) -> Sequence[tuple[JsonScalar, Grounding, Line]]:
        """Every amount on the pages with its place and line, in reading order."""
        return self._all(FieldKind.MONEY)

    def has_address_below(self, place: Grounding, lines: int) -> bool:
        """Whether one of the next lines in the column of `place` ends in a postcode or begins with a house."""
        left, _, right, bottom = place.box
        below = [
            segment.text
            for line in self._lines
            if line.page == place.page and line.box[1] > bottom - 0.3 * line.height
            for segment in line.segments()
            if segment.box[0] < right + 0.05 and segment.box[2] > left - 0.05
        ]
        return names.is_whole_address(" ".join(text for text in below[:lines] if not any(find_dates(text))))

    @cached_property
    def accounts(self) -> frozenset[str]:
        """The IBANs that the pages show with right check digits, without blanks."""
        found = (value for line in self._lines for value in values_in(line, FieldKind.IBAN))
        normal = (normal_iban(str(one.value)) for one in found)
        return frozenset(iban for iban in normal if valid_iban(iban))

    @property
    def has_amounts(self) -> bool:
        """Whether the pages show amounts at all, with cents."""
        return any("." in str(value) for value, _, _ in self._all(FieldKind.MONEY))

    def _equal(
        self, kind: FieldKind, value: JsonScalar, page: int | None, order: Callable[[_At], _Rank]
    ) -> Grounding | None:
        pages = self._places_of(kind).get(_value_key(kind, value), {})
        # One page's places alone: a column of equal numbers over many pages would take quadratic time.
        places = (pages.get(page) if page else None) or [place for found in pages.values() for place in found]
        return min(places, key=order, default=(None, None))[0]

    def _places_of(self, kind: FieldKind) -> _Places:
        if kind not in self._places:
            places: _Places = {}
            for value, place, line in self._all(kind):
                pages = places.setdefault(_value_key(kind, value), {})
                pages.setdefault(place.page, []).append((place, line))
            self._places[kind] = places
        return self._places[kind]

    def _all(self, kind: FieldKind) -> list[tuple[JsonScalar, Grounding, Line]]:
        if kind not in self._values:
            self._values[kind] = [
                (found.value, _place(line.page, line.words_at(found.start, found.end)), line)
                for line in self._lines
                for found in values_in(line, kind, day_first=self._day_first)
            ]
        return self._values[kind]

    def _currency(self, code: str) -> Grounding | None:
        for line in self._lines:
            for word in line.words:
                if code in word.text.upper() or any(
                    found.value == code
                    for found in values_in(Line(line.page, (word,), line.aspect), FieldKind.CURRENCY)
                ):
                    return _place(line.page, (word,))
        return None

    def _text(self, kind: FieldKind, value: str, page: int | None, quote: str) -> Grounding | None:
        key = text_key(value)
        if not key:
            return None
        order = sorted(self._texts, key=lambda number: (number != page, number))
        for number in order:
            if (found := self._texts[number].exact(key, quote, number)) is not None:
                return found
        if kind.is_exact:
            return self._lookalike(value, order) if kind is FieldKind.ID else None
        if page in self._texts and len(order) > MANY_PAGES:
            order = [page]
        likely = [self._texts[number].alike(key, number) for number in order]
        return max((found for found in likely if found), key=lambda found: found.score, default=None)

    def _lookalike(self, value: str, order: Sequence[int]) -> Grounding | None:
        wanted = lookalike_key(value)
        for number in order:
            for word in self._texts[number].words:
                if len(wanted) > 3 and lookalike_key(word.text) == wanted:
                    place = _place(number, (word,))
                    return Grounding(1 - LOOKALIKE_COST, number, place.box, place.weakest_word)
        return None


class _PageText:
    """All letters and digits of a page in reading order, each with the word it is of."""

    def __init__(self, lines: Sequence[Line]) -> None:
        # Columns are read one after the other inside a line, so a name that wraps in its column needs its own order.
        self.words = [word for line in lines for word in line.words]
        self._keys, self._owners = [], []
        for order in (self.words, _by_column(lines)):
            keys = [text_key(word.text) for word in order]
            self._keys.append("".join(keys))
            self._owners.append([word for word, key in zip(order, keys, strict=True) for _ in key])

    def exact(self, key: str, quote: str, page: int) -> Grounding | None:
        for text, owners in zip(self._keys, self._owners, strict=True):
            start, at = 0, text_key(quote)
            if at and (base := text.find(at)) >= 0 and key in at:
                start = base
            for begin in (start, 0):
                if (found := text.find(key, begin)) >= 0:
                    return _place(page, owners[found : found + len(key)])
        return None

    def alike(self, key: str, page: int) -> Grounding | None:
        best: Grounding | None = None
        for text, owners in zip(self._keys, self._owners, strict=True):
            if len(text) < len(key):
                continue
            match = fuzz.partial_ratio_alignment(key, text, score_cutoff=LIKENESS * 100)
            if match is not None and (best is None or match.score > best.score * 100):
                place = _place(page, owners[match.dest_start : match.dest_end])
                best = Grounding(match.score / 100, page, place.box, place.weakest_word)
        return best


def _by_column(lines: Sequence[Line]) -> list[Word]:
    """Segments that stand under each other follow each other."""
    columns: list[list[Line]] = []
    open_columns: list[list[Line]] = []
    for line in lines:
        # Only what ended just above can go on here; without this a page of many rows takes quadratic time.
        open_columns = [column for column in open_columns if _reaches(column[-1], line)]
        for segment in line.segments():
            above = next((column for column in open_columns if _continues(column[-1], segment)), None)
            if above is None:
                above = []
                columns.append(above)
                open_columns.append(above)
            above.append(segment)
    return [word for column in columns for segment in column for word in segment.words]


def _reaches(above: Line, line: Line) -> bool:
    return above.page == line.page and line.box[1] - above.box[3] < 1.2 * above.height


def _continues(above: Line, below: Line) -> bool:
    gap = below.box[1] - above.box[3]
    overlap = min(above.box[2], below.box[2]) - max(above.box[0], below.box[0])
    return -0.5 * above.height < gap < 1.2 * above.height and overlap > 0 and below.box[1] > above.box[1]


def _place(page: int, words: Sequence[Word]) -> Grounding:
    unique = list(dict.fromkeys(words))
    return Grounding(1.0, page, union([word.box for word in unique]), min(word.confidence for word in unique))


def _rank(
    at: _At, quote: str, box: Box | None, taken: Collection[tuple[int, Box]], labels: Labels | None
) -> _Rank:
    """The lowest is the likeliest place: on the quoted line, where it was seen, behind its label, not another's."""
    place, line = at
    return (
        line.text != quote,
        box is not None and place.box != box,
        labels.rank(_label_of(place, line)) if labels else 0,
        (place.page, place.box) in taken,
    )


def _label_of(place: Grounding, line: Line) -> str:
    starts = zip(line.words, line.starts, strict=True)
    begin = next((start for word, start in starts if word.box[0] >= place.box[0]), 0)
    return label_before(line.text[:begin])


def label_before(text: str) -> str:
    """The words of the same column at the end of what stands before a value, as a key."""
    return text_key(text.rstrip(" :.#").rpartition("  ")[2])


def _value_key(kind: FieldKind, value: JsonScalar) -> Decimal | str:
    """Equal for equal values; a sign may stand apart from its number."""
    if kind is FieldKind.DATE:
        return str(value)
    read = decimal_of(value)
    return str(value) if read is None else abs(read)

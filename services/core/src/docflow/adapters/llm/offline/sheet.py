"""A document laid out for reading: lines, labels, and values beside or under a label."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from docflow.adapters.llm.offline.labels import Label, LabelFinder
from docflow.adapters.llm.offline.lexicon import label_key
from docflow.domain.injection import speaks_to_machine
from docflow.domain.lines import Line, lines_of
from docflow.domain.page_values import FoundValue, values_in
from docflow.domain.reading import Page
from docflow.domain.values.kinds import FieldKind

#: A value under its label starts within this many heights of the label's line.
BELOW_HEIGHTS = 2.6
#: How far, in characters, the value of an everyday word may follow it.
WEAK_REACH = 6
#: Shorter captions differ in a letter by chance.
TWIN_LENGTH = 8
#: "12a."
LONGEST_BOX_NUMBER = 4
#: A form's caption starts with its label, a box number before it allowed.
CAPTION_START = 3


#: A page that is running text to this share has no form on it.
PROSE_SHARE = 0.5
_BOX_NUMBER = re.compile(r"\d{1,2}[a-z]?\.?\s[A-Z][\w/]{2,}")
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)\b")
#: Between a tax and its amount: "VAT @ 20 %".
_RATE = re.compile(r"[@(\s]*\d{1,2}(?:[.,]\d{1,2})?\s?%[)\s]*")
_PARTED = re.compile(r"\s*[.:#\-–—=>|]|\s{2}|$")


@dataclass(frozen=True, slots=True)
class Beside:
    """A value and the label it belongs to; `below` = it stands under the label instead of beside it."""

    value: FoundValue
    label: Label
    below: bool


class Sheet:
    def __init__(self, pages: Sequence[Page], labels: Mapping[str, Sequence[str]]) -> None:
        self._finder = LabelFinder(labels)
        # What gives orders to a machine states nothing about a document.
        self.lines: list[Line] = [
            line for page in pages for line in lines_of(page) if not speaks_to_machine(line.text)
        ]
        self._at = {id(line): number for number, line in enumerate(self.lines)}
        prose = _prose_pages(self.lines)
        # "Exempt payee code" in a form's instructions labels nothing.
        self._labels = [[] if line.page in prose else self._finder.find(line) for line in self.lines]
        self._values: dict[tuple[int, FieldKind], list[FoundValue]] = {}
        self._items: set[int] = set()
        self._summaries: dict[int, int] = {}
        for number, line in enumerate(self.lines):
            if any("tax_summary" in label.concepts for label in self._labels[number]):
                self._summaries.setdefault(line.page, number)
        self.day_first = not _writes_month_first(self.lines)

    def in_tax_summary(self, label: Label) -> bool:
        """Whether the label stands in the table of tax rates that many receipts end with."""
        start = self._summaries.get(label.line.page)
        return start is not None and self._at[id(label.line)] > start

    def labels_of(self, line: Line) -> list[Label]:
        return self._labels[self._at[id(line)]]

    def leave_out(self, items: Iterable[Line]) -> None:
        """The rows of tables: "Total station hire  2  40.00" labels no total of the document."""
        self._items |= {self._at[id(line)] for line in items}

    def labelled(self, concept: str) -> Iterator[Label]:
        for number, labels in enumerate(self._labels):
            if number not in self._items:
                yield from (label for label in labels if concept in label.concepts)

    def lines_outside_tables(self) -> Iterator[Line]:
        return (line for number, line in enumerate(self.lines) if number not in self._items)

    def values(self, kind: FieldKind) -> Iterator[FoundValue]:
        for line in self.lines:
            yield from self.values_on(line, kind)

    def values_on(self, line: Line, kind: FieldKind) -> Sequence[FoundValue]:
        """The values on one of the sheet's lines, found once: many fields ask for the same."""
        key = (self._at[id(line)], kind)
        if key not in self._values:
            self._values[key] = list(values_in(line, kind, day_first=self.day_first))
        return self._values[key]

    def beside(self, concept: str, kind: FieldKind) -> Iterator[Beside]:
        """Values of a kind to the right of a label of this concept, else under it."""
        for label in self.labelled(concept):
            right = self._right(label, kind)
            if right:
                yield from (Beside(value, label, below=False) for value in right)
            elif self._may_head(label, kind) and (under := self._below(label, kind)) is not None:
                yield Beside(under, label, below=True)

    def text_beside(self, label: Label) -> str:
        """The words right of a label, parted from it by a mark or a column's gap; else those under it.

        A label that goes on as a sentence ("Name is required on this line") labels nothing.
        """
        rest = label.line.text[label.end : self._next_label(label)]
        if rest.strip() and not _PARTED.match(rest):
            # A form's caption may go on; what was filled in stands under its first words.
            return self.text_below(label) if label.start <= CAPTION_START else ""
        beside = rest.lstrip(" .:#-–—\t").split("  ")[0].strip()
        return beside or self.text_below(label)

    def is_marked(self, label: Label) -> bool:
        """Whether a colon or another mark parts a label from a value on its line: "Country: Spain"."""
        return re.match(r"\s*[.:#\-–—=>|]+\s*\S", label.line.text[label.end :]) is not None

    def text_below(self, label: Label) -> str:
        below = next(self.segments_below(label), None)
        if (
            below is None
            or below.text.endswith(":")
            or any(other.start == 0 for other in self.labels_of_segment(below))
        ):
            return ""
        return below.text

    def has_misread_twin(self, label: Label) -> bool:
        """Whether another caption is this label but for one letter: recognition left it so, and it labels something too."""
        if len(label.key) < TWIN_LENGTH:
            return False
        return any(
            _is_twin(label_key(segment.text), label.key)
            for line in self.lines
            if line is not label.line
            for segment in line.segments()
        )

    def labels_of_segment(self, segment: Line) -> list[Label]:
        """Labels that a segment of a line begins with."""
        return self._finder.find(segment)

    def segments_below(self, label: Label, limit: int = 1, reach: float = BELOW_HEIGHTS) -> Iterator[Line]:
        """What stands under a label in its column, line by line, each within `reach` heights of the one above."""
        box, above = label.box, label.line
        for line in self.lines[self._at[id(label.line)] + 1 :]:
            if (
                line.page != label.line.page
                or limit <= 0
                or line.box[1] - above.box[3] > reach * above.height
            ):
                return
            for segment in line.segments():
                if segment.box[0] < box[2] and segment.box[2] > box[0] - 0.01:
                    yield segment
                    above, limit = segment, limit - 1
                    break

    def _may_head(self, label: Label, kind: FieldKind) -> bool:
        """Whether a value may stand under a label: under an everyday word only a day, where the word is all of its column's
        heading, or a number, where a sign asks for one ("Invoice #").
        """
        if not label.is_weak:
            return True
        rest = label.line.text[label.end :]
        if kind is FieldKind.ID:
            return re.match(r" ?#(?:  |$)", rest) is not None
        before = label.line.text[: label.start]
        return kind is FieldKind.DATE and (before + "  ").endswith("  ") and (rest + "  ").startswith("  ")

    def _next_label(self, label: Label) -> int:
        later = [other.start for other in self.labels_of(label.line) if other.start >= label.end]
        return min(later, default=len(label.line.text))

    def _right(self, label: Label, kind: FieldKind) -> list[FoundValue]:
        end = self._next_label(label) if kind is not FieldKind.MONEY else len(label.line.text)
        found = [
            value
            for value in self.values_on(label.line, kind)
            # A currency sign can be the end of the label and the start of the amount.
            if value.end > label.end
            and value.start >= label.start
            and value.start < end
            and not _is_box_number(value)
        ]
        if label.is_weak:
            found = [value for value in found if _reach(label, value) <= WEAK_REACH][:1]
        return found

    def _below(self, label: Label, kind: FieldKind) -> FoundValue | None:
        box, height = label.box, label.line.height
        for line in self.lines[self._at[id(label.line)] + 1 :]:
            if line.page != label.line.page or line.box[1] - label.line.box[3] > BELOW_HEIGHTS * height:
                return None
            for value in self.values_on(line, kind):
                if (
                    value.box[0] < box[2] + 0.02
                    and value.box[2] > box[0] - 0.02
                    and not _is_box_number(value)
                ):
                    return value
        return None


def _reach(label: Label, value: FoundValue) -> int:
    """Characters from a label to a value; the rate of a tax between them does not count."""
    return len(_RATE.sub("", label.line.text[label.end : value.start]))


def _is_box_number(value: FoundValue) -> bool:
    """The number of a form's box, with the caption behind it: "4 Federal income tax withheld"; or "2nd" of a caption.

    A day whose month has a name begins like one.
    """
    if len(value.text) > LONGEST_BOX_NUMBER:
        return False
    rest = value.line.text[value.start :]
    return _BOX_NUMBER.match(rest) is not None or _ORDINAL.match(rest) is not None


def _is_twin(key: str, label: str) -> bool:
    """A digit is no misread letter: "Box 1 amount" and "Box 2 amount" are two captions."""
    if key == label or re.sub(r"\D", "", key) != re.sub(r"\D", "", label):
        return False
    return Levenshtein.distance(key, label, score_cutoff=1) <= 1


def _prose_pages(lines: Sequence[Line]) -> set[int]:
    """Pages of running text behind a page that is none: the instructions of a form, the terms of an invoice."""
    words: dict[int, int] = {}
    running: dict[int, int] = {}
    for line in lines:
        for segment in line.segments():
            count = len(re.findall(r"[^\W\d_]+", segment.text))
            words[line.page] = words.get(line.page, 0) + count
            running[line.page] = running.get(line.page, 0) + (count if is_running(segment.text) else 0)
    prose = {page for page, count in words.items() if count >= 100 and running[page] >= PROSE_SHARE * count}
    first = min(words, default=1)
    return prose - {first}


def is_running(text: str) -> bool:
    """Part of a sentence: five words and more, most of them small."""
    found = re.findall(r"[^\W\d_]+", text)
    return len(found) >= 5 and sum(word[0].islower() for word in found) >= 0.6 * len(found)


def _writes_month_first(lines: Sequence[Line]) -> bool:
    """American papers show it by a day above 12 in second place, or by their words."""
    text = "\n".join(line.text for line in lines[:400])
    firsts = [
        (int(a), int(b)) for a, b in re.findall(r"(?<!\d)(\d{1,2})[/-](\d{1,2})[/-]\d{2,4}(?!\d)", text)
    ]
    if any(a > 12 for a, _ in firsts):
        return False
    if any(b > 12 for _, b in firsts):
        return True
    american = re.search(r"\b(?:USA|United States|U\.S\.|IRS|Sales Tax|ZIP)\b|, [A-Z]{2},? \d{5}\b", text)
    return american is not None and bool(firsts)

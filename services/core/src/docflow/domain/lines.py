"""Words of a page as lines, with their places kept."""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from docflow.domain.reading import Box, Page, Word

#: Words of one line overlap by at least this share of the lower one's height.
OVERLAP = 0.5
#: A gap wider than this many line heights separates columns.
COLUMN_GAP_HEIGHTS = 0.9


@dataclass(frozen=True)
class Line:
    """Words side by side, left to right. In `text` words are parted by one blank and columns by two."""

    page: int
    words: tuple[Word, ...]
    aspect: float
    """Height of the page over its width, to compare gaps with heights."""

    @cached_property
    def box(self) -> Box:
        return union([word.box for word in self.words])

    @cached_property
    def text(self) -> str:
        return "".join(
            word.text + (blank if number < len(self.words) - 1 else "")
            for number, (word, blank) in enumerate(zip(self.words, [*self._blanks, ""], strict=True))
        )

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """The offset of every word in `text`."""
        starts, at = [], 0
        for word, blank in zip(self.words, [*self._blanks, ""], strict=True):
            starts.append(at)
            at += len(word.text) + len(blank)
        return tuple(starts)

    @cached_property
    def _blanks(self) -> list[str]:
        return ["  " if self._is_column_gap(left, right) else " " for left, right in pairwise(self.words)]

    def _is_column_gap(self, left: Word, right: Word) -> bool:
        height = min(left.box[3] - left.box[1], right.box[3] - right.box[1])
        return right.box[0] - left.box[2] > COLUMN_GAP_HEIGHTS * height * self.aspect

    def words_at(self, start: int, end: int) -> tuple[Word, ...]:
        """The words that the characters `start` to `end` of `text` belong to."""
        return tuple(
            word
            for word, at in zip(self.words, self.starts, strict=True)
            if at < end and at + len(word.text) > start
        )

    def segments(self) -> list["Line"]:
        """The line cut at its column gaps."""
        cuts = [0, *(n + 1 for n, blank in enumerate(self._blanks) if len(blank) > 1), len(self.words)]
        return [Line(self.page, self.words[a:b], self.aspect) for a, b in pairwise(cuts)]

    @property
    def height(self) -> float:
        return self.box[3] - self.box[1]


def lines_of(page: Page) -> list[Line]:
    """All lines of a page from top to bottom."""
    rows: list[list[Word]] = []
    for word in sorted(page.words, key=lambda word: (word.box[1] + word.box[3]) / 2):
        row = next((row for row in reversed(rows[-6:]) if _continues(row, word)), None)
        if row is None:
            rows.append([word])
        else:
            row.append(word)
    aspect = page.height / page.width if page.width else 1.0
    lines = [Line(page.number, tuple(sorted(row, key=lambda word: word.box[0])), aspect) for row in rows]
    return sorted(lines, key=lambda line: line.box[1])


def union(boxes: list[Box]) -> Box:
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def _continues(row: list[Word], word: Word) -> bool:
    """Beside its nearest word of the row and over or under none: a tilted scan brings lines close to each other."""
    middle = (word.box[0] + word.box[2]) / 2
    nearest = min(row, key=lambda other: abs((other.box[0] + other.box[2]) / 2 - middle))
    return _beside(nearest, word) and not any(_covers(other, word) for other in row)


def _covers(other: Word, word: Word) -> bool:
    shared = min(other.box[2], word.box[2]) - max(other.box[0], word.box[0])
    return shared > 0.3 * min(other.box[2] - other.box[0], word.box[2] - word.box[0])


def _beside(left: Word, right: Word) -> bool:
    shared = min(left.box[3], right.box[3]) - max(left.box[1], right.box[1])
    lower = min(left.box[3] - left.box[1], right.box[3] - right.box[1])
    return shared > 0 and shared >= OVERLAP * lower

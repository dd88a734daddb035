"""Where labels stand on the lines of a document."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from docflow.adapters.llm.offline.lexicon import WEAK, label_key
from docflow.domain.lines import Line, union
from docflow.domain.reading import Box


@dataclass(frozen=True, slots=True)
class Label:
    """`start` and `end` are offsets in the line's text; `key` is the label as folded."""

    line: Line
    start: int
    end: int
    concepts: tuple[str, ...]
    key: str

    @property
    def box(self) -> Box:
        return union([word.box for word in self.line.words_at(self.start, self.end)])

    @property
    def is_weak(self) -> bool:
        return self.key in WEAK


class LabelFinder:
    """Finds the longest known label at every place; a label starts and ends where a word does.

    OCR glues words ("TotalAmount:9.00") and splits them, so blanks don't count.
    """

    def __init__(self, labels: Mapping[str, Iterable[str]]) -> None:
        self._concepts: dict[str, list[str]] = defaultdict(list)
        for concept, texts in labels.items():
            for text in texts:
                if (key := label_key(text)) and concept not in self._concepts[key]:
                    self._concepts[key].append(concept)
        by_start: dict[str, list[str]] = defaultdict(list)
        for key in sorted(self._concepts, key=len, reverse=True):
            by_start[key[:2]].append(key)
        self._by_start = dict(by_start)

    def find(self, line: Line) -> list[Label]:
        key, origins, starts = _folded(line.text)
        found: list[Label] = []
        at = 0
        while at < len(key):
            match = self._longest(key, at, starts) if at in starts else None
            if match is None:
                at += 1
                continue
            end = at + len(match)
            for gap in range(at + 1, end):
                if gap in starts and "  " in line.text[origins[gap - 1] : origins[gap]]:
                    match = self._up_to(key, at, gap, starts, crossing=match)
                    end = at + len(match)
                    break
            found.append(Label(line, origins[at], origins[end - 1] + 1, tuple(self._concepts[match]), match))
            at = end
        return found

    def _up_to(self, key: str, at: int, gap: int, starts: set[int], *, crossing: str) -> str:
        """The label before a column's gap, where a longer one begins behind it: "Date  Due date" is not "date due"."""
        behind = self._longest(key, gap, starts)
        if behind is None or len(behind) <= at + len(crossing) - gap:
            return crossing
        return self._longest(key[:gap], at, starts) or crossing

    def _longest(self, key: str, at: int, starts: set[int]) -> str | None:
        for label in self._by_start.get(key[at : at + 2], ()):
            end = at + len(label)
            if key.startswith(label, at) and (end == len(key) or end in starts):
                return label
        return None


def _folded(text: str) -> tuple[str, Sequence[int], set[int]]:
    """The key of a text, the offset of each of its characters, and where words and numbers start in it."""
    key: list[str] = []
    origins: list[int] = []
    starts: set[int] = set()
    previous = " "
    for offset, character in enumerate(text):
        for base in unicodedata.normalize("NFKD", character.replace("ß", "ss")).casefold():
            if not (base.isascii() and base.isalnum()):
                continue
            camel = previous.islower() and character.isupper()
            if not previous.isalnum() or previous.isdigit() != base.isdigit() or camel:
                starts.add(len(key))
            key.append(base)
            origins.append(offset)
            previous = character
        if not character.isalnum() and not unicodedata.combining(character):
            previous = character
    return "".join(key), origins, starts

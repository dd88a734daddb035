"""Text of a PDF that a later revision changed or took away.

A PDF is changed by appending: each saved state ends with `%%EOF`, and what came before is still there. Most genuine
files with several revisions only add (an XML attachment, a signature, values of a form); text that was seen before and is
seen no longer, or has other text over it, is another matter.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from docflow.domain.errors import PermanentError
from docflow.domain.fraud_weights import flag
from docflow.domain.json_types import JsonObject
from docflow.domain.reading import FraudFlag, Page, Word

from docflow_ocr.pages import pdf

#: The last ones: each is a whole document to open.
MAX_REVISIONS = 6
MAX_PAGES = 30
#: Of all revisions together, looked at closely; some 50 ms each.
MAX_COMPARED = 12
MAX_SHOWN = 20
MAX_SHOWN_CHARACTERS = 200
#: Words of one place share this much of the smaller one.
OVER = 0.5

_END = re.compile(rb"startxref\s+(\d{1,12})\s+%%EOF(?:\r\n|\r|\n)?")
_OBJECT = re.compile(rb"\s*\d+\s+\d+\s+obj")
_SIGNED = re.compile(rb"/ByteRange\s*\[\s*(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s*\]")


@dataclass(frozen=True, slots=True)
class Change:
    """Numbers of revisions and pages start at 1. Without `after` the text was taken away."""

    revision: int
    page: int
    before: str
    after: str | None
    word: Word
    in_form: bool = False
    """The values of form fields alone differ; what is printed is as it was."""

    def as_json(self) -> JsonObject:
        return {
            "revision": self.revision,
            "page": self.page,
            "box": [round(x, 5) for x in self.word.box],
            "before": self.before[:MAX_SHOWN_CHARACTERS],
            "after": self.after[:MAX_SHOWN_CHARACTERS] if self.after is not None else None,
        }


def ends_of(data: bytes) -> list[int]:
    """Where each saved state of the file ends, in order; the last is the whole file.

    Only ends whose cross-references are where they say count: `%%EOF` stands inside attached files too. The first end of
    a file laid out for the web closes no state.
    """
    linear = b"/Linearized" in data[:2048]
    ends = []
    for found in _END.finditer(data):
        start = int(found[1])
        if 0 < start < found.start() and (
            data.startswith(b"xref", start) or _OBJECT.match(data, start, start + 40)
        ):
            ends.append(found.end())
    if linear and len(ends) > 1:
        ends = ends[1:]
    return [*ends[:-1], len(data)] if ends else [len(data)]


def revised(data: bytes) -> tuple[FraudFlag, ...]:
    """Flags of a file whose seen text was changed after it was first saved. Nothing for a file of one revision."""
    ends = ends_of(data)
    if len(ends) < 2:
        return ()
    found = [flag("revisions", f"the file was saved {len(ends)} times", {"count": len(ends)})]
    changes = _changes(data, ends)
    written = [change for change in changes if not change.in_form]
    if written:
        told = "a later revision of the file changed text that could be seen before"
        found.append(flag("text_changed", told, _shown(written, ends)))
        if any(_was_signed(data, ends[change.revision - 2]) for change in written):
            told = "seen text was changed after the file was signed"
            found.append(flag("signed_text_changed", told, _shown(written, ends)))
    elif changes:
        told = "fields of the form were filled in and later filled in otherwise"
        found.append(flag("form_changed", told, _shown(changes, ends)))
    return tuple(found)


def _shown(changes: Sequence[Change], ends: Sequence[int]) -> JsonObject:
    listed = [change.as_json() for change in changes[:MAX_SHOWN]]
    return {"changes": listed, "count": len(changes), "revisions": len(ends)}


def _was_signed(data: bytes, start: int) -> bool:
    """Whether a signature covers the file up to the end `start` of a revision or less, and not what came later."""
    return any(0 < int(one[3]) + int(one[4]) <= start for one in _SIGNED.finditer(data))


def _changes(data: bytes, ends: Sequence[int]) -> list[Change]:
    found, left = list[Change](), MAX_COMPARED
    first = max(0, len(ends) - MAX_REVISIONS)
    before = _State(data[: ends[first]])
    for index in range(first + 1, len(ends)):
        after = _State(data[: ends[index]])
        if before.texts is not None and after.texts is not None and before.texts != after.texts:
            olds, news = _differing(before.texts, after.texts)
            found += _between(before, after, (olds[:left], news[:left]), revision=index + 1)
            left = max(0, left - len(olds))
        if after.texts is not None:
            before = after
    return found


class _State:
    """The file as it was saved once. A page is looked at closely once, though it is compared with the state before and after."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._seen: dict[tuple[int, bool], Page] = {}

    @cached_property
    def texts(self) -> list[str] | None:
        """None for a state that cannot be opened by itself, such as one cut in the middle of a damaged file."""
        try:
            return pdf.plain_texts(self._data, MAX_PAGES)
        except PermanentError:
            return None

    @cached_property
    def has_form(self) -> bool:
        return pdf.has_form(self._data)

    def pages(self, numbers: Sequence[int], *, forms: bool = True) -> list[Page]:
        """Without a form in the file its pages are the same with and without what fills it."""
        forms = forms and self.has_form
        new = [number for number in numbers if (number, forms) not in self._seen]
        for number, page in zip(new, pdf.seen_pages(self._data, new, forms=forms), strict=True):
            self._seen[number, forms] = page
        return [self._seen[number, forms] for number in numbers]


def _differing(old: Sequence[str], new: Sequence[str]) -> tuple[list[int], list[int]]:
    """Numbers of the pages to look at closely, on either side."""
    if len(old) != len(new):
        return list(range(1, len(old) + 1)), list(range(1, len(new) + 1))
    numbers = [number for number, pair in enumerate(zip(old, new, strict=True), 1) if pair[0] != pair[1]]
    return numbers, numbers


def _between(
    before: _State, after: _State, pages: tuple[list[int], list[int]], *, revision: int
) -> list[Change]:
    olds, news = pages
    found = changed_text(before.pages(olds), after.pages(news), revision=revision)
    if not found or not after.has_form:
        return found
    written = changed_text(before.pages(olds, forms=False), after.pages(news, forms=False), revision=revision)
    return written or [replace(change, in_form=True) for change in found]


def changed_text(before: Sequence[Page], after: Sequence[Page], *, revision: int) -> list[Change]:
    """What is no longer seen of `before`. Pages that had no words yet have nothing to change."""
    found = list[Change]()
    for old, new in _pairs(before, after):
        if new is None:
            found += [
                Change(revision, old.number, word.text, None, word) for word in old.words if _says(word)
            ]
        elif _letters(old) != _letters(new):
            found += _removed(old, new, revision) or _covered(old, new, revision)
    return found


def _pairs(before: Sequence[Page], after: Sequence[Page]) -> list[tuple[Page, Page | None]]:
    """Each page with what it became: the one in its place, or where pages were put in or taken out, its equal."""
    old = [page for page in before if any(_says(word) for word in page.words)]
    if len(before) == len(after):
        in_place = {page.number: page for page in after}
        return [(page, in_place.get(page.number)) for page in old]
    by_text: dict[str, list[Page]] = {}
    for page in after:
        by_text.setdefault(_letters(page), []).append(page)
    pairs, left = list[tuple[Page, Page | None]](), list[Page]()
    for page in old:
        equal = by_text.get(_letters(page))
        if equal:
            pairs.append((page, equal.pop()))
        else:
            left.append(page)
    rest = sorted((page for pages in by_text.values() for page in pages), key=lambda page: page.number)
    return pairs + [(page, rest[number] if number < len(rest) else None) for number, page in enumerate(left)]


def _letters(page: Page) -> str:
    """Without blanks: programs part words differently."""
    return "".join("".join(word.text.split()) for word in page.words)


def _says(word: Word) -> bool:
    return any(map(str.isalnum, word.text))


def _removed(old: Page, new: Page, revision: int) -> list[Change]:
    """Words that are gone, each with what stands in its place now."""
    kept = Counter(word.text for word in new.words)
    gone = list[Word]()
    for word in old.words:
        if kept[word.text] > 0:
            kept[word.text] -= 1
        elif _says(word):
            gone.append(word)
    letters = _letters(new)
    # Cut differently it is still there.
    gone = [word for word in gone if word.text not in letters]
    had = Counter(word.text for word in old.words)
    added = list[Word]()
    for word in new.words:
        if had[word.text] > 0:
            had[word.text] -= 1
        else:
            added.append(word)
    return [
        Change(revision, old.number, word.text, instead.text if instead else None, word)
        for word in gone
        for instead in [next((one for one in added if _over(word, one)), None)]
    ]


def _covered(old: Page, new: Page, revision: int) -> list[Change]:
    """New figures written over figures that are still in the file."""
    had = Counter(word.text for word in old.words)
    added = list[Word]()
    for word in new.words:
        if had[word.text] > 0:
            had[word.text] -= 1
        elif _has_figures(word):
            added.append(word)
    return [
        Change(revision, old.number, word.text, one.text, word)
        for word in old.words
        if _has_figures(word)
        for one in added
        if _over(word, one)
    ]


def _has_figures(word: Word) -> bool:
    return any(map(str.isdigit, word.text))


def _over(one: Word, other: Word) -> bool:
    width = min(one.box[2], other.box[2]) - max(one.box[0], other.box[0])
    height = min(one.box[3], other.box[3]) - max(one.box[1], other.box[1])
    if width <= 0 or height <= 0:
        return False
    smaller = min(_area(one), _area(other))
    return smaller > 0 and width * height >= OVER * smaller


def _area(word: Word) -> float:
    return (word.box[2] - word.box[0]) * (word.box[3] - word.box[1])

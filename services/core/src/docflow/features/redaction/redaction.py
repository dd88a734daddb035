"""Personal values out of pages and texts, each for a placeholder that stays the same in one document."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from docflow.domain.json_types import JsonObject, JsonValue
from docflow.domain.lines import Line, lines_of, union
from docflow.domain.llm_policy import Personal
from docflow.domain.output_schema import FieldSpec, shape_of
from docflow.domain.ports.llm import Candidate, CompletionRequest, Extraction
from docflow.domain.reading import Box, Page, Word
from docflow.domain.unseen import as_seen
from docflow.domain.values.kinds import FieldKind
from docflow.features.redaction.personal import personal_in

_BY_KIND = {
    FieldKind.IBAN: Personal.IBAN,
    FieldKind.EMAIL: Personal.EMAIL,
    FieldKind.PHONE: Personal.PHONE,
}
#: Parts of names of fields that ask for a kind, whatever kind of field they are.
_BY_NAME = {
    "iban": Personal.IBAN, "account": Personal.IBAN, "card": Personal.CARD, "pan": Personal.CARD,
    "ssn": Personal.NATIONAL_ID, "social": Personal.NATIONAL_ID, "national": Personal.NATIONAL_ID,
    "tin": Personal.NATIONAL_ID, "taxpayer": Personal.NATIONAL_ID, "tax": Personal.NATIONAL_ID, "personal": Personal.NATIONAL_ID,
    "passport": Personal.NATIONAL_ID, "email": Personal.EMAIL, "mail": Personal.EMAIL, "phone": Personal.PHONE,
    "fax": Personal.PHONE, "mobile": Personal.PHONE,
}  # fmt: skip
#: Of a line's height, around what is blacked out.
_MARGIN = 0.15


def asked_for(output_schema: JsonObject) -> frozenset[Personal]:
    """The kinds that a schema asks for: they stay readable."""
    shape = shape_of(output_schema)
    specs = [*shape.fields, *(column for table in shape.tables for column in table.columns)]
    return frozenset(kind for spec in specs for kind in _kinds(spec))


def _kinds(spec: FieldSpec) -> list[Personal]:
    words = spec.path.lower().replace(".", "_").split("_")
    named = [_BY_NAME[word] for word in words if word in _BY_NAME and not _is_amount(spec)]
    return [*named, _BY_KIND[spec.kind]] if spec.kind in _BY_KIND else named


def _is_amount(spec: FieldSpec) -> bool:
    """`tax_total` asks for no tax number."""
    return spec.kind in (FieldKind.MONEY, FieldKind.RATE, FieldKind.QUANTITY, FieldKind.DATE)


@dataclass(slots=True)
class Redaction:
    """Of one document. The same value gets the same placeholder on every page and in every repeat."""

    kinds: Collection[Personal]
    _placeholders: dict[tuple[Personal, str], str] = field(default_factory=dict)
    _values: dict[str, str] = field(default_factory=dict)

    def text(self, text: str) -> str:
        parts, at = [], 0
        for found in personal_in(text):
            if found.kind in self.kinds:
                parts += [
                    text[at : found.start],
                    self._placeholder(found.kind, text[found.start : found.end]),
                ]
                at = found.end
        return "".join((*parts, text[at:]))

    def page(self, page: Page) -> tuple[Page, tuple[Box, ...]]:
        """The page with placeholders for words, and the places to black out in its picture."""
        black: list[Box] = []
        words: list[Word] = []
        for line in lines_of(page):
            words += self._line(_cleaned(line), black)
        return (replace(page, words=tuple(words)), tuple(black)) if black else (page, ())

    def restored(self, extraction: Extraction) -> Extraction:
        """Where a model answered with a placeholder: the value that it stands for."""
        if not self._values:
            return extraction
        return replace(
            extraction,
            fields={
                name: [self._candidate(one) for one in found] for name, found in extraction.fields.items()
            },
            tables={
                name: [{column: self._candidate(cell) for column, cell in row.items()} for row in rows]
                for name, rows in extraction.tables.items()
            },
        )

    def _candidate(self, candidate: Candidate) -> Candidate:
        return replace(candidate, text=self._back(candidate.text), quote=self._back(candidate.quote))

    def _back(self, text: str) -> str:
        for placeholder, value in self._values.items():
            text = text.replace(placeholder, value)
        return text

    def _line(self, line: Line, black: list[Box]) -> Sequence[Word]:
        texts = {at: word.text for at, word in enumerate(line.words)}
        # From the right, so that offsets to the left stay true.
        for found in reversed(personal_in(line.text)):
            if found.kind not in self.kinds:
                continue
            told = self._placeholder(found.kind, line.text[found.start : found.end])
            parts = []
            for at, (word, start) in enumerate(zip(line.words, line.starts, strict=True)):
                first, last = max(found.start - start, 0), min(found.end - start, len(word.text))
                if first < last:
                    parts.append(_part(word, first, last))
                    is_first = start + first == found.start
                    texts[at] = texts[at][:first] + (told if is_first else "") + texts[at][last:]
            black.append(union(parts))
        return [replace(word, text=texts[at]) for at, word in enumerate(line.words) if texts[at].strip()]

    def _placeholder(self, kind: Personal, value: str) -> str:
        key = (kind, "".join(character for character in value.casefold() if character.isalnum()))
        if key not in self._placeholders:
            number = 1 + sum(known is kind for known, _ in self._placeholders)
            told = f"[{kind.value.upper().replace('_', '-')}-{number}]"
            self._placeholders[key] = told
            self._values[told] = value
        return self._placeholders[key]


def redacted_question(request: CompletionRequest, kinds: Collection[Personal]) -> CompletionRequest:
    """The last look before a question leaves: its texts without these kinds, and no picture that was not seen to."""
    redaction = Redaction(kinds)
    return replace(
        request,
        parts=tuple(
            replace(
                part,
                text=redaction.text(part.text),
                image=part.image if part.image and part.image.redacted else None,
            )
            for part in request.parts
        ),
        examples=tuple(
            replace(one, text=redaction.text(one.text), answer=_each_text(one.answer, redaction.text))
            for one in request.examples
        ),
    )


def _each_text(value: JsonValue, change: Callable[[str], str]) -> JsonValue:
    if isinstance(value, Mapping):
        return {name: _each_text(sub, change) for name, sub in value.items()}
    if isinstance(value, list | tuple):
        return [_each_text(sub, change) for sub in value]
    return change(value) if isinstance(value, str) else value


def _cleaned(line: Line) -> Line:
    """Unseen characters would part what belongs together."""
    return Line(line.page, tuple(replace(word, text=as_seen(word.text)) for word in line.words), line.aspect)


def _part(word: Word, first: int, last: int) -> Box:
    """The place of some characters of a word, as if all were as wide, and a bit more."""
    left, top, right, bottom = word.box
    width, margin = (right - left) / len(word.text), _MARGIN * (bottom - top)
    return (
        max(0.0, left + width * first - (width if first else margin)),
        max(0.0, top - margin),
        min(1.0, left + width * last + (width if last < len(word.text) else margin)),
        min(1.0, bottom + margin),
    )

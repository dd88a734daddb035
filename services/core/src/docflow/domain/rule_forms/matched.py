"""What a match finds: which documents belong together, and where they differ. Findings name places, never values."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from docflow.domain.facts import About, value_of
from docflow.domain.json_types import JsonObject, JsonScalar
from docflow.domain.outcomes import Finding
from docflow.domain.output_schema import FieldSpec
from docflow.domain.rule_forms.likeness import alike, key_of
from docflow.domain.rule_forms.matching import Compared, Lines, MatchRule
from docflow.domain.rules import rows_told

Row = Mapping[str, JsonObject]


@dataclass(frozen=True, slots=True)
class _Document:
    """`number` is its place among the process's documents, from 1; 0 where none of them is the process's own."""

    number: int
    document_id: str | None
    read: JsonObject

    def value(self, spec: FieldSpec) -> JsonScalar:
        found: JsonScalar = ((self.read.get("fields") or {}).get(spec.path) or {}).get("value")
        return found

    def rows(self, table: str) -> Sequence[Row]:
        rows: Sequence[Row] = (self.read.get("tables") or {}).get(table) or ()
        return rows

    def place(self, field: str, page: int | None) -> JsonObject:
        return {"document_id": self.document_id, "page": page, "field": field}

    def page(self, spec: FieldSpec) -> int | None:
        found: int | None = ((self.read.get("fields") or {}).get(spec.path) or {}).get("page")
        return found

    def told(self, page: int | None) -> str:
        where = f"document {self.number}" if self.number else "the document"
        return f"{where}, page {page}" if page else where


def findings_of(rule: MatchRule, about: About) -> tuple[Finding, ...]:
    own = _own(about)
    others = _others(rule, about, own)
    meant = [other for other in others if _belong_together(rule, own, other)]
    if not meant:
        return (_missing(rule, bool(others)),) if rule.required else ()
    found = [one for other in meant for compared in rule.fields for one in _field(rule, compared, own, other)]
    if rule.lines is not None:
        found += _lines(rule, rule.lines, own, meant)
    return tuple(found)


def _own(about: About) -> _Document:
    """What the process shows as its values; they may have been corrected since they were read."""
    for number, one in enumerate(about.extraction.get("documents") or (), start=1):
        if not one.get("error") and _type(about, one) == about.process_type_id:
            return _Document(number, one.get("document_id"), about.extraction)
    return _Document(0, None, about.extraction)


def _others(rule: MatchRule, about: About, own: _Document) -> list[_Document]:
    return [
        _Document(number, one.get("document_id"), one)
        for number, one in enumerate(about.extraction.get("documents") or (), start=1)
        if not one.get("error")
        and one.get("document_id") != own.document_id
        and rule.is_of(_type(about, one))
    ]


def _type(about: About, one: JsonObject) -> str:
    return about.types.get(str(one.get("document_id")), about.process_type_id)


def _belong_together(rule: MatchRule, own: _Document, other: _Document) -> bool:
    return all(alike(spec, own.value(spec), other.value(spec)) for spec in rule.on)


def _missing(rule: MatchRule, others: bool) -> Finding:
    named = ", ".join(spec.path for spec in rule.on)
    told = f"no {rule.other_type} has the same {named}" if others else f"no {rule.other_type} is there"
    return Finding("match_missing", rule.severity, rule.on[0].path if rule.on else None, told)


def _field(rule: MatchRule, compared: Compared, own: _Document, other: _Document) -> Iterator[Finding]:
    spec, theirs = compared.spec, compared.other
    one, two = own.value(spec), other.value(theirs)
    if alike(spec, one, two, compared.tolerance, at_most=compared.at_most) is not False:
        return
    here, there = own.page(spec), other.page(theirs)
    told = f"{spec.path} ({own.told(here)}) {_is(compared)} {theirs.path} of {rule.other_type} ({other.told(there)})"
    places = (own.place(spec.path, here), other.place(theirs.path, there))
    yield Finding("match_differs", rule.severity, spec.path, told, places)


def _is(compared: Compared) -> str:
    return "is above" if compared.at_most else "differs from"


@dataclass(frozen=True, slots=True)
class _Line:
    """`row` counts from 1."""

    row: int
    cells: Row
    document: _Document

    def value(self, spec: FieldSpec) -> JsonScalar:
        found: JsonScalar = (self.cells.get(spec.path) or {}).get("value")
        return found

    def page(self) -> int | None:
        return next((cell["page"] for cell in self.cells.values() if cell and cell.get("page")), None)


def _lines(rule: MatchRule, lines: Lines, own: _Document, others: Sequence[_Document]) -> Iterator[Finding]:
    ours, theirs = _by_key(lines, [own]), _by_key(lines, others)
    unknown = [line for key, found in ours.items() if key is None or key not in theirs for line in found]
    if unknown:
        table, rows = f"{lines.table}[]", _rows(unknown)
        told = f"{lines.table} has lines that {rule.other_type} has not{rows_told(rows)}"
        yield Finding("match_line_missing", rule.severity, table, told, _places(table, unknown))
    for compared in lines.columns:
        pairs = [(found, theirs[key]) for key, found in ours.items() if key is not None and key in theirs]
        wrong = [line for found, other in pairs for line in _differing(compared, found, other)]
        if wrong:
            yield _line_finding(rule, lines, compared, wrong, others)


def _line_finding(
    rule: MatchRule, lines: Lines, compared: Compared, wrong: Sequence[_Line], others: Sequence[_Document]
) -> Finding:
    path = f"{lines.table}[].{compared.spec.path}"
    there = " and ".join(other.told(None) for other in others)
    told = f"{path} {_is(compared)} that of {rule.other_type} ({there}){rows_told(_rows(wrong))}"
    beside = tuple(other.place(f"{lines.table}[].{compared.other.path}", None) for other in others)
    return Finding("match_differs", rule.severity, path, told, (*_places(path, wrong), *beside))


def _rows(lines: Sequence[_Line]) -> tuple[int, ...]:
    return tuple(sorted(line.row for line in lines))


def _places(field: str, lines: Sequence[_Line]) -> tuple[JsonObject, ...]:
    return tuple({**line.document.place(field, line.page()), "row": line.row} for line in lines[:20])


def _by_key(lines: Lines, documents: Sequence[_Document]) -> dict[str | None, list[_Line]]:
    """The lines of each key; under None those that have none."""
    found: dict[str | None, list[_Line]] = {}
    for document in documents:
        for row, cells in enumerate(document.rows(lines.table), start=1):
            line = _Line(row, cells, document)
            keys = (key for spec in lines.key if (key := key_of(spec, line.value(spec))) is not None)
            found.setdefault(next(keys, None), []).append(line)
    return found


def _differing(compared: Compared, ours: Sequence[_Line], theirs: Sequence[_Line]) -> Sequence[_Line]:
    spec, other = compared.spec, compared.other
    if compared.adds_up:
        mine, given = _sum(spec, ours), _sum(other, theirs)
        same = alike(spec, _text(mine), _text(given), compared.tolerance, at_most=compared.at_most)
        return ours if same is False else ()
    return [line for line in ours if not _like_any(compared, line, theirs)]


def _like_any(compared: Compared, line: _Line, theirs: Sequence[_Line]) -> bool:
    answers = [
        alike(
            compared.spec,
            line.value(compared.spec),
            other.value(compared.other),
            compared.tolerance,
            at_most=compared.at_most,
        )
        for other in theirs
    ]
    return True in answers or False not in answers


def _sum(spec: FieldSpec, lines: Sequence[_Line]) -> Decimal | None:
    values = [value_of(spec, line.value(spec)) for line in lines]
    known = [value for value in values if isinstance(value, Decimal)]
    return sum(known, Decimal(0)) if known and len(known) == len(values) else None


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)

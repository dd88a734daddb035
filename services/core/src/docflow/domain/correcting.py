"""What a reviewer puts right, typed by the output schema and put into a reading. Pure: saving and deciding share it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from docflow.domain.corrections import Cause, CorrectedField, cause_of
from docflow.domain.errors import Problem, UserError, pointer_to
from docflow.domain.evidence import values_of
from docflow.domain.json_types import JsonObject, JsonScalar, JsonValue
from docflow.domain.outcomes import Place
from docflow.domain.output_schema import OutputShape, TableSpec, shape_of
from docflow.domain.reading import FieldSource
from docflow.domain.results import typed_data
from docflow.domain.typing_values import WrongValue, same, typed

MOST_ROWS = 1000

Row = Mapping[str, JsonScalar]


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a table; `row` counts from 0 in the table as it stood before."""

    table: str
    row: int
    column: str
    value: JsonValue


@dataclass(frozen=True, slots=True)
class Given:
    """As it was sent. A table given replaces all its rows; `places` tell where a reviewer saw the value of a field.

    Whatever is given counts as seen by a person, also where it is what was read. `root` leads the pointers of errors.
    """

    fields: Mapping[str, JsonValue] = field(default_factory=dict)
    tables: Mapping[str, JsonValue] = field(default_factory=dict)
    cells: Sequence[Cell] = ()
    places: Mapping[str, Place] = field(default_factory=dict)
    root: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.fields or self.tables or self.cells)


@dataclass(frozen=True, slots=True)
class Change:
    """A value that became another. `path` is `grand_total`, `line_items[2].line_total`, or `line_items[3]` for a row.

    `before` and `after` are fields as in a result, or {"row": {column: field}}; None = there was, or is, no such row.
    """

    path: str
    before: JsonObject | None
    after: JsonObject | None
    cause: Cause

    @property
    def place(self) -> tuple[int | None, Sequence[float] | None]:
        shown = self.after or self.before or {}
        return shown.get("page"), shown.get("box")


@dataclass(frozen=True, slots=True)
class Typed:
    """Canonical values of what was given."""

    fields: Mapping[str, JsonScalar]
    tables: Mapping[str, Sequence[Row]]
    places: Mapping[str, Place]

    @property
    def names(self) -> tuple[str, ...]:
        return (*sorted(self.fields), *sorted(self.tables))


def typed_by(schema: JsonObject, given: Given, reading: JsonObject) -> Typed:
    """Raises UserError with a pointer for every name that the schema lacks and every value of a wrong type."""
    shape, problems = shape_of(schema), list[Problem]()
    fields = dict[str, JsonScalar]()
    for name, value in given.fields.items():
        spec = shape.field(name)
        at = given.root + pointer_to(("fields", name) if not given.root else (name,))
        if spec is None:
            problems.append(Problem(at, "the output schema names no such field"))
            continue
        try:
            fields[name] = typed(spec, value)
        except WrongValue as wrong:
            problems.append(Problem(at, str(wrong)))
    tables = _tables(shape, given, reading, problems)
    problems += [
        Problem(pointer_to(("places", name)), "tells of a field that is not corrected")
        for name in given.places
        if name not in given.fields
    ]
    if problems:
        raise UserError("some corrections cannot be taken", problems=problems)
    return Typed(fields, tables, given.places)


def corrected(
    reading: JsonObject, schema: JsonObject, right: Typed, found: Mapping[str, CorrectedField]
) -> tuple[JsonObject, tuple[Change, ...]]:
    """The reading (`fields`, `tables`, `gaps`) with the right values in place, and what changed by it.

    Values become source `human` with confidence 1 and keep how they were read under `read`. `found` tells where right
    values stand, as far as that is known; a place that the reviewer gave comes first. Values that nobody touched keep all they had.
    """
    fields = dict(reading.get("fields") or {})
    changes = list[Change]()
    for name, value in right.fields.items():
        before, place = fields.get(name) or {}, found.get(name)
        after = by_a_person(before, value, _place(right.places.get(name), place))
        fields[name] = after
        if not same(before.get("value"), value):
            cause = cause_of(before.get("value"), value, place)
            changes.append(Change(name, before or None, after, cause))
    tables = {name: list(rows) for name, rows in (reading.get("tables") or {}).items()}
    for name, rows in right.tables.items():
        tables[name], changed = _table(name, tables.get(name, []), rows)
        changes += changed
    settled = set(right.names)
    result: dict[str, JsonValue] = {
        **reading,
        "fields": fields,
        "tables": tables,
        "gaps": [gap for gap in reading.get("gaps") or () if gap.get("field") not in settled],
    }
    if "incomplete" in result:
        result["incomplete"] = [name for name in result["incomplete"] or () if name not in settled]
    result["data"] = typed_data(values_of(result), schema)
    return result, tuple(changes)


def put_right(
    extraction: JsonObject,
    schema: JsonObject,
    right: Typed,
    found: Mapping[str, CorrectedField],
    document_id: str | None = None,
) -> tuple[JsonObject, tuple[Change, ...]]:
    """A process's extraction result with one document's values put right; None = the primary one's, which it shows.

    Raises UserError where the process has no such document, or it was not read.
    """
    documents = list(extraction.get("documents") or ())
    primary = extraction.get("document_id")
    if document_id is None or document_id == primary:
        whole, changes = corrected(extraction, schema, right, found)
        shown = {name: whole[name] for name in ("fields", "tables", "data")}
        documents = [
            {**one, **shown, "gaps": _unsettled(one, right)}
            if one.get("document_id") == primary and primary
            else one
            for one in documents
        ]
        # The same table of another document is still as incomplete as it was.
        others = [
            gap
            for one in documents
            if one.get("document_id") != primary
            for gap in one.get("gaps") or ()
            if gap.get("field") in right.names
        ]
        return {**whole, "documents": documents, "gaps": [*whole["gaps"], *others]}, changes
    for place, one in enumerate(documents):
        if one.get("document_id") == document_id and not one.get("error"):
            documents[place], changes = corrected(one, schema, right, {})
            gaps = [gap for document in documents for gap in document.get("gaps") or ()]
            return {**extraction, "documents": documents, "gaps": gaps}, changes
    raise UserError(
        "the process has no such document that was read",
        problems=[Problem("/document_id", "names no document of the process that was read")],
    )


def by_a_person(before: JsonObject, value: JsonScalar, place: Place | None) -> JsonObject:
    kept = dict(before or {"page": None, "box": None, "text": ""})
    if place is not None:
        kept |= {"page": place.page, "box": [round(x, 5) for x in place.box]}
    if "read" not in kept and before:
        kept["read"] = {name: before.get(name) for name in ("value", "confidence", "source")}
    # What was checked before was checked of another value.
    return {**kept, "value": value, "confidence": 1.0, "source": FieldSource.HUMAN.value, "checks": []}


def _place(given: Place | None, found: CorrectedField | None) -> Place | None:
    if given is not None:
        return given
    if found is None or found.page is None or found.box is None:
        return None
    return Place(found.page, found.box)


def _unsettled(document: JsonObject, right: Typed) -> list[JsonObject]:
    return [gap for gap in document.get("gaps") or () if gap.get("field") not in right.names]


# Tables


def _tables(
    shape: OutputShape, given: Given, reading: JsonObject, problems: list[Problem]
) -> dict[str, Sequence[Row]]:
    specs = {spec.path: spec for spec in shape.tables}
    tables = dict[str, Sequence[Row]]()
    for name, rows in given.tables.items():
        at = (given.root + pointer_to((name,))) if given.root else pointer_to(("tables", name))
        if name not in specs:
            problems.append(Problem(at, "the output schema names no such table"))
        elif not isinstance(rows, list) or len(rows) > MOST_ROWS:
            problems.append(Problem(at, f"is a list of up to {MOST_ROWS} rows"))
        else:
            tables[name] = [
                _row(specs[name], row, f"{at}/{number}", problems) for number, row in enumerate(rows)
            ]
    for number, cell in enumerate(given.cells):
        _put_cell(specs, cell, reading, tables, at=f"{given.root}/cells/{number}", problems=problems)
    return tables


def _row(spec: TableSpec, row: JsonValue, at: str, problems: list[Problem]) -> dict[str, JsonScalar]:
    if not isinstance(row, Mapping):
        problems.append(Problem(at, "is an object of columns"))
        return {}
    columns = {column.path: column for column in spec.columns}
    values = dict[str, JsonScalar]()
    for name, value in row.items():
        where = at + pointer_to((name,))
        if name not in columns:
            problems.append(Problem(where, "the output schema names no such column"))
            continue
        try:
            right = typed(columns[name], value)
        except WrongValue as wrong:
            problems.append(Problem(where, str(wrong)))
            continue
        if right is not None:
            values[name] = right
    return values


def _put_cell(
    specs: Mapping[str, TableSpec],
    cell: Cell,
    reading: JsonObject,
    tables: dict[str, Sequence[Row]],
    *,
    at: str,
    problems: list[Problem],
) -> None:
    spec = specs.get(cell.table)
    if spec is None:
        problems.append(Problem(f"{at}/table", "the output schema names no such table"))
        return
    rows = [dict(row) for row in tables.get(cell.table, _values(reading, cell.table))]
    if not 0 <= cell.row < len(rows):
        problems.append(Problem(f"{at}/row", f"the table has {len(rows)} rows"))
        return
    column = next((one for one in spec.columns if one.path == cell.column), None)
    if column is None:
        problems.append(Problem(f"{at}/column", "the output schema names no such column"))
        return
    try:
        value = typed(column, cell.value)
    except WrongValue as wrong:
        problems.append(Problem(f"{at}/value", str(wrong)))
        return
    rows[cell.row].pop(cell.column, None)
    if value is not None:
        rows[cell.row][cell.column] = value
    tables[cell.table] = rows


def _values(reading: JsonObject, table: str) -> Sequence[Row]:
    return values_of(reading).tables.get(table, ())


def _table(
    name: str, before: Sequence[JsonObject], rows: Sequence[Row]
) -> tuple[list[JsonObject], list[Change]]:
    """Rows keep the places of those that they were; which those are is told by equal rows around them."""
    after, changes = list[JsonObject](), list[Change]()
    for old_at, new_at in _pairs(before, rows):
        old = before[old_at] if old_at is not None else None
        if new_at is None:
            changes.append(Change(f"{name}[{old_at}]", {"row": old}, None, Cause.WRONG_CANDIDATE))
            continue
        cells, changed = _cells(f"{name}[{new_at}]", old or {}, rows[new_at])
        after.append(cells)
        if old is None:
            changes.append(Change(f"{name}[{new_at}]", None, {"row": cells}, Cause.MISSING))
        else:
            changes += changed
    return after, changes


def _pairs(before: Sequence[JsonObject], rows: Sequence[Row]) -> Iterator[tuple[int | None, int | None]]:
    left = [_key({name: (cell or {}).get("value") for name, cell in row.items()}) for row in before]
    right = [_key(row) for row in rows]
    for kind, low, high, start, end in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        shared = high - low if kind == "equal" else min(high - low, end - start)
        yield from ((low + step, start + step) for step in range(shared))
        yield from ((gone, None) for gone in range(low + shared, high))
        yield from ((None, new) for new in range(start + shared, end))


def _key(row: Row) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, str(value)) for name, value in row.items() if value is not None))


def _cells(path: str, old: JsonObject, row: Row) -> tuple[JsonObject, list[Change]]:
    cells, changes = dict[str, JsonValue](), list[Change]()
    for column in (*old, *(name for name in row if name not in old)):
        before, value = old.get(column) or {}, row.get(column)
        if same(before.get("value"), value):
            if before:
                cells[column] = before
            continue
        after = by_a_person(before, value, None)
        cells[column] = after
        cause = cause_of(before.get("value"), value, None)
        changes.append(Change(f"{path}.{column}", before or None, after, cause))
    return cells, changes

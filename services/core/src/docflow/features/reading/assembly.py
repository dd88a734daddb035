"""Candidates become fields: typed, grounded, checked, with a confidence. Runs in a child process."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from docflow.domain import fraud
from docflow.domain.completeness import Gap, gaps_of
from docflow.domain.confidence import (
    XML_CONTRADICTED,
    XML_VALUE,
    Evidence,
    Weighed,
    absent_confidence,
    field_confidence,
    with_backing,
)
from docflow.domain.e_invoice import EInvoice
from docflow.domain.json_types import JsonObject, JsonScalar
from docflow.domain.output_schema import FieldSpec, TableSpec, shape_of
from docflow.domain.ports.llm import Candidate, Extraction
from docflow.domain.reading import Box, Check, FieldSource, FraudFlag, Page, ReadField, Row, TextSource
from docflow.domain.values.iban import normal_iban, valid_iban
from docflow.domain.values.kinds import FieldKind, canonical
from docflow.features.reading import invoice_names
from docflow.features.reading.checks import digit_check, totals_check
from docflow.features.reading.fitness import PROVEN, fit_of
from docflow.features.reading.grounding import Labels, Located
from docflow.features.reading.labelled import Labelled, labels_of
from docflow.features.reading.listing import listed_tables


@dataclass(frozen=True, slots=True)
class AssembledFields:
    fields: Mapping[str, ReadField]
    tables: Mapping[str, tuple[Row, ...]]
    signals: tuple[FraudFlag, ...] = ()
    gaps: tuple[Gap, ...] = ()
    warnings: tuple[str, ...] = ()


def fields_of_extraction(
    extraction: Extraction, pages: Sequence[Page], schema: JsonObject
) -> AssembledFields:
    """Every field the schema names: the best candidate, or a null with how sure it is that there is none."""
    shape, located = shape_of(schema), Located(pages)
    source = _source(extraction, pages)
    orders, shown = fraud.injected(pages), Labelled(located)
    typed = {
        spec.path: [(candidate, value) for candidate in extraction.fields.get(spec.path, ())
                    if (value := canonical(spec.kind, candidate.text)) is not None]
        for spec in shape.fields
    }  # fmt: skip
    sums = totals_check({path: found[0][1] for path, found in typed.items() if found})
    fields = {}
    for spec in shape.fields:
        found = typed[spec.path]
        labelled = bool(extraction.fields.get(spec.path))
        if not found:
            fields[spec.path] = ReadField(None, absent_confidence(label_seen=labelled), source)
            continue
        rivals = len({str(value) for _, value in found[1:]} - {str(found[0][1])})
        if source is FieldSource.LLM:
            rivals = max(rivals, shown.rivals(spec, found[0][1]))
            if shown.shows(spec, found[0][1]):
                found[0] = (replace(found[0][0], label_found=True), found[0][1])
        adding = sums if spec.path in ("net_total", "tax_total", "grand_total") else None
        fields[spec.path] = _read(
            spec,
            found[0][0],
            located,
            source,
            rivals=rivals,
            sums=adding,
            in_table=False,
            injected=bool(orders),
            agreement=extraction.agreement.get(spec.path, 0.5),
        )
    tables = {table.path: _rows(table, extraction, located, source) for table in shape.tables}
    listed = listed_tables(shape.tables, tables, {spec: fields[spec.path] for spec in shape.fields}, located)
    return AssembledFields(fields, tables, orders, tuple(gap for one in listed for gap in gaps_of(one)))


def fields_of_invoice(invoice: EInvoice, pages: Sequence[Page], schema: JsonObject) -> AssembledFields:
    """The XML's own values under the schema's names, each with its place on the visible page where it stands."""
    shape, located = shape_of(schema), Located(pages)
    called = {spec.path: labels_of(spec) for spec in shape.fields}
    others = frozenset().union(*called.values())
    fields = {}
    for spec in shape.fields:
        value = invoice.values.get(invoice_names.term_of(spec))
        if value is None:
            fields[spec.path] = ReadField(None, XML_VALUE, FieldSource.XML)
            continue
        check = digit_check(spec.kind, value)
        labels = Labels(called[spec.path], others)
        place = located.find(spec.kind, value, labels=labels) if spec.name != "line_count" else None
        fields[spec.path] = ReadField(
            value=value,
            confidence=XML_VALUE,
            source=FieldSource.XML,
            text=value,
            page=place.page if place else None,
            box=place.box if place else None,
            checks=(check,) if check else (),
        )
    fields |= _contradicted(fields, located)
    tables = {table.path: _invoice_rows(table, invoice) for table in shape.tables}
    return AssembledFields(fields, tables, fraud.injected(pages, invoice.texts))


def _contradicted(fields: Mapping[str, ReadField], located: Located) -> dict[str, ReadField]:
    """What the visible page states otherwise.

    The gross total, where the page has amounts but neither it nor the amount due among them; the account to pay to,
    where the page shows accounts but not this one. Dates, names and numbers are written too freely to tell.
    """
    return {**_other_total(fields, located), **_other_account(fields, located)}


def _other_account(fields: Mapping[str, ReadField], located: Located) -> dict[str, ReadField]:
    shown = located.accounts
    return {
        name: replace(read, confidence=XML_CONTRADICTED)
        for name, read in fields.items()
        if read.page is None
        and shown
        and _is_account(read.value)
        and normal_iban(str(read.value)) not in shown
    }


def _is_account(value: JsonScalar) -> bool:
    return isinstance(value, str) and valid_iban(normal_iban(value))


def _other_total(fields: Mapping[str, ReadField], located: Located) -> dict[str, ReadField]:
    totals = {
        name: fields[name] for name in ("grand_total", "amount_due") if name in fields and fields[name].value
    }
    if not totals or any(read.page for read in totals.values()) or not located.has_amounts:
        return {}
    return {name: replace(read, confidence=XML_CONTRADICTED) for name, read in totals.items()}


def _read(
    spec: FieldSpec,
    candidate: Candidate,
    located: Located,
    source: FieldSource,
    *,
    rivals: int = 0,
    sums: Check | None = None,
    in_table: bool,
    injected: bool = False,
    agreement: float = 0.5,
    taken: Collection[tuple[int, Box]] = (),
) -> ReadField:
    value = canonical(spec.kind, candidate.text)
    place = located.find(
        spec.kind, value, page=candidate.page, quote=candidate.quote, box=candidate.box, taken=taken
    )
    checks = tuple(check for check in (digit_check(spec.kind, value), sums) if check is not None)
    seen = Evidence(
        grounding=place.score if place else 0.0,
        # Two accounts have right digits, both: that says nothing of which is meant.
        check=min(0, _verdict(checks)) if rivals and spec.kind is FieldKind.IBAN else _verdict(checks),
        weakest_word=place.weakest_word if place else None,
        label={True: 1.0, False: 0.0, None: 0.5}[candidate.label_found],
        rivals=rivals,
        # A column's heading says what its cells are.
        fit=PROVEN if in_table else fit_of(spec, candidate, place, located),
        injected=injected,
        agreement=agreement,
    )
    evidence = with_backing(seen, candidate.backing)
    return ReadField(
        value=value,
        confidence=field_confidence(evidence),
        source=candidate.source or source,
        text=candidate.text,
        page=place.page if place else None,
        box=place.box if place else None,
        rivals=rivals,
        checks=checks,
        weighed=None if in_table else Weighed(evidence, spec.kind.value),
    )


def _verdict(checks: Sequence[Check]) -> int:
    """-1 when any failed, 1 when any passed, 0 without checks."""
    if not checks:
        return 0
    return 1 if all(check.ok for check in checks) else -1


def _rows(table: TableSpec, extraction: Extraction, located: Located, source: FieldSource) -> tuple[Row, ...]:
    rows = []
    taken: set[tuple[int, Box]] = set()
    for row in extraction.tables.get(table.path, ()):
        cells: Row = {}
        for column in table.columns:
            if column.path in row and canonical(column.kind, row[column.path].text) is not None:
                cell = _read(column, row[column.path], located, source, in_table=True, taken=taken)
                cells[column.path] = cell
                if cell.page is not None and cell.box is not None:
                    taken.add((cell.page, cell.box))
        if cells:
            rows.append(cells)
    return tuple(rows)


def _invoice_rows(table: TableSpec, invoice: EInvoice) -> tuple[Row, ...]:
    part = invoice_names.part_of(table)
    rows = {
        None: (),
        invoice_names.Part.LINES: invoice.lines,
        invoice_names.Part.ADJUSTMENTS: invoice.adjustments,
        invoice_names.Part.TAXES: invoice.taxes,
        invoice_names.Part.PAYMENTS: invoice.payments,
    }[part]
    return tuple(
        {
            column.path: ReadField(value, XML_VALUE, FieldSource.XML, text=value)
            for column in table.columns
            if (value := row.get(invoice_names.column_term_of(column, part))) is not None
        }
        for row in rows
    )


def _source(extraction: Extraction, pages: Sequence[Page]) -> FieldSource:
    if extraction.provider != "offline":
        return FieldSource.LLM
    scanned = any(page.source is TextSource.OCR for page in pages)
    return FieldSource.OCR if scanned else FieldSource.TEXT_LAYER

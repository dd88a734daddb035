"""One review with all that its screen shows, and what is sent from there."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from docflow.domain.correcting import Cell, Given
from docflow.domain.outcomes import Place
from docflow.domain.output_schema import FieldSpec, OutputShape, TableSpec
from docflow.features.reviews.models import FieldCorrection
from pydantic import ConfigDict, Field, model_validator

from docflow_api.schemas.base import Schema
from docflow_api.schemas.processes import ReasonOut
from docflow_api.schemas.reviews import ReviewOut

Fraction = Annotated[float, Field(ge=0, le=1)]


class FieldAsked(Schema):
    """A field, or a column of a table, as the output schema asks for it. `types` are JSON types, `kind` says what it holds."""

    path: str
    kind: str
    types: list[str]
    is_required: bool
    labels: list[str]


class TableAsked(Schema):
    path: str
    is_required: bool
    columns: list[FieldAsked]


class NoteOut(Schema):
    """`by` is `user:<id>` or `key:<id>`."""

    note_id: UUID
    text: str
    by: str
    by_name: str | None
    at: datetime


class CorrectionOut(Schema):
    """A value that became another during this review. `field` names a field, a cell such as `line_items[2].line_total`, or
    a row such as `line_items[3]`. `before` and `after` are fields as in a result, or `{"row": {…}}`; null = there was none.
    """

    document_id: UUID | None
    field: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    page: int | None
    box: list[float] | None
    cause: str | None
    by: str
    at: datetime


class ReviewDetailOut(ReviewOut):
    """`approved_by` names who has approved so far; `may_approve` is false for whoever is among them.

    `result` is that of the process, as at `/v1/processes/{process_id}/result`; null while it has none. `threshold` is the
    confidence from which a required value needs nobody. `findings` are those of the rules for the values as they are now.
    """

    threshold: float | None
    fields_asked: list[FieldAsked]
    tables_asked: list[TableAsked]
    result: dict[str, Any] | None
    findings: list[dict[str, Any]]
    notes: list[NoteOut]
    corrections: list[CorrectionOut]
    approved_by: list[str]
    may_approve: bool
    decision: str | None
    decision_reason: str | None
    decided_by: str | None
    decided_at: datetime | None


class CellIn(Schema):
    """`row` counts from 0 in the table as it stands."""

    model_config = ConfigDict(extra="forbid")

    table: str = Field(max_length=200)
    row: int = Field(ge=0, le=100_000)
    column: str = Field(max_length=200)
    value: Any = None


class PlaceIn(Schema):
    """`box` is [x0, y0, x1, y1] in fractions of the page as it is shown."""

    model_config = ConfigDict(extra="forbid")

    page: int = Field(ge=1)
    box: tuple[Fraction, Fraction, Fraction, Fraction]

    @model_validator(mode="after")
    def _spans(self) -> Self:
        x0, y0, x1, y1 = self.box
        if x0 >= x1 or y0 >= y1:
            raise ValueError("x0 < x1 and y0 < y1")
        return self


class CorrectionsIn(Schema):
    """Right values. A value that was read rightly may be sent, too: then a person has vouched for it.

    `fields` maps dotted names to values, null for none. `tables` maps a table to all its rows, each an object of columns;
    `cells` changes single ones. `places` tells where a value in `fields` was seen. Without a `document_id` they are the primary
    document's, whose values the process shows.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "fields": {"grand_total": "119.00"},
                    "places": {"grand_total": {"page": 1, "box": [0.7, 0.8, 0.9, 0.82]}},
                    "cells": [{"table": "line_items", "row": 0, "column": "quantity", "value": 2}],
                }
            ]
        },
    )

    document_id: UUID | None = None
    fields: dict[str, Any] = Field(default_factory=dict, max_length=500)
    tables: dict[str, Any] = Field(default_factory=dict, max_length=50)
    cells: list[CellIn] = Field(default_factory=list, max_length=1000)
    places: dict[str, PlaceIn] = Field(default_factory=dict, max_length=500)

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not (self.fields or self.tables or self.cells):
            raise ValueError("name what is put right: fields, tables or cells")
        return self

    def given(self) -> Given:
        return Given(
            fields=self.fields,
            tables=self.tables,
            cells=[Cell(one.table, one.row, one.column, one.value) for one in self.cells],
            places={name: Place(one.page, one.box) for name, one in self.places.items()},
        )


class CorrectedOut(Schema):
    """After saving: what the rules say now, what still speaks for a person's look, and the result with its new values.

    The process stays held until it is decided, also where no reason is left.
    """

    process_id: UUID
    version: int
    reasons: list[ReasonOut]
    findings: list[dict[str, Any]]
    overall_confidence: float | None
    corrected: list[str]
    result: dict[str, Any]


class NoteIn(Schema):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"text": "Called the seller: the new account is right."}]},
    )

    text: str = Field(min_length=1, max_length=4000)


class AssigneeIn(Schema):
    """Null gives it to nobody."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"user_id": "0193a6a4-0000-7000-8000-000000000000"}]},
    )

    user_id: UUID | None


def fields_asked(shape: OutputShape) -> list[FieldAsked]:
    return [_asked(spec) for spec in shape.fields]


def tables_asked(shape: OutputShape) -> list[TableAsked]:
    return [_table(spec) for spec in shape.tables]


def _table(spec: TableSpec) -> TableAsked:
    return TableAsked(
        path=spec.path, is_required=spec.required, columns=[_asked(column) for column in spec.columns]
    )


def _asked(spec: FieldSpec) -> FieldAsked:
    return FieldAsked(
        path=spec.path,
        kind=spec.kind.value,
        types=list(spec.types),
        is_required=spec.required,
        labels=list(spec.labels),
    )


def correction_out(row: FieldCorrection, *, is_sample: bool) -> CorrectionOut:
    return CorrectionOut(
        document_id=row.document_id,
        field=row.field,
        before=None if is_sample else _plain(row.before),
        after=None if is_sample else _plain(row.after),
        page=row.page,
        box=[float(x) for x in row.box] if row.box else None,
        cause=row.cause,
        by=row.corrected_by,
        at=row.created_at,
    )


def _plain(kept: Any) -> dict[str, Any] | None:
    return dict(kept) if isinstance(kept, Mapping) else None


_SURENESS = ("confidence", "evidence", "checks", "text", "read")


def without_sureness(result: Mapping[str, Any]) -> dict[str, Any]:
    """A result as a blind sample shows it: values and places alone."""
    return {
        "process_id": result.get("process_id"),
        "process_type_id": result.get("process_type_id"),
        **_bare(result),
        "documents": [
            {"document_id": one.get("document_id"), "file_name": one.get("file_name"), **_bare(one)}
            for one in result.get("documents") or ()
        ],
        "data": result.get("data") or {},
        "validation": None,
        "classification": None,
    }


def _bare(reading: Mapping[str, Any]) -> dict[str, Any]:
    tables: Mapping[str, Sequence[Mapping[str, Any]]] = reading.get("tables") or {}
    return {
        "fields": _values(reading.get("fields") or {}),
        "tables": {name: [_values(row) for row in rows] for name, rows in tables.items()},
    }


def _values(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: {key: value for key, value in (read or {}).items() if key not in _SURENESS}
        for name, read in fields.items()
    }

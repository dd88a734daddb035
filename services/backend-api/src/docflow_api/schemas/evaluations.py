from datetime import datetime
from typing import Any
from uuid import UUID

from docflow.features.evaluations.gate import GateSetting, Judgement, Standing
from docflow.features.evaluations.models import Evaluation, EvaluationSet
from docflow.features.evaluations.service import Wanted
from docflow.features.evaluations.sets import MAX_DOCUMENTS, Choice, FieldCount
from docflow.features.evaluations.states import EvaluationStatus, GateMode, Verdict
from pydantic import ConfigDict, Field, StrictBool

from docflow_api.schemas.base import Schema
from docflow_api.schemas.texts import MomentInBody, Text, TypeId, Version

_ID = "0193a6a4-0000-7000-8000-000000000000"


class EvaluationSetIn(Schema):
    """The newest `limit` approved documents of a type that fit. Bounds are exclusive, of when they were accepted.

    Each was approved by a person, unless `with_unreviewed` lets in what went straight through: that is measured by
    what the reader itself said. Processes of a single document are taken.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"name": "Spring", "process_type_id": "simple_invoice", "limit": 200}]
        },
    )

    name: Text = Field(min_length=1, max_length=200)
    process_type_id: TypeId
    config_version: Version | None = None
    """Of these documents' processes; left out = any."""
    created_after: MomentInBody | None = None
    created_before: MomentInBody | None = None
    with_unreviewed: StrictBool = False
    limit: int = Field(default=200, strict=True, ge=1, le=MAX_DOCUMENTS)

    def choice(self) -> Choice:
        return Choice(
            process_type_id=self.process_type_id,
            config_version=self.config_version,
            created_after=self.created_after,
            created_before=self.created_before,
            with_unreviewed=self.with_unreviewed,
            limit=self.limit,
        )


class EvaluationSetOut(Schema):
    """Frozen; `documents` falls where one is erased."""

    set_id: UUID
    name: str
    process_type_id: str
    config_version: int | None
    documents: int
    created_by: str
    created_at: datetime


class FieldCountOut(Schema):
    """Documents that have a value of the field, and documents that have none."""

    labelled: int
    empty: int


class EvaluationSetDetail(EvaluationSetOut):
    fields: dict[str, FieldCountOut]


class WantedIn(Schema):
    """The configuration in force where none is named; its own prompt of the stage ocr where none is."""

    model_config = ConfigDict(extra="forbid")

    config_id: UUID | None = None
    prompt_id: UUID | None = None

    def wanted(self) -> Wanted:
        return Wanted(self.config_id, self.prompt_id)


class EvaluationIn(Schema):
    """Read a set with `candidate` and with `baseline`, which is what is in force where it is left out.

    Without a candidate what is in force is measured alone. It costs what reading the set costs, within the budgets.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"set_id": _ID, "candidate": {"prompt_id": _ID}}]},
    )

    set_id: UUID
    """Of a set that was frozen by `POST /v1/evaluation-sets`."""
    candidate: WantedIn | None = None
    baseline: WantedIn | None = None


class PinnedOut(Schema):
    """Two versions with one fingerprint read alike: it covers all that shapes a reading."""

    config_id: UUID
    version: int
    prompt_id: UUID | None
    prompt_version: int | None
    fingerprint: str


class FieldFigures(Schema):
    """Counts of documents; shares are 0..1. `missing`: a value was there and none was read; `invented`: none was there.

    `exact` is the share where the value, or its lack, is right. `accepted` values were at least as sure as the
    configuration's threshold, `slipped` of them are wrong; `coverage` and `slip_rate` are their shares.
    """

    labelled: int
    empty: int
    right: int
    wrong: int
    missing: int
    invented: int
    accepted: int
    slipped: int
    exact: float
    f1: float
    coverage: float
    slip_rate: float


class SideFigures(Schema):
    """`review_rate`: a person would have had to look. `refused` counts documents by code, `models` by who read them.

    Seconds are of asking for the fields, the words being known. `cost_micros` is null where a price is unknown.
    """

    documents: int
    pages: int
    fields: dict[str, FieldFigures]
    overall: FieldFigures
    review_rate: float
    refused: dict[str, int]
    models: dict[str, int]
    tokens_input: int
    tokens_output: int
    cost_micros: int | None
    seconds_p50: float | None
    seconds_p95: float | None
    seconds_a_page: float | None


class DifferenceOut(Schema):
    """Candidate minus baseline in the share of exact values; `low` and `high` hold it with 95 % confidence."""

    exact: float
    low: float
    high: float
    documents: int
    is_worse: bool


class InventedOut(Schema):
    candidate: int
    baseline: int


class ComparisonFigures(Schema):
    """Worse = a field that loses more than a point with 95 % confidence, or more values invented."""

    fields: dict[str, DifferenceOut]
    overall: DifferenceOut
    invented: InventedOut
    worse_fields: list[str]
    invents_more: bool


class FiguresOut(Schema):
    candidate: SideFigures
    baseline: SideFigures | None
    comparison: ComparisonFigures | None


class EvaluationOut(Schema):
    """`done` of `documents` are read. `verdict` is there once two versions were compared."""

    evaluation_id: UUID
    set_id: UUID
    process_type_id: str
    candidate: PinnedOut
    baseline: PinnedOut | None
    status: EvaluationStatus
    documents: int
    done: int
    verdict: Verdict | None
    figures: FiguresOut | None
    error_code: str | None
    created_by: str
    created_at: datetime
    completed_at: datetime | None


class PublishGateIn(Schema):
    """`min_documents`: how many a comparison must have read to count."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"mode": "refuse", "min_documents": 50}]}
    )

    mode: GateMode
    min_documents: int = Field(default=50, strict=True, ge=1, le=MAX_DOCUMENTS)


class PublishGateOut(Schema):
    mode: GateMode
    min_documents: int


class GateOut(PublishGateOut):
    """How it stood against what was in force when it was published."""

    standing: Standing
    comparison: EvaluationOut | None


def set_out(row: EvaluationSet, documents: int) -> EvaluationSetOut:
    return EvaluationSetOut(**_set_values(row, documents))


def set_detail(row: EvaluationSet, documents: int, fields: dict[str, FieldCount]) -> EvaluationSetDetail:
    counts = {name: FieldCountOut(labelled=one.labelled, empty=one.empty) for name, one in fields.items()}
    return EvaluationSetDetail(**_set_values(row, documents), fields=counts)


def _set_values(row: EvaluationSet, documents: int) -> dict[str, Any]:
    return {
        "set_id": row.set_id,
        "name": row.name,
        "process_type_id": row.process_type_id,
        "config_version": row.config_version,
        "documents": documents,
        "created_by": row.created_by,
        "created_at": row.created_at,
    }


def evaluation_out(row: Evaluation, done: int) -> EvaluationOut:
    return EvaluationOut.model_validate(
        {
            "evaluation_id": row.evaluation_id,
            "set_id": row.set_id,
            "process_type_id": row.process_type_id,
            "candidate": row.candidate,
            "baseline": row.baseline,
            "status": row.status,
            "documents": row.documents,
            "done": done,
            "verdict": row.verdict,
            "figures": row.figures,
            "error_code": row.error_code,
            "created_by": row.created_by,
            "created_at": row.created_at,
            "completed_at": row.completed_at,
        }
    )


def gate_out(setting: GateSetting) -> PublishGateOut:
    return PublishGateOut(mode=setting.mode, min_documents=setting.min_documents)


def judgement_out(judged: Judgement) -> GateOut:
    found = judged.evaluation
    return GateOut(
        mode=judged.setting.mode,
        min_documents=judged.setting.min_documents,
        standing=judged.standing,
        comparison=None if found is None else evaluation_out(found, found.documents),
    )

from uuid import UUID

from docflow.features.calibration.reliability import Reliability
from docflow.features.calibration.thresholds import Proposal, Support
from pydantic import Field

from docflow_api.schemas.base import Schema


class ProposalOut(Schema):
    """Of `labels` decided by people, `accepted` lie at or above `threshold`. null where none is supported.

    `at_least` is the share of right ones that can be counted on with 95 %; `labels_needed` is how many there must be
    above a threshold before the target can be told at all. Nothing is changed: set it in a draft and publish that.
    """

    support: Support
    threshold: float | None
    accepted: int
    right: float | None
    at_least: float | None
    coverage: float | None
    labels_needed: int


class ReliabilityOut(Schema):
    """How confidences turned out. `right` is the share of values that people kept; `auroc` is null where all were kept
    or none. `ece` and `brier` are distances of confidence from truth, 0 is best."""

    labels: int
    right: float
    auroc: float | None
    ece: float
    brier: float
    accepted: int
    accepted_right: float | None
    coverage: float
    calibrations: list[UUID] = Field(
        description="The fits by which these values were judged; empty = the weights given"
    )
    proposal: ProposalOut | None = None


class FieldReliabilityOut(ReliabilityOut):
    field: str
    kind: str


class ConfigurationReliabilityOut(Schema):
    config_id: UUID
    process_type_id: str
    version: int
    threshold: float
    target: float | None
    overall: ReliabilityOut | None
    fields: list[FieldReliabilityOut]


def reliability_out(found: Reliability) -> ReliabilityOut:
    return ReliabilityOut(**_values(found))


def field_reliability_out(found: Reliability) -> FieldReliabilityOut:
    return FieldReliabilityOut(field=found.path or "", kind=found.kind or "", **_values(found))


def _values(found: Reliability) -> dict[str, object]:
    figures = found.figures
    return {
        "labels": figures.labels,
        "right": _share(figures.right),
        "auroc": _share(figures.auroc),
        "ece": _share(figures.ece),
        "brier": _share(figures.brier),
        "accepted": found.accepted,
        "accepted_right": _share(found.accepted_right),
        "coverage": _share(found.coverage),
        "calibrations": list(found.calibrations),
        "proposal": None if found.proposal is None else _proposal(found.proposal),
    }


def _proposal(found: Proposal) -> ProposalOut:
    return ProposalOut(
        support=found.support,
        threshold=found.threshold,
        accepted=found.accepted,
        right=_share(found.right),
        at_least=_share(found.at_least),
        coverage=_share(found.coverage),
        labels_needed=found.needed,
    )


def _share(value: float | None) -> float | None:
    return None if value is None else round(value, 4)

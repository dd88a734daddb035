from typing import Any, Self
from uuid import UUID

from docflow.domain.outcomes import Finding
from docflow.domain.publishing import MAX_RULES
from docflow.domain.stages import Severity
from pydantic import ConfigDict, Field, model_validator

from docflow_api.schemas.base import Schema
from docflow_api.schemas.texts import JsonItems, JsonMap

_EXAMPLE: dict[str, Any] = {
    "output_schema": {
        "type": "object",
        "properties": {
            "total_gross": {"type": "string", "x-kind": "money"},
            "total_net": {"type": "string", "x-kind": "money"},
        },
    },
    "validation_rules": [{"rule": "expression", "expr": "total_gross - total_net < 100.0"}],
    "data": {"total_gross": "119.00", "total_net": "10.00"},
}


class RuleCheckIn(Schema):
    """Rules, and what they are tried on: `data` in the shape of `output_schema`, or what a process of the client read."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    output_schema: JsonMap
    validation_rules: JsonItems = Field(max_length=MAX_RULES)
    data: JsonMap | None = None
    """Typed-in values."""
    process_id: UUID | None = None
    """Whose values are taken; neither = the rules are only read."""

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if self.data is not None and self.process_id is not None:
            raise ValueError("data or process_id, not both")
        return self


class FindingOut(Schema):
    """`places` name documents or processes with pages and fields; nothing here holds a value."""

    code: str
    severity: Severity
    field: str | None
    message: str
    places: list[dict[str, Any]]


class RuleCheckedOut(Schema):
    """One rule. With a `problem` it cannot be used and was not tried."""

    rule: int
    problem: str | None
    findings: list[FindingOut]


class RuleCheckOut(Schema):
    data: list[RuleCheckedOut]


def finding_out(finding: Finding) -> FindingOut:
    return FindingOut(
        code=finding.code,
        severity=finding.severity,
        field=finding.field,
        message=finding.message,
        places=[dict(place) for place in finding.places],
    )

import json
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from docflow.domain.configuration import LifecycleState
from docflow.domain.stages import DuplicatePolicy, ProcessStatus
from docflow.features.configurations.models import ConfigurationRow
from pydantic import ConfigDict, Field, StrictBool, StringConstraints, field_validator

from docflow_api.dry_runs import DryRun
from docflow_api.schemas.base import Schema
from docflow_api.schemas.evaluations import GateOut
from docflow_api.schemas.processes import ReasonOut
from docflow_api.schemas.texts import JsonItems, JsonMap, TypeId

_RULES = "validation_rules"
_EXAMPLE: dict[str, Any] = {
    "output_schema": {
        "type": "object",
        "properties": {
            "tenant_name": {"type": "string", "x-kind": "party", "x-labels": ["Tenant"]},
            "monthly_rent": {"type": ["string", "number"], "x-kind": "money", "x-labels": ["Monthly rent"]},
        },
        "required": ["tenant_name", "monthly_rent"],
    },
    "validation_rules": [{"field": "monthly_rent", "rule": "greater_than", "value": "0"}],
    "confidence_threshold": 0.85,
}

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Limit = Annotated[Decimal, Field(gt=0, max_digits=18, decimal_places=2)]


class ConfigurationPatch(Schema):
    """What is left out stays as it is; a draft may be incomplete until it is published.

    `confidence_threshold` is 0..1. `output_actions` is a list of `{"action_type", "target_config", "max_retries"}`;
    secrets have no place in it.
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"confidence_threshold": 0.9}]})

    input_schema: JsonMap = Field(default_factory=dict)
    """JSON Schema of what is handed in."""
    output_schema: JsonMap = Field(default_factory=dict)
    """JSON Schema of the result: which fields are read, in which order, of which kind (`x-kind`), under which labels (`x-labels`)."""
    validation_rules: JsonItems = Field(default_factory=list)
    """Plain rules over the values."""
    plugin_name: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_.-]+$", max_length=100)
    """An installed validator."""
    enable_fraud_detection: StrictBool = True
    enable_hitl: StrictBool = True
    """False: what would be held for a person fails with `review_disabled`."""
    confidence_threshold: float = Field(default=0.8, strict=True, ge=0, le=1)
    """0..1; a required field below it is held."""
    duplicate_policy: DuplicatePolicy = DuplicatePolicy.FLAG
    """What the same file a second time leads to."""
    workflow: JsonMap = Field(default_factory=dict)
    """Steps and the conditions between them; empty = the full pipeline."""
    output_actions: JsonItems = Field(default_factory=list)
    llm_policy: JsonMap = Field(default_factory=dict)
    """Which models are asked, in which order, and what they may not see."""
    review_sample_share: float = Field(default=0.03, strict=True, ge=0, le=1)
    """0..1 of the processes that no person saw are shown to one afterwards; they stay as they are."""
    approval_limits: dict[Currency, Limit] = Field(default_factory=dict, max_length=50)
    """By currency, up to what one person may approve in the client's house; amounts just below are told as a sign."""

    @field_validator(_RULES, mode="before")
    @classmethod
    def _unwrapped(cls, given: Any) -> Any:
        """The list, also where it comes in the form that is stored."""
        return given[_RULES] if isinstance(given, dict) and list(given) == [_RULES] else given

    def values(self, *, given_only: bool) -> dict[str, Any]:
        """By column."""
        values = self.model_dump(exclude_unset=given_only, exclude={"process_type_id"})
        if _RULES in values:
            values[_RULES] = {_RULES: values[_RULES]}
        for share in ("confidence_threshold", "review_sample_share"):
            if share in values:
                values[share] = Decimal(f"{values[share]:.4f}")
        if "approval_limits" in values:
            given = values["approval_limits"].items()
            values["approval_limits"] = {currency: f"{limit:f}" for currency, limit in given}
        if "output_schema" in values:
            values["schema_text"] = json.dumps(values["output_schema"], ensure_ascii=False)
        if "duplicate_policy" in values:
            values["duplicate_policy"] = values["duplicate_policy"].value
        return values


class ConfigurationIn(ConfigurationPatch):
    """A draft; it takes the next version of its type."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"process_type_id": "acme-corp.lease", **_EXAMPLE}]},
    )

    process_type_id: TypeId
    """A built-in type or one of the client's own."""


class ConfigurationOut(Schema):
    """`version` is what processes are pinned to; `revision` counts the writes and is the ETag.

    `prompt_ids` names the prompt of each stage, once published. `canary_percent` of new processes go to a canary.
    `gate` stands in the answer to publishing, of a client's own.
    """

    config_id: UUID
    process_type_id: str
    version: int
    state: LifecycleState
    canary_percent: int | None
    is_platform: bool
    input_schema: dict[str, Any]
    output_schema: dict[str, Any]
    validation_rules: list[Any]
    plugin_name: str | None
    enable_fraud_detection: bool
    enable_hitl: bool
    confidence_threshold: float
    duplicate_policy: DuplicatePolicy
    workflow: dict[str, Any]
    output_actions: list[Any]
    llm_policy: dict[str, Any]
    review_sample_share: float
    approval_limits: dict[str, str]
    prompt_ids: dict[str, str]
    revision: int
    created_by: str | None
    created_at: datetime
    updated_at: datetime
    gate: GateOut | None = None


class DryRunIn(Schema):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"document_id": "0193a6a4-0000-7000-8000-000000000000"}]},
    )

    document_id: UUID
    """One of the client's stored documents; nothing of it changes."""


class DryRunResult(Schema):
    """As the result of a process: fields with place, confidence and checks, and `data` by the output schema."""

    fields: dict[str, Any]
    tables: dict[str, Any]
    validation: dict[str, Any] | None
    data: dict[str, Any]


class DryRunOut(Schema):
    """What a process of this one document would come to; nothing of it is kept.

    `read_again` is false for a structured invoice: then the fields are those that it stated when it was read.
    """

    config_id: UUID
    document_id: UUID
    status: ProcessStatus
    reasons: list[ReasonOut]
    overall_confidence: float
    fraud_flags: list[dict[str, Any]]
    read_again: bool
    result: DryRunResult


def dry_run_out(config_id: UUID, document_id: UUID, run: DryRun) -> DryRunOut:
    return DryRunOut(
        config_id=config_id,
        document_id=document_id,
        status=run.status,
        reasons=[ReasonOut.model_validate(reason) for reason in run.reasons],
        overall_confidence=run.overall_confidence,
        fraud_flags=[dict(flag) for flag in run.fraud_flags],
        read_again=run.read_again,
        result=DryRunResult.model_validate(run.result),
    )


def configuration_out(row: ConfigurationRow) -> ConfigurationOut:
    return ConfigurationOut(
        config_id=row.config_id,
        process_type_id=row.process_type_id,
        version=row.version,
        state=LifecycleState(row.state),
        canary_percent=row.canary_percent,
        is_platform=row.client_id is None,
        input_schema=row.input_schema,
        output_schema=row.written_schema,
        validation_rules=row.validation_rules.get(_RULES, []),
        plugin_name=row.plugin_name,
        enable_fraud_detection=row.enable_fraud_detection,
        enable_hitl=row.enable_hitl,
        confidence_threshold=float(row.confidence_threshold),
        duplicate_policy=DuplicatePolicy(row.duplicate_policy),
        workflow=row.workflow,
        output_actions=row.output_actions,
        llm_policy=row.llm_policy,
        review_sample_share=float(row.review_sample_share),
        approval_limits=row.approval_limits,
        prompt_ids=row.prompt_ids,
        revision=row.revision,
        created_by=row.created_by,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )

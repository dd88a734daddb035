"""A published configuration and its prompts, as a process is pinned to them."""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from docflow.domain.json_types import JsonObject
from docflow.domain.stages import DuplicatePolicy


class PromptStage(StrEnum):
    CLASSIFICATION = "classification"
    OCR = "ocr"
    VALIDATION = "validation"
    SUMMARIZATION = "summarization"


class LifecycleState(StrEnum):
    DRAFT = "draft"
    SHADOW = "shadow"
    CANARY = "canary"
    PUBLISHED = "published"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Prompt:
    prompt_id: UUID
    process_type_id: str
    version: int
    stage: PromptStage
    prompt_template: str
    model_name: str
    temperature: float | None
    max_tokens: int


@dataclass(frozen=True, slots=True)
class Configuration:
    """Immutable once published.

    `output_schema` is the client's JSON Schema; its properties may carry `x-kind`, `x-labels` and `x-role`.
    `validation_rules` is the list inside {"validation_rules": [...]}. `confidence_threshold` is 0..1.
    `approval_limits` maps a currency to the amount up to which one person may approve, a decimal string.
    `output_actions` is a list of {"action_type", "target_config"}. `prompt_ids` maps a PromptStage to a prompt id.
    """

    config_id: UUID
    client_id: UUID
    process_type_id: str
    version: int
    input_schema: JsonObject
    output_schema: JsonObject
    validation_rules: tuple[JsonObject, ...] = ()
    plugin_name: str | None = None
    enable_fraud_detection: bool = True
    enable_hitl: bool = True
    confidence_threshold: float = 0.8
    duplicate_policy: DuplicatePolicy = DuplicatePolicy.FLAG
    workflow: JsonObject = field(default_factory=dict)
    output_actions: tuple[JsonObject, ...] = ()
    llm_policy: JsonObject = field(default_factory=dict)
    prompt_ids: JsonObject = field(default_factory=dict)
    approval_limits: JsonObject = field(default_factory=dict)
    review_sample_share: float = 0.0
    """0..1 of the processes that nobody looked at are shown to a person afterwards."""

    @property
    def blind_share(self) -> float:
        """Where nobody reviews, nobody looks at samples."""
        return self.review_sample_share if self.enable_hitl else 0.0

"""What a stage handler may answer. It decides; the runner carries it out."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from docflow.domain.json_types import JsonObject, JsonValue
from docflow.domain.reading import Box
from docflow.domain.splitting import ChildState, Part
from docflow.domain.stages import Severity


@dataclass(frozen=True, slots=True)
class Place:
    """A part of a page to look at; the box in fractions of the page."""

    page: int
    box: Box

    def as_json(self) -> JsonObject:
        return {"page": self.page, "box": [round(x, 5) for x in self.box]}

    @classmethod
    def from_json(cls, data: JsonObject) -> "Place":
        x0, y0, x1, y1 = data["box"]
        return cls(int(data["page"]), (x0, y0, x1, y1))


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a person must look, or why a process failed. `field` is a dotted path in the output schema."""

    code: str
    field: str | None = None
    message: str = ""
    places: tuple[Place, ...] = ()
    """Where to look, for what stands under no field of its own."""

    def as_json(self) -> JsonObject:
        told: JsonObject = {"code": self.code, "field": self.field, "message": self.message}
        return {**told, "places": [place.as_json() for place in self.places]} if self.places else told


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule, schema or plugin found. An error-severity finding holds the process."""

    code: str
    severity: Severity
    field: str | None = None
    message: str = ""
    places: tuple[JsonObject, ...] = ()
    """Where to look beside the field: ids and pages of documents or processes, never values."""

    def as_json(self) -> JsonObject:
        told: JsonObject = {
            "code": self.code,
            "severity": self.severity.value,
            "field": self.field,
            "message": self.message,
        }
        return {**told, "places": list(self.places)} if self.places else told

    @classmethod
    def from_json(cls, data: JsonObject) -> "Finding":
        places = tuple(data.get("places") or ())
        return cls(
            data["code"], Severity(data["severity"]), data.get("field"), data.get("message", ""), places
        )


#: Columns of `processes` a handler may set: classification_result, extraction_result, validation_result,
#: final_output, overall_confidence, process_type_id, config_version. Anything else is the engine's.
Changes = Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Advance:
    """The stage did its work; go on with the next step."""

    changes: Changes = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    actions: tuple[JsonObject, ...] = ()
    """Output actions to insert, each {"action_type", "target_config"}; only OUTPUT gives some."""
    counted: tuple[JsonObject, ...] = ()
    """Documents that become history of their vendors once the process is complete; only OUTPUT gives some."""


@dataclass(frozen=True, slots=True)
class HoldForReview:
    """A person must decide. The values are kept, so the reviewer corrects instead of retyping."""

    reasons: tuple[Reason, ...]
    changes: Changes = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    approvals_required: int = 1
    """How many people must approve."""
    priority: int = 0
    """The higher, the further ahead in the queue."""


@dataclass(frozen=True, slots=True)
class RetryLater:
    """Try the same run again after `after_s` seconds (None = by backoff).

    `counts` is True when the document itself failed, False when the world did (no broker, disk full, a provider
    that said when to come back): then no attempt is used up.
    """

    code: str
    message: str = ""
    after_s: float | None = None
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Fail:
    """The process cannot succeed. `code` is public."""

    code: str
    message: str = ""
    reasons: tuple[Reason, ...] = ()
    changes: Changes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Split:
    """The documents are several: each part becomes a process of its own, and this one waits until those have ended.

    The parts' files are stored. With `type_left_open` each part finds its own type, else it has this process's.
    """

    parts: tuple[Part, ...]
    changes: Changes = field(default_factory=dict)
    type_left_open: bool = True


@dataclass(frozen=True, slots=True)
class Gathered:
    """Every process that was split from this one has ended, each as it says; an erased one is not among them."""

    children: tuple[ChildState, ...]


StageOutcome = Advance | HoldForReview | RetryLater | Fail | Split | Gathered

"""Workflows to begin with. A template is copied when it is chosen: what becomes of it later touches no configuration."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import AnyHttpUrl, BaseModel, ConfigDict, Field, ValidationError

from docflow.domain.errors import Problem, UserError, pointer_to
from docflow.domain.json_types import JsonObject


class NoParameters(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Amount(NoParameters):
    """Which value is looked at, and from where on."""

    field: str = Field(
        default="grand_total",
        max_length=200,
        pattern=r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$",
        description="A field of the output schema that holds an amount.",
    )
    above: str = Field(
        default="10000",
        max_length=30,
        pattern=r"^[0-9]{1,15}(\.[0-9]{1,6})?$",
        description="The largest amount that nobody has to look at.",
    )

    @property
    def condition(self) -> str:
        return f"fields.{self.field} > {self.above}"


class Hand(NoParameters):
    """Where the second step sends the result to."""

    erp_url: AnyHttpUrl = Field(description="Takes the result as a signed webhook.")


Steps = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class WorkflowTemplate:
    name: str
    title: str
    description: str
    parameters: type[NoParameters]
    example: Mapping[str, str]
    """Parameters to show it with, where some have no default."""
    make: Callable[[Any], Steps]

    def steps(self, given: JsonObject) -> Steps:
        """Raises ValidationError for parameters that it does not take."""
        return self.make(self.parameters.model_validate(given))


def _straight(_: NoParameters) -> Steps:
    return [*_READ, {"name": "output", "type": "output"}]


def _always(_: NoParameters) -> Steps:
    return [
        *_READ,
        {"name": "review", "type": "review", "config": {"message": "every document is looked at"}},
        {"name": "output", "type": "output"},
    ]


def _above(amount: Amount, approvals: int) -> Steps:
    asked = {"approvals": approvals, "priority": 10, "message": "the amount is above the limit"}
    *before, check = _READ
    ways = [{"to": "review", "when": amount.condition}, {"to": "output"}]
    return [
        *before,
        {**check, "next": ways},
        {"name": "review", "type": "review", "config": asked, "next": [{"to": "output"}]},
        {"name": "output", "type": "output"},
    ]


def _archived(hand: Hand) -> Steps:
    archive = {"action_type": "file_export", "target_config": {"format": "json"}}
    erp = {"action_type": "webhook", "target_config": {"url": str(hand.erp_url)}}
    return [
        *_READ,
        {"name": "archive", "type": "output", "config": {"actions": [archive]}},
        {"name": "erp", "type": "output", "config": {"actions": [erp]}},
    ]


_READ: Steps = [
    {"name": "ingest", "type": "ingest"},
    {"name": "read", "type": "ocr"},
    {"name": "check", "type": "process"},
]

TEMPLATES: tuple[WorkflowTemplate, ...] = (
    WorkflowTemplate(
        "straight_through",
        "Straight through",
        "A person looks where something is doubtful, and nowhere else.",
        NoParameters,
        {},
        _straight,
    ),
    WorkflowTemplate(
        "review_always", "Review always", "A person looks at every document.", NoParameters, {}, _always
    ),
    WorkflowTemplate(
        "review_above_amount",
        "Review above an amount",
        "A person looks where the amount is above a limit, or could not be read.",
        Amount,
        {},
        lambda amount: _above(amount, 1),
    ),
    WorkflowTemplate(
        "four_eyes_above_amount",
        "Four eyes above an amount",
        "Two people approve where the amount is above a limit.",
        Amount,
        {},
        lambda amount: _above(amount, 2),
    ),
    WorkflowTemplate(
        "archive_and_erp",
        "Archive and ERP",
        "The result is put into the archive as a file, and then sent on as a signed webhook.",
        Hand,
        {"erp_url": "https://erp.example.com/invoices"},
        _archived,
    ),
)
_BY_NAME = {template.name: template for template in TEMPLATES}


def filled_in(written: JsonObject) -> JsonObject:
    """`{"template", "parameters"?}` becomes the steps of that template; anything else, and `splitting`, stays as it is.

    Raises UserError that names what is wrong.
    """
    if "template" not in written:
        return written
    unknown = written.keys() - {"template", "parameters", "splitting"}
    if unknown:
        raise _refused(
            [
                Problem(pointer_to(("workflow", name)), "does not stand beside a template")
                for name in sorted(unknown)
            ]
        )
    name = written["template"]
    template = _BY_NAME.get(name) if isinstance(name, str) else None
    if template is None:
        raise _refused([Problem("/workflow/template", f"must be one of {', '.join(_BY_NAME)}")])
    try:
        kept = {"splitting": written["splitting"]} if "splitting" in written else {}
        return {**kept, "steps": template.steps(written.get("parameters") or {})}
    except ValidationError as error:
        wrong = error.errors(include_input=False, include_url=False, include_context=False)
        raise _refused(
            [Problem(f"/workflow/parameters{pointer_to(one['loc'])}", one["msg"]) for one in wrong]
        ) from error


def _refused(problems: list[Problem]) -> UserError:
    return UserError("some values are not valid", problems=problems)

"""How many people must approve, and over what. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from docflow.domain.errors import Conflict, Forbidden, Problem, UserError
from docflow.domain.json_types import JsonObject
from docflow.domain.stages import Severity

_PERSON = "user:"


@dataclass(frozen=True, slots=True)
class Approvals:
    """`given` names who has approved the values as they stand (`user:<id>`, `key:<id>`)."""

    required: int = 1
    given: tuple[str, ...] = ()

    @property
    def are_enough(self) -> bool:
        return len(self.given) >= self.required

    @property
    def asks_for_two(self) -> bool:
        return self.required > 1


def approved(approvals: Approvals, by: str) -> Approvals:
    """Raises Conflict for whoever has approved before, and Forbidden for a key where two people must."""
    if by in approvals.given:
        raise Conflict("a second person must approve")
    if approvals.asks_for_two and not by.startswith(_PERSON):
        # A person and a key of their own would be one pair of eyes.
        raise Forbidden("two people must approve this; an API key is none", code="person_required")
    return Approvals(approvals.required, (*approvals.given, by))


def errors_of(validation_result: JsonObject | None) -> tuple[str, ...]:
    """The codes of error findings that stand, each once."""
    findings: Sequence[JsonObject] = (validation_result or {}).get("findings") or ()
    return tuple(sorted({str(one["code"]) for one in findings if one.get("severity") == Severity.ERROR}))


def refuse_unseen(approvals: Approvals, errors: Sequence[str], *, override: bool, reason: str) -> None:
    """An approval over errors. One person's is their word; where two must approve, each says so and why.

    Raises UserError `override_required`.
    """
    if not errors or not approvals.asks_for_two or (override and reason.strip()):
        return
    problems = [] if override else [Problem("/override", "true says that the findings are known")]
    if not reason.strip():
        problems.append(Problem("/reason", "tells why the values are right all the same"))
    raise UserError(
        f"findings stand against it: {', '.join(errors)}", code="override_required", problems=problems
    )

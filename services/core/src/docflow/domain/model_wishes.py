"""What a configuration wants of models besides reading fields. It stands in `llm_policy`, beside the order.

Each question costs, so the defaults ask only where an answer saves a person's: about a type that is not certain, and a
second time where that alone keeps required fields from being looked at. Checks and summaries of every document must be wished for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from docflow.domain.errors import Problem
from docflow.domain.json_types import JsonObject
from docflow.domain.stages import Severity

_SEVERITIES = {"off": None, "warning": Severity.WARNING, "error": Severity.ERROR}
_SWITCH = {"off": False, "on": True}
_UNSURE = {"never": False, "unsure": True}


@dataclass(frozen=True, slots=True)
class SecondReading:
    """When a document is read a second time. `doubtful` = where agreement would spare a person's look; `above` = always where an amount is higher; `share` 0..1 = of the others."""

    doubtful: bool = True
    above: Decimal | None = None
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class ModelWishes:
    """`validation` is the severity of a model's doubts; None = it is not asked for any."""

    classification: bool = True
    validation: Severity | None = None
    summarization: bool = False
    second_reading: SecondReading = SecondReading()


def wishes_of(llm_policy: JsonObject) -> ModelWishes:
    """Raises ValueError for what `wish_problems` tells of."""
    problem = next(wish_problems(llm_policy), None)
    if problem is not None:
        raise ValueError(problem.message)
    twice = llm_policy.get("second_reading") or {}
    above = twice.get("above")
    return ModelWishes(
        classification=_UNSURE[llm_policy.get("classification", "unsure")],
        validation=_SEVERITIES[llm_policy.get("validation", "off")],
        summarization=_SWITCH[llm_policy.get("summarization", "off")],
        second_reading=SecondReading(
            doubtful=twice.get("doubtful", True),
            above=None if above is None else Decimal(above),
            share=float(twice.get("share", 0.0)),
        ),
    )


def wish_problems(llm_policy: JsonObject) -> Iterator[Problem]:
    for name, words in (("classification", _UNSURE), ("validation", _SEVERITIES), ("summarization", _SWITCH)):
        value = llm_policy.get(name, next(iter(words)))
        if not isinstance(value, str) or value not in words:
            yield Problem(f"/llm_policy/{name}", f"must be one of {', '.join(words)}")
    twice = llm_policy.get("second_reading", {})
    if not isinstance(twice, dict) or not twice.keys() <= {"doubtful", "above", "share"}:
        yield Problem("/llm_policy/second_reading", "holds doubtful, above and share")
        return
    if not isinstance(twice.get("doubtful", True), bool):
        yield Problem("/llm_policy/second_reading/doubtful", "is true or false")
    if "above" in twice and not _is_amount(twice["above"]):
        yield Problem("/llm_policy/second_reading/above", "is an amount in a string, such as 10000.00")
    if not _is_share(twice.get("share", 0)):
        yield Problem("/llm_policy/second_reading/share", "is a number from 0 to 1")


def _is_amount(value: object) -> bool:
    try:
        return isinstance(value, str) and 0 <= Decimal(value) < Decimal("1e15")
    except InvalidOperation:
        return False


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1

"""A configuration's `llm_policy`: which models are asked in which order, and what happens at the budget's limit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from docflow.domain.errors import Problem
from docflow.domain.json_types import JsonObject
from docflow.domain.model_table import ModelName
from docflow.domain.model_wishes import wish_problems

OFFLINE = "offline"
MAX_MODELS = 10


class AtLimit(StrEnum):
    """What is done where a budget has no room for a call."""

    CHEAPER = "cheaper"
    """A cheaper model of the order; without room for that one, either, a person looks."""
    OFFLINE = "offline"
    """The document is read without a model."""
    HOLD = "hold"
    """A person looks."""


class Personal(StrEnum):
    """What can be taken out of a document before a vendor gets to see it."""

    IBAN = "iban"
    CARD = "card"
    NATIONAL_ID = "national_id"
    EMAIL = "email"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class LlmPolicy:
    """Without models documents are read offline. `offline_last` = so, too, where no model gave a usable answer."""

    models: tuple[ModelName, ...] = ()
    offline_last: bool = True
    at_limit: AtLimit = AtLimit.HOLD
    redact: frozenset[Personal] = frozenset()
    """Never sent, but for the kinds that the schema asks for."""


def policy_of(written: JsonObject, default: LlmPolicy) -> LlmPolicy:
    """What the configuration says, else the operator's. Raises ValueError for what `policy_problems` tells of."""
    models, offline_last = default.models, default.offline_last
    if (order := written.get("order")) is not None:
        models, offline_last = order_of(order)
    at_limit = AtLimit(written.get("at_limit", default.at_limit))
    return LlmPolicy(models, offline_last, at_limit, redact_of(written) | default.redact)


def redact_of(written: JsonObject) -> frozenset[Personal]:
    """`redact_before_send`: true = all kinds, else a list of them."""
    named = written.get("redact_before_send", False)
    return frozenset(map(Personal, Personal if named is True else named or ()))


def order_of(order: Sequence[str]) -> tuple[tuple[ModelName, ...], bool]:
    """The models, and whether the order ends offline."""
    return tuple(ModelName.of(name) for name in order if name != OFFLINE), OFFLINE in order


def policy_problems(written: JsonObject) -> Iterator[Problem]:
    order = written.get("order", [])
    if not isinstance(order, list | tuple) or len(order) > MAX_MODELS:
        yield Problem("/llm_policy/order", f"is a list of up to {MAX_MODELS} models")
        order = []
    for place, name in enumerate(order):
        if not _usable(name) or (name == OFFLINE and place != len(order) - 1):
            yield Problem(f"/llm_policy/order/{place}", "is provider/model, or offline at the end")
    if written.get("at_limit", AtLimit.HOLD) not in tuple(AtLimit):
        yield Problem("/llm_policy/at_limit", f"must be one of {', '.join(AtLimit)}")
    yield from wish_problems(written)
    named = written.get("redact_before_send", False)
    if not isinstance(named, bool) and not (
        isinstance(named, list | tuple) and all(one in tuple(Personal) for one in named)
    ):
        yield Problem("/llm_policy/redact_before_send", f"is true, false or a list of {', '.join(Personal)}")


def _usable(name: object) -> bool:
    if not isinstance(name, str):
        return False
    try:
        return name == OFFLINE or bool(ModelName.of(name))
    except ValueError:
        return False

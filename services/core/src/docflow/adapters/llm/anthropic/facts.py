"""What is known about Claude models without asking, as of 2026-11-20."""

from collections.abc import Mapping
from dataclasses import dataclass

from docflow.domain.json_types import JsonObject


@dataclass(frozen=True, slots=True)
class Facts:
    """`thinking` = what switches thinking off, or as far down as it goes; None = the parameter is not sent.

    `thinking_tokens` are set aside where it cannot be switched off: they count in the answer's limit.
    """

    max_output_tokens: int = 32_000
    thinking: JsonObject | None = None
    thinking_tokens: int = 0
    takes_effort: bool = False
    edge: int = 1_568
    """The longest edge of a picture that is seen without scaling."""


_KNOWN: Mapping[str, Facts] = {
    "claude-haiku-5-5": Facts(128_000, {"type": "disabled"}, takes_effort=True),
    "claude-sonnet-5-5": Facts(128_000, {"type": "between_tools"}, takes_effort=True),
    "claude-opus-5-5": Facts(128_000, None, 4_096, takes_effort=True, edge=2_576),
    "claude-fable-5-2": Facts(128_000, None, 4_096, takes_effort=True, edge=2_576),
}


def facts_of(model: str) -> Facts:
    return _KNOWN.get(model, Facts())

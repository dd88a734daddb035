"""What a connector is."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from docflow.domain.json_types import JsonObject
from docflow.features.outputs.repository import ClaimedAction


@dataclass(frozen=True, slots=True)
class Effect:
    """What an action did: ids, keys and codes, never contents. It is shown on the process and in the audit."""

    told: JsonObject


class Connector(Protocol):
    """Carries out one kind of output action.

    Safe to repeat: the second time has no second effect, or the receiver can tell it by an id that stays the same.
    Raises TransientError when the receiver may heal, PermanentError or UserError when it cannot succeed.
    """

    action_type: str

    async def carry_out(self, action: ClaimedAction, result: JsonObject) -> Effect: ...


@runtime_checkable
class Closing(Protocol):
    """A connector that keeps something open between actions."""

    async def aclose(self) -> None: ...

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from docflow.domain.json_types import JsonObject


@dataclass(frozen=True, slots=True)
class Asked:
    """Other processes of the client whose fields have these values, as (path, value as stored).

    `completed` = only those that were completed; else all that have not failed and were not cancelled. `field` is
    the field, or `table` and `columns` the cells, that are wanted of them.
    """

    same: tuple[tuple[str, str], ...]
    completed: bool = False
    field: str | None = None
    table: str | None = None
    columns: tuple[str, ...] = ()
    limit: int = 1


@dataclass(frozen=True, slots=True)
class Earlier:
    """Another process; `field`, and the cells of each row, are fields of a result (api.md)."""

    process_id: UUID
    field: JsonObject | None = None
    rows: Sequence[JsonObject] = ()


class PastProcesses(Protocol):
    async def like(self, asked: Asked) -> Sequence[Earlier]:
        """Newest first; never the process that asks, the one it was split from, or those split from it.

        What was committed before the question is seen. Two processes whose values were committed before they ask
        therefore cannot both miss each other.
        """

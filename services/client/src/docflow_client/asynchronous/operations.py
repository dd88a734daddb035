from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from docflow_client.asynchronous.sender import AsyncSender
from docflow_client.calls import Call, as_json, as_model, as_nothing, given
from docflow_client.models.operations import DeadRun, Replayed, SystemHealth

_DEAD_RUNS = "/v1/dead-runs"


class AsyncDeadRuns:
    """What failed for good. An administrator sees their client's, a platform administrator everybody's."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    def list(self, *, limit: int | None = None, **filters: Any) -> AsyncIterator[DeadRun]:
        """Newest first; by `stage`, `error_code`."""
        params = given(limit=limit, **filters)
        return self._sender.rows(Call("GET", _DEAD_RUNS, as_json, params=params), DeadRun)

    async def replay(self, run_id: UUID | str) -> Replayed:
        """Go on with its process from the stage it stopped in, with all its tries ahead."""
        return await self._sender.send(Call("POST", f"{_DEAD_RUNS}/{run_id}/replay", as_model(Replayed)))

    async def drop(self, run_id: UUID | str) -> None:
        """Take it off the list; its process stays failed."""
        await self._sender.send(Call("POST", f"{_DEAD_RUNS}/{run_id}/drop", as_nothing))


class AsyncSystem:
    """The installation as those who look after it see it."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    async def health(self) -> SystemHealth:
        """Its parts, workers, vendors of models and timed work, and how long the oldest waits."""
        return await self._sender.send(Call("GET", "/v1/system-health", as_model(SystemHealth)))

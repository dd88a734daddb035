from collections.abc import Iterator
from typing import Any
from uuid import UUID

from docflow_client.blocking.sender import Sender
from docflow_client.calls import Call, as_json, as_model, as_nothing, given
from docflow_client.models.operations import DeadRun, Replayed, SystemHealth

_DEAD_RUNS = "/v1/dead-runs"


class DeadRuns:
    """What failed for good. An administrator sees their client's, a platform administrator everybody's."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(self, *, limit: int | None = None, **filters: Any) -> Iterator[DeadRun]:
        """Newest first; by `stage`, `error_code`."""
        params = given(limit=limit, **filters)
        return self._sender.rows(Call("GET", _DEAD_RUNS, as_json, params=params), DeadRun)

    def replay(self, run_id: UUID | str) -> Replayed:
        """Go on with its process from the stage it stopped in, with all its tries ahead."""
        return self._sender.send(Call("POST", f"{_DEAD_RUNS}/{run_id}/replay", as_model(Replayed)))

    def drop(self, run_id: UUID | str) -> None:
        """Take it off the list; its process stays failed."""
        self._sender.send(Call("POST", f"{_DEAD_RUNS}/{run_id}/drop", as_nothing))


class System:
    """The installation as those who look after it see it."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def health(self) -> SystemHealth:
        """Its parts, workers, vendors of models and timed work, and how long the oldest waits."""
        return self._sender.send(Call("GET", "/v1/system-health", as_model(SystemHealth)))

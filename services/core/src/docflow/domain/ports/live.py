from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from docflow.domain.json_types import JsonObject


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of a process at one moment; snapshots may repeat, none is missed."""

    client_id: UUID
    process_id: UUID
    status: str
    current_stage: str
    version: int
    updated_at: datetime

    def as_json(self) -> JsonObject:
        return {
            "process_id": str(self.process_id),
            "status": self.status,
            "current_stage": self.current_stage,
            "version": self.version,
            "updated_at": self.updated_at.isoformat(),
        }


class LiveEvents(Protocol):
    """Fan-out of snapshots to the open streams of this process's clients."""

    async def publish(self, snapshot: Snapshot) -> None: ...

    def subscribe(self, client_id: UUID) -> AsyncIterator[Snapshot]:
        """Bounded; a subscriber that falls behind is ended and must reconnect."""

"""The stream of one follower: its client's processes, for as long as its session or key stands."""

from collections.abc import Sequence
from datetime import datetime

from docflow.domain.ports.live import Snapshot
from docflow.features.processes.repository import ProcessRepository
from docflow.features.socket_tickets.service import Follower

from docflow_api.deps import Gateway
from docflow_api.streams import ProcessStream


def following(gateway: Gateway, follower: Follower) -> ProcessStream:
    container = gateway.container

    async def changed_since(at: datetime) -> Sequence[Snapshot]:
        async with container.database.client(follower.client_id) as session:
            return await ProcessRepository(session, follower.client_id).changed_since(at)

    async def stands() -> bool:
        return await gateway.tickets.stands(follower, at=gateway.now())

    return ProcessStream(container.live, container.stopping, changed_since, stands=stands)

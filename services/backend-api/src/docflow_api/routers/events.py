from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Annotated

from docflow.domain.access import Scope
from docflow.domain.ports.live import Snapshot
from docflow.features.processes.repository import ProcessRepository
from fastapi import APIRouter, Header
from fastapi.sse import EventSourceResponse, ServerSentEvent

from docflow_api.deps import TheCaller, TheGateway, needs
from docflow_api.schemas.problem import problems
from docflow_api.streams import ProcessStream, read_mark, write_mark

router = APIRouter(prefix="/v1/events", tags=["events"])


@router.get(
    "",
    operation_id="stream_events",
    response_class=EventSourceResponse,
    responses=problems(),
    dependencies=[needs(Scope.PROCESSES_READ)],
)
async def stream_events(
    caller: TheCaller,
    gateway: TheGateway,
    last_event_id: Annotated[
        str | None, Header(max_length=64, description="Continue after this mark")
    ] = None,
) -> AsyncIterator[ServerSentEvent]:
    """Every change of the client's processes as it comes. Snapshots may repeat; none is missed."""
    container, client_id = gateway.container, caller.client

    async def changed_since(at: datetime) -> Sequence[Snapshot]:
        async with container.database.client(client_id) as session:
            return await ProcessRepository(session, client_id).changed_since(at)

    stream = ProcessStream(container.live, container.stopping, changed_since)
    since = read_mark(last_event_id, gateway.now())
    with gateway.metrics.streams.track_inprogress():
        async for snapshot in stream.follow(client_id, since):
            yield ServerSentEvent(
                event="process", id=write_mark(snapshot.updated_at), data=snapshot.as_json()
            )

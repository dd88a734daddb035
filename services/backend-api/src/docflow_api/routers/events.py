from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated

from docflow.domain.access import Scope
from docflow.features.socket_tickets.service import follower_of
from fastapi import APIRouter, Depends, Header
from fastapi.sse import EventSourceResponse, ServerSentEvent

from docflow_api.deps import TheCaller, TheGateway, needs
from docflow_api.following import following
from docflow_api.schemas.problem import problems
from docflow_api.streams import kind_of, read_mark, write_mark

router = APIRouter(prefix="/v1/events", tags=["events"])


async def _slot(caller: TheCaller, gateway: TheGateway) -> AsyncIterator[None]:
    """Taken before the answer begins, so that a refusal is one; given back when the stream ended."""
    with gateway.slots.take(caller.client), gateway.metrics.streams.track_inprogress():
        yield


@router.get(
    "",
    operation_id="stream_events",
    response_class=EventSourceResponse,
    responses=problems(),
    dependencies=[needs(Scope.PROCESSES_READ), Depends(_slot)],
)
async def stream_events(
    caller: TheCaller,
    gateway: TheGateway,
    last_event_id: Annotated[
        str | None, Header(max_length=64, description="Continue after this mark")
    ] = None,
) -> AsyncIterator[ServerSentEvent]:
    """Every change of the client's processes as it comes. Snapshots may repeat; none is missed.

    People are sent their notifications, too (`event: notification`, as in their list).
    """
    stream = following(gateway, follower_of(caller))
    since = read_mark(last_event_id, gateway.now())
    async with aclosing(stream.follow(caller.client, since)) as snapshots:
        async for snapshot in snapshots:
            mark = write_mark(snapshot.updated_at)
            yield ServerSentEvent(event=kind_of(snapshot), id=mark, data=snapshot.as_json())

"""Carries process events from the transport to the open streams of this process."""

from datetime import datetime

from docflow.domain.messages import Message
from docflow.domain.ports.live import LiveEvents, Snapshot
from docflow.domain.ports.transport import Transport


async def feed_live(transport: Transport, live: LiveEvents) -> None:
    """Until cancelled. An event that carries no whole snapshot is passed over."""
    async for message in transport.events():
        snapshot = snapshot_of(message)
        if snapshot is not None:
            await live.publish(snapshot)


def snapshot_of(message: Message) -> Snapshot | None:
    data = message.data
    if message.process_id is None or not message.type.startswith("process."):
        return None
    try:
        return Snapshot(
            message.client_id,
            message.process_id,
            data["status"],
            data["current_stage"],
            int(data["version"]),
            datetime.fromisoformat(data["updated_at"]),
        )
    except (KeyError, TypeError, ValueError):
        # Whoever may notify on the database may write anything: the others' events go on.
        return None

"""The live socket over a server that is played by the test."""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from docflow.adapters.live.memory import MemoryLive
from docflow.domain.errors import TransientError
from docflow.domain.ports.live import Snapshot
from docflow_api.sockets import (
    MOST_MESSAGES,
    RESTARTING,
    SIGNED_OUT,
    TALKATIVE,
    TOO_SLOW,
    LiveSocket,
)
from docflow_api.streams import ProcessStream
from fastapi import WebSocket

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
CLIENT = uuid4()
ONE = Snapshot(CLIENT, uuid4(), "completed", "OUTPUT", 3, NOW)


class Server:
    """Keeps what is sent; `stuck` = the client takes nothing any more."""

    def __init__(self, *, stuck: bool = False) -> None:
        self.sent: list[dict[str, Any]] = []
        self.incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.incoming.put_nowait({"type": "websocket.connect"})
        self._stuck = stuck

    async def receive(self) -> dict[str, Any]:
        return await self.incoming.get()

    async def send(self, message: Any) -> None:
        if self._stuck and message["type"] == "websocket.send":
            await asyncio.Event().wait()
        self.sent.append(dict(message))

    async def accepted(self) -> WebSocket:
        socket = WebSocket({"type": "websocket", "headers": []}, self.receive, self.send)
        await socket.accept()
        return socket

    @property
    def said(self) -> list[dict[str, Any]]:
        return [json.loads(each["text"]) for each in self.sent if each["type"] == "websocket.send"]

    @property
    def code(self) -> int | None:
        return next((each["code"] for each in self.sent if each["type"] == "websocket.close"), None)


async def changed(at: datetime) -> AsyncGenerator[Sequence[Snapshot], None]:
    yield (ONE,)


async def nothing(at: datetime) -> AsyncGenerator[Sequence[Snapshot], None]:
    pages: Sequence[Sequence[Snapshot]] = ()
    for page in pages:
        yield page


async def away(at: datetime) -> AsyncGenerator[Sequence[Snapshot], None]:
    yield ()
    raise TransientError("the database is away")


async def gone() -> bool:
    return False


async def served(
    server: Server, stream: ProcessStream, stopping: asyncio.Event | None = None, **times: float
) -> Server:
    socket = LiveSocket(await server.accepted(), stream, **times)
    async with asyncio.timeout(10):
        await socket.serve(CLIENT, NOW, stopping or asyncio.Event())
    return server


async def test_a_change_comes_as_type_and_data_and_a_client_may_leave() -> None:
    server = Server()
    stream = ProcessStream(MemoryLive(), asyncio.Event(), changed, look_s=0.01)
    running = asyncio.create_task(served(server, stream))
    while not server.said:
        await asyncio.sleep(0.005)
    await server.incoming.put({"type": "websocket.disconnect", "code": 1000})
    await running
    assert server.said == [{"type": "process", "data": ONE.as_json()}]
    assert server.code is None


async def test_silence_is_broken_by_pings() -> None:
    server = Server()
    running = asyncio.create_task(
        served(server, ProcessStream(MemoryLive(), asyncio.Event(), nothing, look_s=0.01), ping_s=0.01)
    )
    while len(server.said) < 2:
        await asyncio.sleep(0.005)
    await server.incoming.put({"type": "websocket.disconnect", "code": 1000})
    await running
    assert server.said[0] == {"type": "ping", "data": {}}


async def test_who_is_signed_out_is_told_so() -> None:
    stream = ProcessStream(MemoryLive(), asyncio.Event(), nothing, stands=gone, look_s=0.01, watch_s=0.0)
    assert (await served(Server(), stream)).code == SIGNED_OUT


async def test_who_takes_nothing_is_dropped() -> None:
    live = MemoryLive()
    stream = ProcessStream(live, asyncio.Event(), changed, look_s=0.01)
    assert (await served(Server(stuck=True), stream, send_s=0.05)).code == TOO_SLOW
    assert live.subscribers == 0


async def test_who_keeps_talking_is_cut_off() -> None:
    server = Server()
    for _ in range(MOST_MESSAGES):
        await server.incoming.put({"type": "websocket.receive", "text": "hello"})
    stream = ProcessStream(MemoryLive(), asyncio.Event(), nothing, look_s=0.01)
    assert (await served(server, stream)).code == TALKATIVE


async def test_a_stop_and_a_database_that_is_away_ask_to_come_back() -> None:
    stopping = asyncio.Event()
    stopping.set()
    stopped = ProcessStream(MemoryLive(), stopping, nothing)
    assert (await served(Server(), stopped, stopping)).code == RESTARTING
    lost = ProcessStream(MemoryLive(), asyncio.Event(), away)
    assert (await served(Server(), lost)).code == RESTARTING


async def test_nothing_is_left_behind() -> None:
    live = MemoryLive()
    await served(Server(), ProcessStream(live, asyncio.Event(), away))
    assert live.subscribers == 0

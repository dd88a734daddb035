"""One live socket: snapshots out, pings between them, and an end for whoever is too slow or no longer signed in."""

import asyncio
from contextlib import aclosing, suppress
from datetime import datetime
from uuid import UUID

import orjson
from docflow.domain.errors import DocflowError
from docflow.domain.json_types import JsonObject
from fastapi import WebSocket, WebSocketDisconnect

from docflow_api.streams import ProcessStream, kind_of

PING_S = 25.0
SEND_S = 10.0
"""A message that a client does not take for so long ends its socket."""
MOST_MESSAGES = 100
"""Clients have nothing to say here; one that goes on talking is cut off."""

LIFE_OVER = 1001
TALKATIVE = 1008
RESTARTING = 1012
TOO_SLOW = 1013
SIGNED_OUT = 4401


class LiveSocket:
    """Accepted already. Sends from one task at a time."""

    def __init__(
        self, socket: WebSocket, stream: ProcessStream, *, ping_s: float = PING_S, send_s: float = SEND_S
    ) -> None:
        self._socket = socket
        self._stream = stream
        self._ping_s = ping_s
        self._send_s = send_s
        self._turn = asyncio.Lock()

    async def serve(self, client_id: UUID, since: datetime, stopping: asyncio.Event) -> None:
        """Until the client leaves, the stream ends or a message cannot be sent."""
        tasks = [
            asyncio.create_task(work)
            for work in (self._follow(client_id, since, stopping), self._ping(), self._listen())
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
        for problem in ended:
            if isinstance(problem, Exception):
                raise problem
        code = next((code for task in done if (code := task.result()) is not None), None)
        if code is not None:
            with suppress(RuntimeError, TimeoutError, WebSocketDisconnect):
                await asyncio.wait_for(self._socket.close(code), self._send_s)

    async def _follow(self, client_id: UUID, since: datetime, stopping: asyncio.Event) -> int | None:
        try:
            async with aclosing(self._stream.follow(client_id, since)) as snapshots:
                async for snapshot in snapshots:
                    if not await self._send(kind_of(snapshot), snapshot.as_json()):
                        return TOO_SLOW
        except DocflowError:
            return RESTARTING
        if self._stream.is_refused:
            return SIGNED_OUT
        return RESTARTING if stopping.is_set() else LIFE_OVER

    async def _ping(self) -> int | None:
        while True:
            await asyncio.sleep(self._ping_s)
            if not await self._send("ping", {}):
                return TOO_SLOW

    async def _listen(self) -> int | None:
        """None once the client left."""
        with suppress(WebSocketDisconnect):
            for _ in range(MOST_MESSAGES):
                message = await self._socket.receive()
                if message["type"] == "websocket.disconnect":
                    return None
            return TALKATIVE
        return None

    async def _send(self, kind: str, data: JsonObject) -> bool:
        """False when the client did not take it in time or is gone."""
        try:
            async with asyncio.timeout(self._send_s), self._turn:
                await self._socket.send_text(orjson.dumps({"type": kind, "data": data}).decode())
        except (TimeoutError, WebSocketDisconnect, RuntimeError):
            return False
        return True

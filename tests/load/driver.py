"""Sends one request over and over on kept connections and counts the answers: cheap, so that the server is measured.

python -m tests.load.driver PORT SECONDS CONNECTIONS STATUS < the raw request
"""

import asyncio
import re
import sys
import time
from typing import cast

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


class Connection(asyncio.Protocol):
    """Asks again as soon as an answer is whole."""

    def __init__(self, request: bytes, status: bytes, until: float) -> None:
        self._request = request
        self._status = b"HTTP/1.1 " + status
        self._until = until
        self._held = b""
        self.answers = 0
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._held += data
        head, found, body = self._held.partition(b"\r\n\r\n")
        if not found:
            return
        length = _LENGTH.search(head)
        if length is None or not head.startswith(self._status):
            self._end(RuntimeError(f"not the answer looked for: {self._held[:300]!r}"))
        elif len(body) >= int(length[1]):
            self._held = b""
            if time.monotonic() < self._until:
                self.answers += 1
                self._transport.write(self._request)
            else:
                self._end(None)

    def connection_lost(self, _error: Exception | None) -> None:
        self._end(RuntimeError("the server hung up"))

    def _end(self, error: Exception | None) -> None:
        if self.over.done():
            return
        if error is None:
            self.over.set_result(None)
        else:
            self.over.set_exception(error)
        self._transport.close()


async def drive(port: int, seconds: float, connections: int, status: bytes, request: bytes) -> float:
    """Answers in a second."""
    loop = asyncio.get_running_loop()
    until = time.monotonic() + seconds
    opened = [
        await loop.create_connection(lambda: Connection(request, status, until), "127.0.0.1", port)
        for _ in range(connections)
    ]
    await asyncio.gather(*(connection.over for _, connection in opened))
    return sum(connection.answers for _, connection in opened) / seconds


if __name__ == "__main__":
    import uvloop

    port_, seconds_, connections_, status_ = sys.argv[1:]
    print(
        uvloop.run(
            drive(int(port_), float(seconds_), int(connections_), status_.encode(), sys.stdin.buffer.read())
        )
    )

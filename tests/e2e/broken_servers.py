"""Servers that are not what a program needs: an object store that refuses, a broker of another age."""

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

from pamqp import commands, frame


class _Refusing(BaseHTTPRequestHandler):
    status: ClassVar[int]

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        self.send_response(self.status)
        self.send_header("content-length", "0")
        self.end_headers()

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _answer  # noqa: N815 - the base class's names

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def refusing_store(status: int) -> Iterator[str]:
    """The address of an object store that gives this answer to everything."""
    handler = type("Handler", (_Refusing,), {"status": status})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        yield from _served(server, f"http://127.0.0.1:{server.server_address[1]}")


class _OldBroker(socketserver.BaseRequestHandler):
    """Shakes hands as a RabbitMQ before streams and quorum queues, then keeps still."""

    request: socket.socket

    def handle(self) -> None:
        self.request.recv(8)
        greeting = commands.Connection.Start(
            version_major=0,
            version_minor=9,
            server_properties={"product": "RabbitMQ", "version": "3.7.28", "capabilities": {}},
            mechanisms="PLAIN",
            locales="en_US",
        )
        for answer in (greeting, commands.Connection.Tune(2047, 131072, 0)):
            self.request.sendall(frame.marshal(answer, 0))
            self.request.recv(65536)
        self.request.sendall(frame.marshal(commands.Connection.OpenOk(), 0))
        while self.request.recv(65536):
            pass


@contextmanager
def old_broker() -> Iterator[str]:
    """The URL of a broker that is too old."""
    with _Threading(("127.0.0.1", 0), _OldBroker) as server:
        yield from _served(server, f"amqp://guest:guest@127.0.0.1:{server.server_address[1]}/")


class _Threading(socketserver.ThreadingTCPServer):
    daemon_threads = True


def _served(server: socketserver.BaseServer, url: str) -> Iterator[str]:
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield url
    finally:
        server.shutdown()
        thread.join()

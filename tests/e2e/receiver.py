"""A receiver of webhooks on loopback, in a thread of its own: it outlives the program that sends to it."""

import json
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver:
    """Keeps what came under each `webhook-id`; one that honours the id acts on the first only."""

    def __init__(self, port: int) -> None:
        self.address = f"127.0.0.1:{port}"
        self.bodies: dict[str, list[bytes]] = defaultdict(list)
        self.answer = 204

    @property
    def url(self) -> str:
        return f"http://{self.address}/hook"

    def events(self) -> list[tuple[str, str]]:
        """(type, process id) of each event, as a receiver sees them that honours the id."""
        seen: list[dict[str, Any]] = [json.loads(bodies[0]) for bodies in tuple(self.bodies.values())]
        return sorted((each["type"], each["data"]["process_id"]) for each in seen)


@contextmanager
def receiving() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            body = self.rfile.read(length)
            if (
                len(body) < length
            ):  # the sender was killed between the head and the body: nothing was received
                self.close_connection = True
                return
            receiver.bodies[self.headers["webhook-id"]].append(body)
            self.send_response(receiver.answer)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver = Receiver(server.server_port)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()

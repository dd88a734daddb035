"""How many webhooks one worker sends in a second, and what each costs, beside bare requests of the same run.

    python -m tests.load.webhooks

The worker's lane as it runs, on a real PostgreSQL; four receivers on loopback, in a process of their own, that answer at
once. The reference sends the same signed bodies with the same guarded egress and no database.
"""

import asyncio
import json
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from docflow.adapters.egress.guarded import GuardedEgress
from docflow.adapters.sealing.fernet import FernetSealing
from docflow.db.database import Database
from docflow.domain.ids import new_id
from docflow.domain.webhook_signing import new_secret
from docflow.features.webhooks.models import WebhookDelivery, WebhookEndpoint
from docflow.testing.database import open_server
from docflow.testing.factories import add_client
from docflow_output.connectors.webhook import Letter, WebhookSender
from docflow_output.deliveries import DeliveryLane
from docflow_output.loop import LaneLoop
from sqlalchemy import text

MESSAGES = 2_000
RECEIVERS = 4
IN_FLIGHT = 64
PER_HOST = 16
BODY = json.dumps(
    {"type": "process.completed", "timestamp": "2026-11-20T12:00:00Z", "data": {"process_id": "x" * 36}}
)

Figures = dict[str, float]


class Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


class Worker:
    worker_id: UUID = new_id()


def measure() -> Figures:
    receivers = subprocess.Popen(
        [sys.executable, "-m", "tests.load.webhooks", "receive"],
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
    )
    try:
        assert receivers.stdout is not None
        ports = json.loads(receivers.stdout.readline())
        return asyncio.run(_measure([f"http://127.0.0.1:{port}/hook" for port in ports]))
    finally:
        receivers.kill()
        receivers.wait()


async def _measure(urls: Sequence[str]) -> Figures:
    sender = WebhookSender(GuardedEgress(["127.0.0.1"]), Clock())
    await _bare(sender, urls, MESSAGES // 10)
    bare = await _timed(lambda: _bare(sender, urls, MESSAGES))
    with open_server() as server:
        try:
            database = Database((await server.clone()).app, pool_size=4, max_overflow=4)
            sent = await _timed_lane(database, sender, urls)
            await database.aclose()
        finally:
            await server.drop_all()
    return {
        "webhooks_per_s": MESSAGES / sent[0],
        "webhook_cpu_ms": 1000 * sent[1] / MESSAGES,
        "bare_webhooks_per_s": MESSAGES / bare[0],
        "bare_webhook_cpu_ms": 1000 * bare[1] / MESSAGES,
        "webhooks_share": bare[0] / sent[0],
    }


async def _timed(work: Any) -> tuple[float, float]:
    """Seconds, and seconds of this process's own processor time."""
    began, used = time.perf_counter(), _cpu_s()
    await work()
    return time.perf_counter() - began, _cpu_s() - used


async def _bare(sender: WebhookSender, urls: Sequence[str], count: int) -> None:
    secret, left = (new_secret(),), iter(range(count))

    async def send_on() -> None:
        for number in left:
            letter = Letter(urls[number % len(urls)], f"msg_{number}", BODY.encode(), secret, {})
            assert (await sender.send(letter)).status == 200

    await asyncio.gather(*(send_on() for _ in range(IN_FLIGHT)))


async def _timed_lane(database: Database, sender: WebhookSender, urls: Sequence[str]) -> tuple[float, float]:
    sealing = FernetSealing(["s" * 40])
    client_id = await add_client(database, "bench")
    await _fill(database, client_id, sealing, urls)
    lane = DeliveryLane(database, sender, sealing, Clock(), per_host=PER_HOST)
    done = 0
    stopping = asyncio.Event()

    def count(_lane: str, state: str) -> None:
        nonlocal done
        assert state == "delivered", state
        done += 1
        if done == MESSAGES:
            stopping.set()

    loop = LaneLoop(lane, in_flight=IN_FLIGHT, finished=count)
    return await _timed(lambda: loop.run(Worker(), stopping))


async def _fill(database: Database, client_id: UUID, sealing: FernetSealing, urls: Sequence[str]) -> None:
    endpoints = [new_id() for _ in urls]
    async with database.client(client_id) as session:
        session.add_all(
            WebhookEndpoint(
                endpoint_id=endpoint_id,
                client_id=client_id,
                url=url,
                secret_sealed=sealing.seal(new_secret().encode()),
            )
            for endpoint_id, url in zip(endpoints, urls, strict=True)
        )
        await session.flush()
        session.add_all(
            WebhookDelivery(
                delivery_id=new_id(),
                client_id=client_id,
                endpoint_id=endpoints[number % len(urls)],
                event_type="process.completed",
                webhook_id=f"msg_{number}",
                url=urls[number % len(urls)],
                body=BODY,
            )
            for number in range(MESSAGES)
        )
    async with database.nobody() as session:
        await session.execute(
            text("SELECT heartbeat(:w, 'worker-output', 'h', 1, 600)"), {"w": Worker.worker_id}
        )


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


class _Receiver(asyncio.Protocol):
    """Answers 200 to each request as soon as its body is there."""

    def __init__(self) -> None:
        self._got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._got += data
        head, ended, body = self._got.partition(b"\r\n\r\n")
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        if ended and len(body) >= int(length or 0):
            self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            self._transport.close()


async def _receive() -> None:
    running = asyncio.get_running_loop()
    servers = [await running.create_server(_Receiver, "127.0.0.1", 0, backlog=512) for _ in range(RECEIVERS)]
    print(json.dumps([server.sockets[0].getsockname()[1] for server in servers]), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    if sys.argv[1:] == ["receive"]:
        asyncio.run(_receive())
    else:
        print(json.dumps({name: round(value, 2) for name, value in measure().items()}, indent=1))

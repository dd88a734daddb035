"""What the router costs: milliseconds of one question beside the vendor's own, and how many it carries at once.

    python -m tests.load.router

A real PostgreSQL keeps the books; the vendor is one that waits. Beside it stands what the machine gave in the same
minute: the same thousand askers without a router, and single calls over HTTP, bare and through the SDK.

The ideal rate is a thousand calls in 0.3 s. Its share is told twice. `router_share_at_1000`: a thousand askers begin in
the same instant and ask again when they have their answer, so that all the router's own time is missing at the vendor.
`router_share_at_vendor`: the vendor has a thousand calls all the time, as a worker with some documents more gives it.
The vendor is in the process: over HTTP the client alone takes more than the 0.3 ms that a call may.
"""

import asyncio
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from uuid import UUID

import httpx2
import orjson
import uvloop
from docflow.adapters.clock.system import SystemClock
from docflow.adapters.llm.anthropic.body import body_of
from docflow.adapters.llm.anthropic.vendor import AnthropicVendor
from docflow.adapters.sealing.fernet import FernetSealing
from docflow.db.database import Database
from docflow.domain.llm_policy import LlmPolicy
from docflow.domain.model_table import ModelName
from docflow.domain.ports.llm import Completion, CompletionRequest, Repair, Task, Vendor
from docflow.features.completions.router import Calling, Router
from docflow.features.usage.books import PostgresBooks
from docflow.testing.database import open_server
from docflow.testing.factories import add_client
from docflow.testing.llm import ScriptedVendor

from tests.contract.llm.asking import question as document_question

ONE_BY_ONE = 200
IN_FLIGHT = 1000
#: Askers whose calls are with the books while a thousand are at the vendor, and seconds that are counted after some for warming up.
BESIDE, WARM_S, COUNTED_S = 500, 1.0, 3.0
ROUNDS = 5
CALL_S = 0.3
Figures = dict[str, float]
Ask = Callable[[int], Awaitable[object]]
CALLING = Calling(LlmPolicy((ModelName("anthropic", "claude-haiku-5-5"),)))


def question(client_id: UUID, number: int) -> CompletionRequest:
    return CompletionRequest(client_id, UUID(int=1), Task.EXTRACT, "", f"question {number}", "", {})


async def in_turn(*ways: Ask) -> list[tuple[float, float]]:
    """Of each way, its calls in turn with those of the others, one after the other: the middle one's milliseconds, and
    milliseconds of this process's CPU for a call.
    """
    took: list[list[float]] = [[] for _ in ways]
    cpu = [0.0 for _ in ways]
    for number in range(ONE_BY_ONE):
        for place, ask in enumerate(ways):
            began, began_cpu = time.perf_counter(), time.process_time()
            await ask(-1 - number)
            took[place].append(1000 * (time.perf_counter() - began))
            cpu[place] += 1000 * (time.process_time() - began_cpu)
    return [(statistics.median(each), spent / ONE_BY_ONE) for each, spent in zip(took, cpu, strict=True)]


async def share_of_ideal(ask: Ask) -> float:
    """Each of a thousand askers asks again as soon as it has its answer."""

    async def asker(first: int) -> None:
        for turn in range(ROUNDS):
            await ask(first + turn * IN_FLIGHT)

    began = time.perf_counter()
    await asyncio.gather(*(asker(first) for first in range(IN_FLIGHT)))
    return round(ROUNDS * CALL_S / (time.perf_counter() - began), 3)


class FullVendor(ScriptedVendor):
    """Takes a thousand calls at a time and counts answers."""

    def __init__(self) -> None:
        super().__init__("anthropic", takes_s=CALL_S)
        self.answered = 0
        self._places = asyncio.Semaphore(IN_FLIGHT)

    async def complete(self, request: CompletionRequest, repair: Repair | None = None) -> Completion:
        async with self._places:
            answer = await super().complete(request, repair)
        self.answered += 1
        return answer


async def share_at_vendor(vendor: FullVendor, ask: Ask) -> float:
    """Of a thousand calls in 0.3 s, while as many wait for a place as the router can bring."""

    async def asker(first: int) -> None:
        turn = 0
        while True:
            await ask(first + turn * (IN_FLIGHT + BESIDE))
            turn += 1

    askers = [asyncio.create_task(asker(10**9 + first)) for first in range(IN_FLIGHT + BESIDE)]
    await asyncio.sleep(WARM_S)
    before, began = vendor.answered, time.perf_counter()
    await asyncio.sleep(COUNTED_S)
    rate = (vendor.answered - before) / (time.perf_counter() - began)
    for one in askers:
        one.cancel()
    await asyncio.gather(*askers, return_exceptions=True)
    return round(rate * CALL_S / IN_FLIGHT, 3)


@contextmanager
def loopback() -> Iterator[str]:
    command = [sys.executable, "-m", "tests.llm_loopback", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield process.stdout.readline().split()[1]
        finally:
            process.terminate()


async def over_http(url: str, router_of: Callable[[AnthropicVendor], Router], client_id: UUID) -> Figures:
    """The same page asked about by HTTP alone, through the SDK, and through the router and the SDK, in turn."""
    asked = document_question("claude-haiku-5-5")
    asked = replace(asked, client_id=client_id, parts=(replace(asked.parts[0], image=None),))
    body = orjson.dumps(body_of(asked, None, "document-0"))
    headers = {"anthropic-version": "2026-10-21", "x-api-key": "key", "content-type": "application/json"}
    vendor = AnthropicVendor("key", SystemClock(), base_url=url)
    router = router_of(vendor)

    async def routed(number: int) -> None:
        await router.complete(replace(asked, instructions=f"Page {number}"), CALLING)

    async with httpx2.AsyncClient(base_url=url, headers=headers) as client:
        ways = (
            lambda _: client.post("/v1/messages", content=body),
            lambda _: vendor.complete(asked),
            routed,
        )
        bare, sdk, whole = await in_turn(*ways)
    await vendor.aclose()
    return {
        "router_http_bare_ms": bare[0],
        "router_http_sdk_ms": sdk[0],
        "router_http_sdk_cpu_ms": sdk[1],
        "router_above_sdk_ms": whole[0] - sdk[0],
        "router_above_sdk_cpu_ms": whole[1] - sdk[1],
    }


async def figures(url: str, loopback_url: str) -> Figures:
    database = Database(url, pool_size=5, max_overflow=0)
    client_id = await add_client(database, "load")
    books = PostgresBooks(database, FernetSealing(["s" * 43]))

    def router(vendor: Vendor) -> Router:
        return Router({"anthropic": vendor}, books, clock=SystemClock())

    def asking(takes_s: float) -> Ask:
        asked = router(ScriptedVendor("anthropic", takes_s=takes_s))
        return lambda number: asked.complete(question(client_id, number), CALLING)

    ((overhead, cpu_ms),) = await in_turn(asking(0.0))
    reference = await share_of_ideal(lambda number: asyncio.sleep(CALL_S))
    began = time.process_time()
    found: Figures = {
        "router_ms": overhead,
        "router_cpu_ms": cpu_ms,
        "router_share_at_1000": await share_of_ideal(asking(CALL_S)),
        "router_share_without": reference,
    }
    found["router_cpu_at_1000_ms"] = 1000 * (time.process_time() - began) / IN_FLIGHT / ROUNDS
    found["router_peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    full = FullVendor()
    filled = router(full)
    found["router_share_at_vendor"] = await share_at_vendor(
        full, lambda number: filled.complete(question(client_id, number), CALLING)
    )
    found |= await over_http(loopback_url, router, client_id)
    await database.aclose()
    return found


def measure() -> Figures:
    with open_server() as server, loopback() as address:
        urls = asyncio.run(server.clone())
        found = uvloop.run(figures(urls.app, address))
        asyncio.run(server.drop_all())
    return found


if __name__ == "__main__":
    print(json.dumps(measure()))

"""What the router costs: milliseconds of one question beside the vendor's own, and how many it carries at once.

    python -m tests.load.router

A real PostgreSQL keeps the books; the vendor is one that waits. Beside it stands what the machine gave in the same
minute: the same thousand askers without a router, and single calls over HTTP, bare and through the SDK.

The ideal rate is a thousand calls in 0.3 s. Its share is told twice. `share_of_ideal_at_1000`: a thousand askers begin in
the same instant and ask again when they have their answer, so that all the router's own time is missing at the vendor.
`share_of_ideal_at_vendor`: the vendor has a thousand calls all the time, as a worker with some documents more gives it.
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
from pathlib import Path
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
Figures = dict[str, float | tuple[float, float]]
CALLING = Calling(LlmPolicy((ModelName("anthropic", "claude-haiku-5-5"),)))


def question(client_id: UUID, number: int) -> CompletionRequest:
    return CompletionRequest(client_id, UUID(int=1), Task.EXTRACT, "", f"question {number}", "", {})


async def one_by_one(ask: Callable[[int], Awaitable[object]]) -> tuple[float, float]:
    """Of calls one after the other: the middle one's milliseconds, and milliseconds of this process's CPU for each."""
    took, began_cpu = [], time.process_time()
    for number in range(ONE_BY_ONE):
        began = time.perf_counter()
        await ask(-1 - number)
        took.append(1000 * (time.perf_counter() - began))
    cpu_ms = 1000 * (time.process_time() - began_cpu) / ONE_BY_ONE
    return round(statistics.median(took), 2), round(cpu_ms, 2)


async def share_of_ideal(ask: Callable[[int], Awaitable[object]]) -> float:
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


async def share_at_vendor(vendor: FullVendor, ask: Callable[[int], Awaitable[object]]) -> float:
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
    """The same page asked about by HTTP alone, through the SDK, and through the router and the SDK."""
    asked = document_question("claude-haiku-5-5")
    asked = replace(asked, client_id=client_id, parts=(replace(asked.parts[0], image=None),))
    body = orjson.dumps(body_of(asked, None, "document-0"))
    headers = {"anthropic-version": "2026-10-21", "x-api-key": "key", "content-type": "application/json"}
    vendor = AnthropicVendor("key", SystemClock(), base_url=url)
    router = router_of(vendor)

    async def routed(number: int) -> None:
        await router.complete(replace(asked, instructions=f"Page {number}"), CALLING)

    async with httpx2.AsyncClient(base_url=url, headers=headers) as client:
        bare = await one_by_one(lambda number: client.post("/v1/messages", content=body))
    sdk = await one_by_one(lambda number: vendor.complete(asked))
    whole = await one_by_one(routed)
    await vendor.aclose()
    names = ("http_bare", "http_sdk", "http_router")
    return {f"{name}_p50_ms_cpu_ms": found for name, found in zip(names, (bare, sdk, whole), strict=True)}


async def figures(url: str, loopback_url: str) -> Figures:
    database = Database(url, pool_size=5, max_overflow=0)
    client_id = await add_client(database, "load")
    books = PostgresBooks(database, FernetSealing(["s" * 43]))

    def router(vendor: Vendor) -> Router:
        return Router({"anthropic": vendor}, books, clock=SystemClock())

    def asking(takes_s: float) -> Callable[[int], Awaitable[object]]:
        asked = router(ScriptedVendor("anthropic", takes_s=takes_s))
        return lambda number: asked.complete(question(client_id, number), CALLING)

    overhead, cpu_ms = await one_by_one(asking(0.0))
    reference = await share_of_ideal(lambda number: asyncio.sleep(CALL_S))
    began = time.process_time()
    found: Figures = {
        "overhead_p50_ms": overhead,
        "cpu_ms_per_call": cpu_ms,
        "share_of_ideal_at_1000": await share_of_ideal(asking(CALL_S)),
        "share_without_router": reference,
        "memory_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    found["cpu_ms_per_call_at_1000"] = round(1000 * (time.process_time() - began) / IN_FLIGHT / ROUNDS, 3)
    full = FullVendor()
    filled = router(full)
    found["share_of_ideal_at_vendor"] = await share_at_vendor(
        full, lambda number: filled.complete(question(client_id, number), CALLING)
    )
    found |= await over_http(loopback_url, router, client_id)
    await database.aclose()
    return found


def main() -> None:
    with open_server() as server, loopback() as address:
        urls = asyncio.run(server.clone())
        found = uvloop.run(figures(urls.app, address))
        asyncio.run(server.drop_all())
    found["processors_busy_beside"] = round(float(Path("/proc/loadavg").read_text().split()[0]), 1)
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()

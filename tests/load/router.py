"""What the router costs: milliseconds of one question beside the vendor's own, and how many it carries at once.

    python -m tests.load.router

A real PostgreSQL keeps the books; the vendor is one that waits.
"""

import asyncio
import json
import resource
import statistics
import time
from pathlib import Path
from uuid import UUID

from docflow.adapters.clock.system import SystemClock
from docflow.adapters.sealing.fernet import FernetSealing
from docflow.db.database import Database
from docflow.domain.llm_policy import LlmPolicy
from docflow.domain.model_table import ModelName
from docflow.domain.ports.llm import CompletionRequest, Task
from docflow.features.completions.router import Calling, Router
from docflow.features.usage.books import PostgresBooks
from docflow.testing.database import open_server
from docflow.testing.factories import add_client
from docflow.testing.llm import ScriptedVendor

ONE_BY_ONE = 200
IN_FLIGHT = 1000
ROUNDS = 5
CALL_S = 0.3
CALLING = Calling(LlmPolicy((ModelName("anthropic", "claude-haiku-5-5"),)))


def question(client_id: UUID, number: int) -> CompletionRequest:
    return CompletionRequest(client_id, UUID(int=1), Task.EXTRACT, "", f"question {number}", "", {})


async def overhead_ms(router: Router, client_id: UUID) -> float:
    """The middle of questions asked one after the other; the vendor answers at once."""
    took = []
    for number in range(ONE_BY_ONE):
        began = time.perf_counter()
        await router.complete(question(client_id, -1 - number), CALLING)
        took.append(1000 * (time.perf_counter() - began))
    return statistics.median(took)


async def share_of_ideal(router: Router, client_id: UUID) -> float:
    """Each of a thousand askers asks again as soon as it has its answer."""

    async def ask(first: int) -> None:
        for turn in range(ROUNDS):
            await router.complete(question(client_id, first + turn * IN_FLIGHT), CALLING)

    began = time.perf_counter()
    await asyncio.gather(*(ask(first) for first in range(IN_FLIGHT)))
    return ROUNDS * CALL_S / (time.perf_counter() - began)


async def figures(url: str) -> dict[str, float]:
    database = Database(url, pool_size=5, max_overflow=0)
    client_id = await add_client(database, "load")

    def router(takes_s: float) -> Router:
        books = PostgresBooks(database, FernetSealing(["s" * 43]))
        vendor = ScriptedVendor("anthropic", takes_s=takes_s)
        return Router({"anthropic": vendor}, books, clock=SystemClock())

    overhead, began = await overhead_ms(router(0.0), client_id), time.process_time()
    found = {
        "overhead_p50_ms": round(overhead, 2),
        "share_of_ideal_at_1000": round(await share_of_ideal(router(CALL_S), client_id), 3),
        "memory_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    found["cpu_ms_per_call_at_1000"] = round(1000 * (time.process_time() - began) / IN_FLIGHT / ROUNDS, 3)
    await database.aclose()
    return found


def main() -> None:
    with open_server() as server:
        urls = asyncio.run(server.clone())
        found = asyncio.run(figures(urls.app))
        asyncio.run(server.drop_all())
    found["processors_busy_beside"] = round(float(Path("/proc/loadavg").read_text().split()[0]), 1)
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()

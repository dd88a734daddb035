import asyncio
from datetime import UTC, datetime

from docflow.adapters.clock.system import SystemClock
from docflow.adapters.live.memory import MemoryLive
from docflow.domain.ids import new_id
from docflow.domain.ports.live import Snapshot
from docflow_api.waiting import SettledWait

CLIENT, PROCESS = new_id(), new_id()


def snapshot(status: str) -> Snapshot:
    return Snapshot(CLIENT, PROCESS, status, "OUTPUT", 1, datetime(2026, 11, 20, tzinfo=UTC))


class Table:
    """The process as it stands, and how often somebody looked."""

    def __init__(self) -> None:
        self.status = "pending"
        self.looks = 0
        self.looked = asyncio.Event()

    async def load(self) -> Snapshot:
        self.looks += 1
        self.looked.set()
        return snapshot(self.status)


async def test_the_steps_on_the_way_cost_no_look_and_the_end_costs_one() -> None:
    live, table = MemoryLive(), Table()
    waiter = SettledWait(live, SystemClock(), asyncio.Event(), poll_s=60)
    waiting = asyncio.create_task(waiter.until_settled(CLIENT, PROCESS, table.load, wait_s=50))
    await table.looked.wait()
    for status in ("ingested", "extracting", "validating"):
        await live.publish(snapshot(status))
    table.status = "completed"
    await live.publish(snapshot("completed"))
    assert await waiting
    assert table.looks == 2


async def test_another_process_wakes_nobody() -> None:
    live, table, stopping = MemoryLive(), Table(), asyncio.Event()
    waiter = SettledWait(live, SystemClock(), stopping, poll_s=60)
    waiting = asyncio.create_task(waiter.until_settled(CLIENT, PROCESS, table.load, wait_s=50))
    await table.looked.wait()
    await live.publish(
        Snapshot(CLIENT, new_id(), "completed", "OUTPUT", 1, datetime(2026, 11, 20, tzinfo=UTC))
    )
    assert table.looks == 1
    stopping.set()
    assert not await waiting


async def test_a_lost_event_costs_one_look_more() -> None:
    live, table = MemoryLive(), Table()
    waiter = SettledWait(live, SystemClock(), asyncio.Event(), poll_s=0.01)
    waiting = asyncio.create_task(waiter.until_settled(CLIENT, PROCESS, table.load, wait_s=50))
    await table.looked.wait()
    table.status = "hitl_review"
    assert await waiting

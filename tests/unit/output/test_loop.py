import asyncio
from collections.abc import Sequence
from uuid import UUID

from docflow.domain.errors import TransientError
from docflow_output.loop import LaneLoop, Unsure


class Worker:
    worker_id = UUID(int=1)


class Memory:
    """Work that is kept in memory; `finished` holds what took effect."""

    name = "memory"

    def __init__(self, due: Sequence[str]) -> None:
        self.due = list(due)
        self.finished: list[str] = []
        self.at_once = 0
        self.most_at_once = 0
        self.finish_fails = 0
        self.claim_fails = 0
        self.claim_breaks = 0
        self.commit_is_lost = False
        self.gate = asyncio.Event()
        self.gate.set()

    async def claim(self, worker_id: UUID, limit: int) -> Sequence[str]:
        if self.claim_fails:
            self.claim_fails -= 1
            raise TransientError
        if self.claim_breaks:
            self.claim_breaks -= 1
            raise KeyError("kind")
        if self.commit_is_lost:
            self.commit_is_lost = False
            raise Unsure([self.due[0]], TransientError())
        taken, self.due = self.due[:limit], self.due[limit:]
        return taken

    async def carry_out(self, work: str) -> str:
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        await self.gate.wait()
        self.at_once -= 1
        if work == "broken":
            raise ValueError(work)
        return f"{work} done"

    def put_back(self, work: str) -> str:
        return f"{work} put back"

    def broke(self, work: str) -> str:
        return f"{work} broke"

    def state_of(self, outcome: object) -> str:
        return "completed"

    async def finish(self, worker_id: UUID, outcome: str) -> bool:
        if self.finish_fails:
            self.finish_fails -= 1
            raise TransientError
        self.finished.append(outcome)
        return True


async def run_until(lane: Memory, count: int, in_flight: int = 4) -> None:
    stopping = asyncio.Event()
    loop = LaneLoop(lane, in_flight=in_flight, poll_s=0.01, stop_s=1.0)
    running = asyncio.create_task(loop.run(Worker(), stopping))
    async with asyncio.timeout(5):
        while len(lane.finished) < count:
            await asyncio.sleep(0)
    stopping.set()
    await running


async def test_all_due_work_is_finished() -> None:
    lane = Memory([str(n) for n in range(20)])
    await run_until(lane, 20)
    assert sorted(lane.finished) == sorted(f"{n} done" for n in range(20))


async def test_no_more_is_in_hand_than_allowed() -> None:
    lane = Memory([str(n) for n in range(20)])
    await run_until(lane, 20, in_flight=3)
    assert lane.most_at_once <= 3


async def test_a_bug_in_one_piece_of_work_ends_it_alone() -> None:
    lane = Memory(["a", "broken", "b"])
    await run_until(lane, 3)
    assert sorted(lane.finished) == ["a done", "b done", "broken broke"]


async def test_a_claim_that_fails_is_tried_again() -> None:
    lane = Memory(["a"])
    lane.claim_fails = 2
    await run_until(lane, 1)
    assert lane.finished == ["a done"]


async def test_a_bug_in_claiming_ends_neither_the_loop_nor_the_other_lanes() -> None:
    lane = Memory(["a"])
    lane.claim_breaks = 2
    await run_until(lane, 1)
    assert lane.finished == ["a done"]


async def test_what_was_done_is_written_although_the_database_was_away() -> None:
    lane = Memory(["a"])
    lane.finish_fails = 1
    await run_until(lane, 1)
    assert lane.finished == ["a done"]


async def test_at_the_end_work_in_hand_is_finished() -> None:
    lane, stopping = Memory(["a"]), asyncio.Event()
    lane.gate.clear()
    loop = LaneLoop(lane, poll_s=0.01, stop_s=5.0)
    running = asyncio.create_task(loop.run(Worker(), stopping))
    while not lane.at_once:
        await asyncio.sleep(0)
    stopping.set()
    lane.gate.set()
    await running
    assert lane.finished == ["a done"]


async def test_at_the_end_work_that_never_ends_is_left() -> None:
    lane, stopping = Memory(["a"]), asyncio.Event()
    lane.gate.clear()
    loop = LaneLoop(lane, poll_s=0.01, stop_s=0.01)
    running = asyncio.create_task(loop.run(Worker(), stopping))
    while not lane.at_once:
        await asyncio.sleep(0)
    stopping.set()
    await running
    assert lane.finished == []


async def test_what_may_have_been_claimed_is_put_back() -> None:
    lane = Memory(["a"])
    lane.commit_is_lost = True
    await run_until(lane, 2)
    assert lane.finished == ["a put back", "a done"]

"""A worker at work: what it does with outcomes, errors, stops and a database that goes away."""

import asyncio
import time
from contextlib import aclosing
from typing import Any

import pytest
from docflow.adapters.clock.system import SystemClock
from docflow.adapters.workbench.processes import PoolLimits, ProcessWorkbench
from docflow.db.database import Database
from docflow.domain.errors import PermanentError, StorageFull, UserError
from docflow.domain.jobs import Job, Ledger
from docflow.domain.outcomes import Advance, Fail, HoldForReview, Reason, RetryLater, StageOutcome
from docflow.domain.stages import ProcessStatus, Stage
from docflow.runtime.finisher import Finisher
from docflow.runtime.heartbeat import Heartbeat
from docflow.runtime.settings import WorkerSettings
from docflow.runtime.stage_runner import StageRunner
from docflow.testing.database import DatabaseUrls
from docflow.testing.engine import QUICK, ToyStage, open_worker, toy_pipeline
from docflow.testing.factories import Tenancy
from docflow.testing.transport import MemoryTransport
from sqlalchemy import text

from tests.integration.engine.claiming import claim, decided, lose, new_worker
from tests.integration.engine.submitting import rows, state, submit, until_status


@pytest.fixture
def acme(two_clients: tuple[Tenancy, Tenancy]) -> Tenancy:
    return two_clients[0]


async def after(database: Database, tenancy: Tenancy, *, until: str = "completed", **decide: Any) -> Any:
    """One process after a worker whose stages do `decide`."""
    (process_id,) = await submit(database, tenancy)
    async with open_worker(database, toy_pipeline(**decide)):
        await until_status(database, tenancy, [process_id], until)
    return await state(database, tenancy, process_id)


class Times:
    """Does one thing the first `count` times and goes on afterwards."""

    def __init__(self, count: int, then: StageOutcome | Exception) -> None:
        self.left = count
        self._then = then

    async def __call__(self, _job: Job, _ledger: Ledger) -> StageOutcome:
        if self.left == 0:
            return Advance()
        self.left -= 1
        if isinstance(self._then, Exception):
            raise self._then
        return self._then


async def test_results_of_a_stage_stand_on_the_process(database: Database, acme: Tenancy) -> None:
    async def read(_job: Job, _ledger: Ledger) -> StageOutcome:
        return Advance({"extraction_result": {"fields": {}}, "overall_confidence": 0.91234})

    process = await after(database, acme, intelligent_ocr=read)
    assert (process.extraction_result, float(process.overall_confidence)) == ({"fields": {}}, 0.9123)


async def test_a_handler_sees_what_the_stage_before_left(database: Database, acme: Tenancy) -> None:
    seen = []

    async def read(_job: Job, _ledger: Ledger) -> StageOutcome:
        return Advance({"extraction_result": {"n": 1}})

    async def look(job: Job, _ledger: Ledger) -> StageOutcome:
        seen.append((job.process.extraction_result, len(job.documents), job.configuration is not None))
        return Advance()

    await after(database, acme, intelligent_ocr=read, intelligent_process=look)
    assert seen == [({"n": 1}, 1, True)]


async def test_a_failing_document_is_tried_again_and_then_fails(database: Database, acme: Tenancy) -> None:
    process = await after(database, acme, until="failed", intelligent_ocr=Times(99, ValueError("119,00 EUR")))
    (run,) = await rows(
        database,
        acme,
        "SELECT * FROM stage_runs WHERE process_id = :p AND status = 'failed'",
        p=process.process_id,
    )
    assert (process.error_code, run.attempt, run.failures) == ("internal_error", 5, 5)
    assert "119" not in process.error_message


async def test_trouble_of_the_world_uses_up_no_attempt(database: Database, acme: Tenancy) -> None:
    process = await after(database, acme, ingest=Times(7, StorageFull(after_s=0.01)))
    (run,) = await rows(
        database,
        acme,
        "SELECT * FROM stage_runs WHERE process_id = :p AND stage = 'INGEST'",
        p=process.process_id,
    )
    assert (run.attempt, run.failures) == (8, 0)


async def test_a_retry_waits_as_long_as_it_says(database: Database, acme: Tenancy) -> None:
    (process_id,) = await submit(database, acme)
    begun = asyncio.get_running_loop().time()
    async with open_worker(database, toy_pipeline(ingest=Times(1, RetryLater("later", after_s=0.6)))):
        await until_status(database, acme, [process_id], "completed")
    assert asyncio.get_running_loop().time() - begun >= 0.6


async def test_a_permanent_error_fails_at_once(database: Database, acme: Tenancy) -> None:
    process = await after(
        database, acme, until="failed", ingest=Times(1, PermanentError("no", code="file_encrypted"))
    )
    assert process.error_code == "file_encrypted"


async def test_a_stage_past_its_deadline_is_stopped_and_counted(database: Database, acme: Tenancy) -> None:
    async def hang(_job: Job, _ledger: Ledger) -> StageOutcome:
        await asyncio.sleep(60)
        return Advance()

    (process_id,) = await submit(database, acme)
    stages = [ToyStage(Stage.INGEST, hang, deadline_s=0.05)]
    async with open_worker(database, stages):
        await until_status(database, acme, [process_id], "failed")
    assert (await state(database, acme, process_id)).error_code == "timeout"


async def test_nothing_fails_by_waiting_in_line_for_a_child(database: Database, acme: Tenancy) -> None:
    async with aclosing(ProcessWorkbench({"parse": PoolLimits(processes=2, memory_bytes=1 << 30)})) as bench:

        async def read(_job: Job, _ledger: Ledger) -> StageOutcome:
            await bench.run(time.sleep, 0.05, timeout_s=20)
            return Advance()

        processes = await submit(database, acme, 60)
        # 16 at once share two children: each stands in line for up to twice its deadline.
        reading = ToyStage(Stage.INGEST, read, deadline_s=0.2)
        async with open_worker(database, [reading, *toy_pipeline()[1:]]):
            await until_status(database, acme, processes, "completed", "failed")
    ended = await rows(
        database, acme, "SELECT status, failures FROM stage_runs WHERE stage = 'INGEST' ORDER BY run_id"
    )
    assert [tuple(run) for run in ended] == [("done", 0)] * 60


async def test_an_outcome_that_cannot_be_stored_is_a_counted_bug(database: Database, acme: Tenancy) -> None:
    bad = Advance({"overall_confidence": 7.0})
    process = await after(database, acme, until="failed", intelligent_ocr=Times(99, bad))
    assert process.error_code == "internal_error"


async def test_text_the_database_cannot_hold_is_stored_without_it(database: Database, acme: Tenancy) -> None:
    async def read(_job: Job, _ledger: Ledger) -> StageOutcome:
        return Advance({"extraction_result": {"a\x00b": "c\x00\ud800d"}})

    process = await after(database, acme, intelligent_ocr=read)
    assert process.extraction_result == {"ab": "c?d"}


async def test_a_process_without_a_type_yet_has_no_configuration(database: Database, acme: Tenancy) -> None:
    (process_id,) = await submit(database, acme, process_type_id=None, config_version=None)
    seen = toy_pipeline()
    async with open_worker(database, seen):
        await until_status(database, acme, [process_id], "completed")
    mine = [job for stage in seen for job in stage.seen if job.process.process_id == process_id]
    assert [job.configuration for job in mine] == [None] * 4


async def test_held_outcomes_wait_and_take_no_further_run(database: Database, acme: Tenancy) -> None:
    hold = HoldForReview((Reason("confidence_low"), Reason("fraud_detected")))
    process = await after(database, acme, until="hitl_review", intelligent_process=Times(9, hold))
    told = await rows(
        database,
        acme,
        "SELECT type FROM notifications WHERE process_id = :p ORDER BY type",
        p=process.process_id,
    )
    assert [each.type for each in told] == ["fraud_detected", "hitl_required"]


async def test_what_is_being_done_shows_on_the_process(database: Database, acme: Tenancy) -> None:
    shown = []

    async def read(job: Job, ledger: Ledger) -> StageOutcome:
        await ledger.mark(ProcessStatus.CLASSIFYING)
        await ledger.mark(ProcessStatus.CLASSIFYING)
        shown.append(await state(database, acme, job.process.process_id))
        return Advance()

    await after(database, acme, intelligent_ocr=read)
    assert [(each.status, each.version) for each in shown] == [("classifying", 3)]


async def test_a_checkpoint_is_there_when_the_run_is_repeated(database: Database, acme: Tenancy) -> None:
    read_before = []

    async def read(job: Job, ledger: Ledger) -> StageOutcome:
        document = job.documents[0]
        read_before.append((document.status.value, document.extracted_data))
        if len(read_before) == 1:
            await ledger.checkpoint(document.document_id, {"status": "completed", "extracted_data": {"n": 1}})
            raise ValueError
        return Advance()

    await after(database, acme, intelligent_ocr=read)
    assert read_before == [("pending", None), ("completed", {"n": 1})]


async def test_a_lost_run_can_neither_mark_nor_keep_anything(database: Database, acme: Tenancy) -> None:
    from docflow.domain.jobs import LostRun
    from docflow.runtime.ledger import RunLedger

    (process_id,) = await submit(database, acme)
    worker = await new_worker(database)
    (run,) = [run for run in await claim(database, worker) if run.process_id == process_id]
    ledger = RunLedger(database, SystemClock(), run, worker)
    await lose(database, worker)
    await claim(database, await new_worker(database))
    with pytest.raises(LostRun):
        await ledger.mark(ProcessStatus.EXTRACTING)
    with pytest.raises(LostRun):
        await ledger.checkpoint(process_id, {"status": "completed"})
    with pytest.raises(LostRun):
        await ledger.pin(acme.process_type_id, {})


#: A process whose type is left to its documents.
OPEN = {"process_type_id": None, "config_version": None}


async def test_a_type_that_cannot_be_pinned_changes_nothing(database: Database, acme: Tenancy) -> None:
    codes = []

    async def read(_job: Job, ledger: Ledger) -> StageOutcome:
        with pytest.raises(UserError) as refused:
            await ledger.pin("nothing", {})
        codes.append(refused.value.code)
        return HoldForReview((Reason("type_uncertain"),))

    (process_id,) = await submit(database, acme, **OPEN)
    async with open_worker(database, toy_pipeline(intelligent_ocr=read)):
        await until_status(database, acme, [process_id], "hitl_review")
    process = await state(database, acme, process_id)
    assert (codes, process.process_type_id, process.config_version) == (["process_type_unknown"], None, None)


async def test_what_was_pinned_before_a_crash_is_not_chosen_again(database: Database, acme: Tenancy) -> None:
    seen = []

    async def read(job: Job, ledger: Ledger) -> StageOutcome:
        seen.append(job.configuration.version if job.configuration else None)
        if len(seen) == 1:
            await ledger.pin(acme.process_type_id, {"source": "classified"})
            raise ValueError
        return Advance()

    (process_id,) = await submit(database, acme, **OPEN)
    async with open_worker(database, toy_pipeline(intelligent_ocr=read)):
        await until_status(database, acme, [process_id], "completed")
    process = await state(database, acme, process_id)
    assert (seen, process.process_type_id) == ([None, 1], acme.process_type_id)
    assert process.classification_result == {"source": "classified"}


async def test_a_run_that_lost_five_workers_is_dead(database: Database, acme: Tenancy) -> None:
    (process_id,) = await submit(database, acme)
    for _ in range(6):
        worker = await new_worker(database)
        await claim(database, worker)
        await lose(database, worker)
    async with open_worker(database, toy_pipeline()):
        await until_status(database, acme, [process_id], "failed")
    assert (await state(database, acme, process_id)).error_code == "worker_lost"


async def test_a_stopping_worker_finishes_what_it_has_in_hand(database: Database, acme: Tenancy) -> None:
    begun = asyncio.Event()

    async def slow(_job: Job, _ledger: Ledger) -> StageOutcome:
        begun.set()
        await asyncio.sleep(0.3)
        return Advance()

    (process_id,) = await submit(database, acme)
    async with open_worker(database, [ToyStage(Stage.INGEST, slow)]):
        await begun.wait()
    assert (await state(database, acme, process_id)).status == "ingested"


async def test_what_a_stopping_worker_cannot_finish_is_free_for_others_at_once(
    database: Database, acme: Tenancy
) -> None:
    begun = asyncio.Event()

    async def hang(_job: Job, _ledger: Ledger) -> StageOutcome:
        begun.set()
        await asyncio.sleep(60)
        return Advance()

    (process_id,) = await submit(database, acme)
    impatient = QUICK.model_copy(update={"stop_s": 0.1})
    async with open_worker(database, [ToyStage(Stage.INGEST, hang)], settings=impatient):
        await begun.wait()
    (run,) = await rows(database, acme, "SELECT * FROM stage_runs WHERE process_id = :p", p=process_id)
    assert (run.status, run.losses, run.failures) == ("ready", 0, 0)


async def test_a_worker_works_on_so_many_runs_at_once_and_no_more(database: Database, acme: Tenancy) -> None:
    at_once: list[int] = []
    running = 0

    async def count(_job: Job, _ledger: Ledger) -> StageOutcome:
        nonlocal running
        running += 1
        at_once.append(running)
        await asyncio.sleep(0.02)
        running -= 1
        return Advance()

    processes = await submit(database, acme, 20)
    three = QUICK.model_copy(update={"jobs_in_flight": 3})
    async with open_worker(database, toy_pipeline(ingest=count), settings=three):
        await until_status(database, acme, processes, "completed")
    assert max(at_once) == 3


async def test_a_worker_paused_for_too_long_drops_its_work_and_goes_on_under_a_new_id(
    database: Database, acme: Tenancy
) -> None:
    begun: list[int] = []

    async def hang_once(job: Job, _ledger: Ledger) -> StageOutcome:
        begun.append(job.run.losses)
        if len(begun) == 1:
            await asyncio.sleep(60)
        return Advance()

    (process_id,) = await submit(database, acme)
    async with open_worker(database, toy_pipeline(ingest=hang_once)) as worker:
        old = worker.worker_id
        while not begun:
            await asyncio.sleep(0.01)
        await lose(database, old)
        await until_status(database, acme, [process_id], "completed")
        assert worker.worker_id != old
    assert begun == [0, 1]


async def test_a_database_that_goes_away_for_a_while_stops_nobody(
    database_urls: DatabaseUrls, database: Database, acme: Tenancy
) -> None:
    cut = asyncio.Event()

    async def slow(_job: Job, _ledger: Ledger) -> StageOutcome:
        cut.set()
        await asyncio.sleep(0.2)
        return Advance()

    admin = Database(database_urls.admin, pool_size=1, max_overflow=0)
    workers_own = Database(database_urls.app, pool_size=3, max_overflow=3, application_name="toy")
    processes = await submit(database, acme, 5)
    async with open_worker(workers_own, toy_pipeline(ingest=slow)):
        await cut.wait()
        for _ in range(5):
            async with admin.nobody() as session:
                await session.execute(
                    text(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE application_name = 'toy' AND datname = current_database()"
                    )
                )
            await asyncio.sleep(0.1)
        await until_status(database, acme, processes, "completed")
    await admin.aclose()
    await workers_own.aclose()


async def test_what_finished_while_the_last_commit_ran_goes_into_the_next(
    database: Database, acme: Tenancy
) -> None:
    await submit(database, acme, 20)
    worker = await new_worker(database)
    runs = [run for run in await claim(database, worker) if run.client_id == acme.client_id]
    commits: list[int] = []

    async def note(transitions: Any) -> None:
        commits.append(len(transitions))

    finisher = Finisher(database, note)
    transitions = [await decided(database, run, Advance()) for run in runs]
    await asyncio.gather(*(finisher.finish(worker, each) for each in transitions))
    assert (sum(commits), len(commits)) == (20, 1)


async def test_one_bad_outcome_does_not_spoil_a_batch(database: Database, acme: Tenancy) -> None:
    await submit(database, acme, 4)
    worker = await new_worker(database)
    runs = [run for run in await claim(database, worker) if run.client_id == acme.client_id]

    async def ignore(_transitions: Any) -> None:
        return None

    finisher = Finisher(database, ignore)
    outcomes: list[StageOutcome] = [Advance(), Advance({"overall_confidence": 7.0}), Fail("x"), Advance()]
    transitions = [await decided(database, run, each) for run, each in zip(runs, outcomes, strict=True)]
    answers = await asyncio.gather(
        *(finisher.finish(worker, each) for each in transitions), return_exceptions=True
    )
    assert [isinstance(answer, Exception) for answer in answers] == [False, True, False, False]


async def test_a_waiting_run_is_taken_at_a_hint_long_before_the_next_poll(
    database: Database, acme: Tenancy
) -> None:
    network: list[Any] = []
    lazy = WorkerSettings(poll_s=30, heartbeat_s=0.5, expiry_s=5, stop_s=1)
    async with open_worker(database, toy_pipeline(), settings=lazy, transport=MemoryTransport(network)):
        await asyncio.sleep(0.2)
        (process_id,) = await submit(database, acme)
        await MemoryTransport(network).hint([(Stage.INGEST, process_id)])
        await until_status(database, acme, [process_id], "completed", within_s=5)


async def test_a_runner_whose_database_was_never_there_keeps_trying(database_urls: DatabaseUrls) -> None:
    nowhere = Database(
        database_urls.app.replace(":5432", ":1").rsplit("@", 1)[0] + "@127.0.0.1:1/none", pool_size=1
    )
    worker = Heartbeat(nowhere, "toy", interval_s=0.05)
    runner = StageRunner(
        nowhere,
        worker,
        MemoryTransport(),
        clock=SystemClock(),
        handlers=toy_pipeline(),
        settings=QUICK,
    )
    stopping = asyncio.Event()
    running = asyncio.create_task(runner.run(stopping))
    await asyncio.sleep(0.3)
    assert not running.done()
    assert not await worker.try_to_beat()
    stopping.set()
    await asyncio.wait_for(running, 5)
    await nowhere.aclose()

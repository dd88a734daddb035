"""Claims runs, has their handlers decide, and finishes them. Decides nothing itself."""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import UUID

import structlog

from docflow.db.database import Database
from docflow.domain.advance import TimedOut, advance
from docflow.domain.backoff import Backoff
from docflow.domain.case import Given, Policy
from docflow.domain.configuration import Configuration
from docflow.domain.crash_points import crash_point
from docflow.domain.deadline import deadline
from docflow.domain.errors import Conflict, DocflowError, PermanentError, TransientError
from docflow.domain.jobs import Job, LostRun, ProcessState, Run, StageHandler
from docflow.domain.outcomes import Advance, Fail, Gathered, HoldForReview, RetryLater, Split, StageOutcome
from docflow.domain.ports.clock import Clock
from docflow.domain.ports.transport import Transport
from docflow.domain.stages import Stage
from docflow.domain.transition import Transition
from docflow.domain.workflow import FULL_PIPELINE, pinned_workflow
from docflow.features.stage_runs import repository
from docflow.features.stage_runs.changed import hints_of
from docflow.runtime.failures import outcome_of, told_of
from docflow.runtime.finisher import Finisher
from docflow.runtime.hearing import heard
from docflow.runtime.heartbeat import Heartbeat
from docflow.runtime.jobs import JobLoader, Unworkable
from docflow.runtime.ledger import RunLedger
from docflow.runtime.metrics import Metrics
from docflow.runtime.settings import WorkerSettings
from docflow.runtime.tracing import Tracing
from docflow.runtime.waiting import Bell

log = structlog.get_logger(__name__)

CRASH_PREFIX = {
    Stage.INGEST: "ingest",
    Stage.INTELLIGENT_OCR: "ocr",
    Stage.INTELLIGENT_PROCESS: "processor",
    Stage.OUTPUT: "output",
}
_OUTCOMES: dict[type[StageOutcome | TimedOut], str] = {
    Advance: "advanced",
    HoldForReview: "held",
    RetryLater: "retry",
    Fail: "failed",
    Split: "split",
    Gathered: "gathered",
    TimedOut: "timeout",
}
"""As the metrics name them."""
_PATIENCE = Backoff(base_s=0.5, cap_s=2.0)
"""With a database that is away. Short at its longest: each wait comes on top of its absence."""
_WRITES_AT_ONCE = 4
"""Of ledgers; with the reads, the claim and the finish as many as the pool keeps open."""


class StageRunner:
    """One per service. `events_written` is called after each commit that left events in the outbox."""

    def __init__(
        self,
        database: Database,
        worker: Heartbeat,
        transport: Transport,
        *,
        clock: Clock,
        handlers: Sequence[StageHandler],
        settings: WorkerSettings,
        jobs: JobLoader | None = None,
        events_written: Callable[[], None] = lambda: None,
        public_url: str = "",
        chance: Callable[[], float] = random.random,
        metrics: Metrics | None = None,
        tracing: Tracing | None = None,
    ) -> None:
        self._database = database
        self._worker = worker
        self._transport = transport
        self._clock = clock
        self._handlers = {handler.stage: handler for handler in handlers}
        self._settings = settings
        self._jobs = jobs or JobLoader(database)
        self._events_written = events_written
        self._public_url = public_url
        self._chance = chance
        self._metrics = metrics or Metrics()
        self._tracing = tracing or Tracing()
        self._backoff = Backoff(settings.backoff_base_s, settings.backoff_cap_s)
        self._writing = asyncio.Semaphore(_WRITES_AT_ONCE)
        self._bell = Bell()
        self._claimed = asyncio.Event()
        self._freed = asyncio.Event()
        self._in_hand: dict[asyncio.Task[None], tuple[Run, UUID]] = {}
        self._owed: list[tuple[Run, UUID]] = []
        """Perhaps claimed by us, with nobody at work on them: given back before anything new is claimed."""
        self._finisher = Finisher(
            database, self._committed, is_current=lambda worker_id: worker_id == worker.worker_id
        )
        worker.watch(self._drop)

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until `stopping` is set, then wait for the work in hand; what is left is given back."""
        listener = asyncio.create_task(self._listen(), name="runs.listen")
        try:
            with self._bell.rung_by(stopping):
                await self._claim_until(stopping)
            await self._end()
        finally:
            listener.cancel()
            for task in self._in_hand:
                task.cancel()
            await asyncio.gather(listener, *self._in_hand, return_exceptions=True)

    # Taking work

    async def _claim_until(self, stopping: asyncio.Event) -> None:
        tries = 0
        while not stopping.is_set():
            try:
                more = await self._claim()
            except Exception as error:
                tries += 1
                self._metrics.claim_failures.inc()
                if tries == 1:
                    log.warning("runs.claim_failed", **told_of(error))
                await self._bell.wait(0.2 + _PATIENCE.delay_s(tries, self._chance))
                continue
            tries = 0
            if not more:
                await self._bell.wait(self._settings.poll_s * (0.7 + 0.6 * self._chance()))

    async def _claim(self) -> bool:
        """Fill the free places; returns whether more runs may be due, since all places could be filled."""
        await self._give_back()
        free = self._settings.jobs_in_flight - len(self._in_hand)
        if free <= 0:
            return False
        worker_id = self._worker.worker_id
        runs: list[Run] = []
        try:
            async with self._database.nobody() as session:
                runs = await repository.claim(session, worker_id, tuple(self._handlers), free)
        except Exception:
            # The commit may have gone through: left alone, they would wait for as long as this worker lives.
            self._owed += [(run, worker_id) for run in runs]
            raise
        for run in runs:
            self._metrics.claimed.labels(run.stage.value).inc()
            task = asyncio.create_task(self._work(run, worker_id), name=f"run.{run.run_id}")
            self._in_hand[task] = (run, worker_id)
            task.add_done_callback(self._done)
        self._claimed.set()
        return len(runs) == free

    async def _listen(self) -> None:
        """A hint is kept until a claim has committed after it; the next is asked for with room for work."""
        async for hint in heard(self._transport, tuple(self._handlers)):
            self._claimed.clear()
            self._bell.ring()
            await self._claimed.wait()
            await hint.ack()
            await self._until_room()

    async def _until_room(self) -> None:
        while len(self._in_hand) >= self._settings.jobs_in_flight:
            self._freed.clear()
            await self._freed.wait()

    def _done(self, task: asyncio.Task[None]) -> None:
        run, _ = self._in_hand[task]
        was_full = len(self._in_hand) >= self._settings.jobs_in_flight
        del self._in_hand[task]
        self._freed.set()
        # With places free nothing waits for this one, but the next run that has lost workers: one at a time is given out.
        if was_full or run.losses:
            self._bell.ring()

    def _drop(self, worker_id: UUID) -> None:
        """Others have given this id up: what it holds is theirs now."""
        for task, (_, owner) in tuple(self._in_hand.items()):
            if owner == worker_id:
                task.cancel()

    async def _end(self) -> None:
        if self._in_hand:
            await asyncio.wait(tuple(self._in_hand), timeout=self._settings.stop_s)
        self._owed += self._in_hand.values()
        for task in tuple(self._in_hand):
            task.cancel()
        await asyncio.gather(*self._in_hand, return_exceptions=True)
        try:
            await self._give_back()
        except Exception as error:
            # Others take it over when the worker's row has run out, at the latest.
            log.warning("runs.release_failed", **told_of(error))

    async def _give_back(self) -> None:
        worker_id = self._worker.worker_id
        # What an id held that was given up is free already.
        self._owed = [(run, owner) for run, owner in self._owed if owner == worker_id]
        runs = [run for run, _ in self._owed]
        if not runs:
            return
        async with self._database.nobody() as session:
            released = await repository.release(session, worker_id, [run.run_id for run in runs])
        self._owed = [(run, owner) for run, owner in self._owed if run not in runs]
        log.info("runs.released", runs=released)
        self._metrics.released.inc(released)
        await self._transport.hint([(run.stage, run.run_id) for run in runs])

    # One run

    async def _work(self, run: Run, worker_id: UUID) -> None:
        with structlog.contextvars.bound_contextvars(
            client_id=str(run.client_id),
            process_id=str(run.process_id),
            stage=run.stage.value,
            attempt=run.attempt,
        ):
            try:
                with self._tracing.span(
                    f"stage {run.stage.value}",
                    run.traceparent,
                    process_id=str(run.process_id),
                    attempt=run.attempt,
                ):
                    await self._carry_through(run, worker_id)
            except LostRun:
                log.info("stage.lost")
                self._metrics.lost.labels(run.stage.value).inc()
            except Exception as error:
                log.critical("stage.unfinished", **told_of(error))
                await asyncio.sleep(_PATIENCE.cap_s)
                self._owed.append((run, worker_id))

    async def _carry_through(self, run: Run, worker_id: UUID) -> None:
        point = CRASH_PREFIX[run.stage]
        crash_point(f"{point}.after_claim")
        began = self._clock.monotonic()
        ledger = RunLedger(
            self._database, self._clock, run, worker_id, self._writing, public_url=self._public_url
        )
        process, policy, outcome = await self._outcome(run, ledger)
        if ledger.pinned is not None:
            process, run = ledger.pinned.process, ledger.pinned.run
            policy = self._policy(ledger.pinned.configuration)
        crash_point(f"{point}.before_finish")
        await self._finish(worker_id, process, run, policy, outcome)
        crash_point(f"{point}.after_finish")
        took_s = self._clock.monotonic() - began
        self._metrics.stages.labels(run.stage.value, _OUTCOMES[type(outcome)]).observe(took_s)
        log.info(
            "stage.finished",
            outcome=type(outcome).__name__,
            code=getattr(outcome, "code", None),
            duration_ms=round(1000 * took_s),
        )

    async def _outcome(
        self, run: Run, ledger: RunLedger
    ) -> tuple[ProcessState, Policy, StageOutcome | TimedOut]:
        try:
            job = await self._load(run)
        except Unworkable as unworkable:
            failed = Fail(unworkable.error.code, unworkable.error.message)
            return unworkable.process, self._policy(None), failed
        try:
            policy = self._policy(job.configuration)
            job = _as_the_step_sees_it(job, policy)
        except PermanentError as error:
            return job.process, self._policy(None), Fail(error.code, error.message)
        if run.losses >= self._settings.max_losses:
            lost = Fail("worker_lost", f"{run.losses} workers were lost while they had it in hand")
            return job.process, policy, lost
        return job.process, policy, await self._handle(job, ledger)

    async def _load(self, run: Run) -> Job:
        tries = 0
        while True:
            try:
                return await self._jobs.load(run)
            except TransientError:
                tries += 1
                await asyncio.sleep(_PATIENCE.delay_s(tries, self._chance))

    async def _handle(self, job: Job, ledger: RunLedger) -> StageOutcome | TimedOut:
        handler = self._handlers[job.run.stage]
        counting = None
        try:
            async with deadline(handler.deadline_s) as counting:
                return await handler.handle(job, ledger)
        except LostRun:
            raise
        except Exception as error:
            if counting is not None and counting.expired:
                return TimedOut(handler.deadline_s)
            if not isinstance(error, DocflowError):
                log.error("stage.raised", **told_of(error))
            return outcome_of(error, job.run, cap_s=self._settings.backoff_cap_s)

    async def _finish(
        self,
        worker_id: UUID,
        process: ProcessState,
        run: Run,
        policy: Policy,
        outcome: StageOutcome | TimedOut,
    ) -> None:
        try:
            await self._finisher.finish(worker_id, self._advance(process, run, policy, outcome))
        except LostRun:
            raise
        except Exception as error:
            # What the handler wants to write cannot be written: a bug, and it counts.
            log.error("stage.refused", **told_of(error))
            refused = RetryLater("internal_error", "the outcome of the stage could not be stored")
            await self._finisher.finish(worker_id, self._advance(process, run, policy, refused))

    def _advance(
        self, process: ProcessState, run: Run, policy: Policy, outcome: StageOutcome | TimedOut
    ) -> Transition:
        given = Given(self._clock.now(), chance=self._chance)
        try:
            return advance(process, run, outcome, policy=policy, given=given)
        except Conflict as error:
            raise LostRun from error
        except PermanentError as error:
            failed = Fail(error.code, error.message)
            return advance(process, run, failed, policy=policy, given=given)

    def _policy(self, configuration: Configuration | None) -> Policy:
        return Policy(
            workflow=pinned_workflow(configuration) if configuration else FULL_PIPELINE,
            max_failures=self._settings.max_failures,
            backoff=self._backoff,
            plugin_name=configuration.plugin_name if configuration else None,
            public_url=self._public_url,
            sample_share=configuration.blind_share if configuration else 0.0,
        )

    async def _committed(self, transitions: Sequence[Transition]) -> None:
        self._events_written()
        hints = [hint for transition in transitions for hint in hints_of(transition)]
        # Deliveries and actions are worked on where OUTPUT is.
        hints += [
            (Stage.OUTPUT, transition.process_id)
            for transition in transitions
            if transition.actions or transition.webhooks
        ]
        if any(stage in self._handlers for stage, _ in hints):
            self._bell.ring()
        await self._transport.hint(hints)


def _as_the_step_sees_it(job: Job, policy: Policy) -> Job:
    """Raises PermanentError `workflow_invalid` for a step that the workflow lacks."""
    if job.configuration is None:
        return job
    return replace(job, configuration=policy.workflow.configured(job.configuration, job.run.step))

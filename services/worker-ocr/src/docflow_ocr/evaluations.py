"""Carries evaluations on, beside the stages: a few documents at a time, kept as soon as they are read.

The row is the job, so a restart or another worker goes on where this one stopped. An evaluation takes turns with the
others of all clients, and waits while a model's vendor does not answer.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog
from docflow.db.database import Database
from docflow.domain.concurrently import concurrently
from docflow.domain.configuration import Configuration
from docflow.domain.errors import Conflict, DocflowError, NotFound, PermanentError, TransientError, UserError
from docflow.domain.field_scores import FieldOutcome, outcome_of
from docflow.domain.json_types import JsonObject
from docflow.domain.output_schema import shape_of
from docflow.domain.ports.clock import Clock
from docflow.domain.ports.llm import QUOTA_EXCEEDED
from docflow.domain.ports.workbench import Workbench
from docflow.features.evaluations.figures import Reading, concluded
from docflow.features.evaluations.queue import EvaluationWork, Lost, Taken, take
from docflow.features.evaluations.sets import Item
from docflow.features.evaluations.states import Side
from docflow.features.evaluations.versions import Pinned, Versions
from docflow.runtime.failures import told_of
from docflow.runtime.heartbeat import Heartbeat
from docflow.runtime.rereading import Reread, Rereader, Stored, stored_document
from docflow.runtime.waiting import Bell

log = structlog.get_logger(__name__)

POLL_S = 5.0
TURN_S = 20.0
"""After so long another evaluation gets its turn."""
HOLD_S = 90.0
"""An evaluation whose worker died is due again after that; one that is worked on is held on and on."""
RENEW_S = 20.0
STOP_S = 4.0
"""For the documents in hand, once the program is to end."""
DOCUMENTS_AT_ONCE = 2
MAX_FAILURES = 20
MAX_BUGS = 3
"""Failures after which an unforeseen error ends it."""
_CONCLUDE_S = 60.0


@dataclass(frozen=True, slots=True)
class _Version:
    side: Side
    config: Configuration


class EvaluationLoop:
    def __init__(self, database: Database, workbench: Workbench, rereader: Rereader, clock: Clock) -> None:
        self._database = database
        self._workbench = workbench
        self._rereader = rereader
        self._clock = clock

    async def run(self, worker: Heartbeat, stopping: asyncio.Event) -> None:
        bell = Bell()
        with bell.rung_by(stopping):
            while not stopping.is_set():
                if not await self._try_next(stopping):
                    await bell.wait(POLL_S)

    async def _try_next(self, stopping: asyncio.Event) -> bool:
        try:
            return await self.run_next(stopping)
        except DocflowError as error:
            log.warning("evaluation.skipped", code=error.code)
        except Exception as error:
            # Its hold ends by itself.
            log.error("evaluation.broke", **told_of(error))
        return False

    async def run_next(self, stopping: asyncio.Event) -> bool:
        """One turn of the evaluation that has waited longest. False: none was due."""
        async with self._database.nobody() as session:
            taken = await take(session, 1, hold_s=HOLD_S)
        for one in taken:
            try:
                await self._until_stopped(one, stopping)
            except Lost:
                log.info("evaluation.lost", evaluation_id=str(one.evaluation_id))
        return bool(taken)

    async def _until_stopped(self, taken: Taken, stopping: asyncio.Event) -> None:
        """A turn ends soon after `stopping` is set; what is not read by then is read by whoever comes next."""
        turn = asyncio.create_task(self._turn(taken, stopping), name="evaluation.turn")
        stop = asyncio.create_task(stopping.wait())
        try:
            while not (turn.done() or stop.done()):
                await asyncio.wait((turn, stop), timeout=RENEW_S, return_when=asyncio.FIRST_COMPLETED)
                if not turn.done():
                    await self._hold(taken)
            await asyncio.wait((turn,), timeout=STOP_S)
        finally:
            stop.cancel()
            turn.cancel()
            await asyncio.wait((turn,))
        if turn.cancelled():
            await self._give_back(taken, due_in_s=0.0, failed=False)
        else:
            turn.result()

    async def _turn(self, taken: Taken, stopping: asyncio.Event) -> None:
        try:
            await self._carry_on(taken, stopping)
        except TransientError as error:
            if taken.failures + 1 < MAX_FAILURES:
                await self._give_back(taken, due_in_s=max(error.after_s, POLL_S), failed=True)
            else:
                await self._fail(taken, error.code)
        except (PermanentError, UserError) as error:
            await self._fail(taken, error.code)
        except Lost:
            raise
        except Exception as error:
            # Left to its hold it would be read again for ever, and each reading is paid for.
            log.error("evaluation.broke", evaluation_id=str(taken.evaluation_id), **told_of(error))
            if taken.failures + 1 < MAX_BUGS:
                await self._give_back(taken, due_in_s=HOLD_S, failed=True)
            else:
                await self._fail(taken, "internal_error")

    async def _carry_on(self, taken: Taken, stopping: asyncio.Event) -> None:
        versions = await self._versions(taken)
        until = self._clock.monotonic() + TURN_S
        while items := await self._unread(taken, versions):
            readings = await self._read(taken, versions, items)
            async with self._database.client(taken.client_id) as session:
                await EvaluationWork(session, taken).keep(readings)
            if stopping.is_set() or self._clock.monotonic() >= until:
                await self._give_back(taken, due_in_s=0.0, failed=False)
                return
        await self._conclude(taken, versions)

    async def _versions(self, taken: Taken) -> Sequence[_Version]:
        async with self._database.client(taken.client_id) as session:
            row = await EvaluationWork(session, taken).row()
            known = Versions(session, taken.client_id)
            pinned = {Side.CANDIDATE: row.candidate, Side.BASELINE: row.baseline}
            return [
                _Version(side, await known.configuration(Pinned.from_json(one)))
                for side, one in pinned.items()
                if one is not None
            ]

    async def _unread(self, taken: Taken, versions: Sequence[_Version]) -> Sequence[Item]:
        async with self._database.client(taken.client_id) as session:
            work = EvaluationWork(session, taken)
            return await work.unread([version.side for version in versions], DOCUMENTS_AT_ONCE)

    async def _read(
        self, taken: Taken, versions: Sequence[_Version], items: Sequence[Item]
    ) -> list[tuple[Side, Reading]]:
        pairs = [(version, item) for item in items for version in versions]
        read = await concurrently(lambda pair: self._document(taken, *pair), pairs, at_once=len(pairs))
        return [reading for reading in read if reading is not None]

    async def _document(self, taken: Taken, version: _Version, item: Item) -> tuple[Side, Reading] | None:
        """None = the document is gone."""
        config = version.config
        try:
            async with self._database.client(taken.client_id) as session:
                given = await stored_document(session, taken.client_id, item.document_id)
        except NotFound:
            return None
        except Conflict as error:
            return version.side, _refused(config, item, 0, error.code)
        try:
            read = await self._rereader.read(config, given, fresh=True)
        except (PermanentError, UserError) as error:
            return version.side, _refused(config, item, len(given.pages), error.code)
        if read.by is not None and QUOTA_EXCEEDED in read.by.warnings:
            # Read without the model that is to be measured.
            raise PermanentError("the budget for models has no room", code=QUOTA_EXCEEDED)
        return version.side, reading_of(config, item, given, read)

    async def _conclude(self, taken: Taken, versions: Sequence[_Version]) -> None:
        async with self._database.client(taken.client_id) as session:
            work = EvaluationWork(session, taken)
            read = {version.side: await work.readings(version.side) for version in versions}
        figures, verdict = await self._workbench.run(
            concluded, read[Side.CANDIDATE], read.get(Side.BASELINE), timeout_s=_CONCLUDE_S
        )
        async with self._database.client(taken.client_id) as session:
            await EvaluationWork(session, taken).complete(figures, verdict, at=self._clock.now())

    async def _hold(self, taken: Taken) -> None:
        """What cannot be renewed now may be a little later; what is another's by then is not written to."""
        with suppress(TransientError):
            async with self._database.client(taken.client_id) as session:
                await EvaluationWork(session, taken).hold(HOLD_S)

    async def _give_back(self, taken: Taken, *, due_in_s: float, failed: bool) -> None:
        async with self._database.client(taken.client_id) as session:
            await EvaluationWork(session, taken).give_back(due_in_s=due_in_s, failed=failed)

    async def _fail(self, taken: Taken, code: str) -> None:
        async with self._database.client(taken.client_id) as session:
            await EvaluationWork(session, taken).fail(code, at=self._clock.now())


def reading_of(config: Configuration, item: Item, given: Stored, read: Reread) -> Reading:
    by, usage = read.by, read.by.usage if read.by else None
    return Reading(
        document_id=item.document_id,
        outcomes=_outcomes(config, item, read.extraction["fields"]),
        needs_review=bool(read.told.reasons),
        pages=max(1, len(given.pages)),
        duration_ms=read.duration_ms,
        provider=by.provider if by else "xml",
        model=by.model if by else "xml",
        tokens_input=usage.tokens_prompt if usage else 0,
        tokens_output=usage.tokens_output if usage else 0,
        cost_micros=usage.cost_micros if usage else 0,
    )


def _refused(config: Configuration, item: Item, pages: int, code: str) -> Reading:
    return Reading(
        document_id=item.document_id,
        outcomes=_outcomes(config, item, {}),
        needs_review=True,
        pages=max(1, pages),
        duration_ms=0,
        provider="none",
        model="none",
        error_code=code,
    )


def _outcomes(config: Configuration, item: Item, fields: JsonObject) -> dict[str, FieldOutcome]:
    """Of the fields that the configuration names and the set knows the truth of."""
    outcomes = dict[str, FieldOutcome]()
    for spec in shape_of(config.output_schema).fields:
        if spec.path in item.expected:
            read = fields.get(spec.path) or {}
            outcomes[spec.path] = outcome_of(
                spec.kind,
                item.expected[spec.path],
                read.get("value"),
                read.get("confidence") or 0.0,
                threshold=config.confidence_threshold,
            )
    return outcomes

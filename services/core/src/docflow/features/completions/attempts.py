"""One attempt at one model: room is reserved, the vendor asked, what was used is booked. Then the next thing is decided
elsewhere.
"""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson
import structlog

from docflow.domain.errors import DocflowError, TransientError
from docflow.domain.llm_calls import (
    KeptAnswer,
    KnownAnswer,
    LlmBooks,
    LlmCallRecord,
    Refusal,
    Reservation,
)
from docflow.domain.model_table import ModelName, ModelTable
from docflow.domain.ports.clock import Clock
from docflow.domain.ports.llm import (
    Completion,
    CompletionRequest,
    Estimate,
    Outcome,
    Repair,
    Trouble,
    Usage,
    Vendor,
    VendorBusy,
    VendorRefusal,
)
from docflow.features.completions.calls import Call, Candidate, Origin
from docflow.features.completions.watching import Watch

log = structlog.get_logger(__name__)

KEEP_S = 30 * 86_400.0
#: Between the end of a call and its booking; after that the reservation counts as lost.
_BOOKING_S = 60.0
#: Of tries to book late, each as patient as the books are: some minutes in all.
_LATE_TRIES = 50
#: Characters a token has at least in an answer that goes back for repair, and what the sentence around it takes.
_REPAIR_CHARACTERS, _REPAIR_TOKENS = 2, 300

#: The vendor may have done the work and will bill it, though no answer came.
_MAYBE_BILLED = (Trouble.TIMEOUT, Trouble.TRANSPORT)


class AlreadyKnown(Exception):
    """The answer is kept: there is nothing to ask."""

    def __init__(self, found: KnownAnswer) -> None:
        super().__init__("the answer is kept")
        self.found = found


class NoRoom(Exception):
    """No budget has room for the call."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


class Attempts:
    def __init__(
        self,
        vendors: Mapping[str, Vendor],
        books: LlmBooks,
        *,
        clock: Clock,
        table: ModelTable,
        watch: Watch,
    ) -> None:
        self._vendors = vendors
        self._books = books
        self._clock = clock
        self._table = table
        self._watch = watch
        self._ending: set[asyncio.Task[None]] = set()
        self._closing = False

    async def make(
        self,
        candidate: Candidate,
        request: CompletionRequest,
        origin: Origin,
        *,
        repair: Repair | None,
        cache_key: bytes | None,
        unless: Sequence[bytes] = (),
    ) -> Completion:
        """`cache_key` None = the answer is not kept. Raises NoRoom, VendorBusy and VendorRefusal, and AlreadyKnown for
        an answer under one of the keys `unless`.
        """
        vendor, name = self._vendors[candidate.name.provider], candidate.name
        call = Call(candidate, request, origin, self._clock)
        most = _with_repair(vendor.estimate(request), repair)
        await self._reserve(name, self._reservation(call, name, request, most, unless))
        call.leaves()
        try:
            completion = await _in_time(vendor, request, repair)
        except (VendorBusy, VendorRefusal) as trouble:
            kind, used = trouble.trouble.value, self._used(name, trouble)
            await self._end(call, call.record("failed", used, error_kind=kind, request_id=trouble.request_id))
            raise
        except BaseException as error:
            # Also when the run is taken away in mid-call: what was reserved is given back at once, by a task of its own.
            kind = error.code if isinstance(error, DocflowError) else type(error).__name__
            lost = call.record("error", Usage(cost_micros=None), error_kind=kind)
            self._beside(self._end(call, lost))
            raise
        usage = replace(completion.usage, cost_micros=self._table.cost_micros(name, completion.usage))
        completion = replace(completion, provider=name.provider, model=name.model, usage=usage)
        kept, told = _kept(cache_key, completion), completion.request_id
        await self._end(call, call.record(completion.outcome.value, usage, request_id=told, answer=kept))
        return completion

    async def aclose(self) -> None:
        self._closing = True
        # What ends may leave something to be booked late.
        while self._ending:
            await asyncio.gather(*self._ending, return_exceptions=True)

    async def known(
        self, candidate: Candidate, request: CompletionRequest, origin: Origin, answer: bytes
    ) -> Completion:
        """An answer that was kept, as if it had been given now. It costs nothing and is recorded as such."""
        name, usage = candidate.name, Usage()
        call = Call(candidate, request, origin, self._clock)
        await self._book(call.record(Outcome.COMPLETE.value, usage, cache_hit=True))
        self._watch.cache_hit(name.provider, name.model)
        return Completion(Outcome.COMPLETE, orjson.loads(answer), name.provider, name.model, usage=usage)

    def _reservation(
        self,
        call: Call,
        name: ModelName,
        request: CompletionRequest,
        most: Estimate,
        unless: Sequence[bytes],
    ) -> Reservation:
        return Reservation(
            client_id=request.client_id,
            call_id=call.call_id,
            tokens=most.tokens_input + most.tokens_output,
            micros=self._table.most_micros(name, most),
            at=call.called_at,
            ttl_s=request.timeout_s + _BOOKING_S,
            unless=tuple(unless),
        )

    async def _reserve(self, name: ModelName, asked: Reservation) -> None:
        begun = await self._books.reserve(asked)
        if isinstance(begun, KnownAnswer):
            raise AlreadyKnown(begun)
        if begun is not None:
            self._watch.no_room(name.provider, name.model, begun.value)
            raise NoRoom(begun)

    def _used(self, name: ModelName, trouble: VendorBusy | VendorRefusal) -> Usage:
        used = trouble.usage
        unknown = trouble.trouble in _MAYBE_BILLED and not used.tokens_prompt + used.tokens_output
        return replace(used, cost_micros=None if unknown else self._table.cost_micros(name, used))

    async def _end(self, call: Call, record: LlmCallRecord) -> None:
        name = record.error_kind if record.outcome == "failed" else record.outcome
        self._watch.attempt(
            record.provider, record.model, name or record.outcome, call.taken_s(), record.usage
        )
        await self._book(record)

    async def _book(self, record: LlmCallRecord) -> None:
        """Late where the books are away: the answer is paid for, and asked for again it would be paid for twice."""
        try:
            await self._books.settle(record)
        except TransientError as error:
            log.warning("llm.books_late", call_id=str(record.call_id), code=error.code)
            self._beside(self._book_late(record))

    async def _book_late(self, record: LlmCallRecord) -> None:
        for _ in range(_LATE_TRIES):
            try:
                await self._books.settle(record)
            except TransientError:
                if self._closing:
                    break
            else:
                return
        log.error("llm.not_booked", call_id=str(record.call_id))

    def _beside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name="llm.end")
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)


async def _in_time(vendor: Vendor, request: CompletionRequest, repair: Repair | None) -> Completion:
    """A vendor's own limit is per operation at best; this one is for the whole call."""
    try:
        async with asyncio.timeout(request.timeout_s):
            return await vendor.complete(request, repair)
    except TimeoutError as error:
        raise VendorBusy(Trouble.TIMEOUT, provider=vendor.name) from error


def _kept(cache_key: bytes | None, completion: Completion) -> KeptAnswer | None:
    """Only what satisfies the schema is worth keeping."""
    if cache_key is None or completion.outcome is not Outcome.COMPLETE:
        return None
    return KeptAnswer(cache_key, orjson.dumps(completion.data), KEEP_S)


def _with_repair(estimate: Estimate, repair: Repair | None) -> Estimate:
    if repair is None:
        return estimate
    more = len(repair.answer) // _REPAIR_CHARACTERS + _REPAIR_TOKENS
    return replace(estimate, tokens_input=estimate.tokens_input + more)

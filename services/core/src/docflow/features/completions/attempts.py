"""One attempt at one model: room is reserved, the vendor asked, what was used is booked. Then the next thing is decided
elsewhere.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import orjson

from docflow.domain.errors import DocflowError
from docflow.domain.ids import new_id
from docflow.domain.llm_calls import KeptAnswer, LlmBooks, LlmCallRecord, Refusal, Reservation
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
from docflow.features.completions.watching import Watch

KEEP_S = 30 * 86_400.0
#: Between the end of a call and its booking; after that the reservation counts as lost.
_BOOKING_S = 60.0
#: Characters a token has at least in an answer that goes back for repair, and what the sentence around it takes.
_REPAIR_CHARACTERS, _REPAIR_TOKENS = 2, 300

#: The vendor may have done the work and will bill it, though no answer came.
_MAYBE_BILLED = (Trouble.TIMEOUT, Trouble.TRANSPORT)


class NoRoom(Exception):
    """No budget has room for the call."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model to ask. `asked` is the name that the prompt holds, where this model answers to it now."""

    name: ModelName
    asked: str | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """For which run of which stage a question is asked."""

    run_id: UUID | None = None
    stage: str | None = None


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

    async def make(
        self,
        candidate: Candidate,
        request: CompletionRequest,
        origin: Origin,
        *,
        repair: Repair | None,
        cache_key: bytes | None,
    ) -> Completion:
        """`cache_key` None = the answer is not kept. Raises NoRoom, VendorBusy and VendorRefusal."""
        vendor, name = self._vendors[candidate.name.provider], candidate.name
        record = self._record(candidate, request, origin)
        await self._reserve(record, name, _with_repair(vendor.estimate(request), repair), request.timeout_s)
        began = self._clock.monotonic()
        try:
            completion = await _in_time(vendor, request, repair)
        except (VendorBusy, VendorRefusal) as trouble:
            await self._end(self._failed(record, name, trouble), began)
            raise
        except BaseException as error:
            # Also when the run is taken away in mid-call: what was reserved is given back at once, by a task of its own.
            kind = error.code if isinstance(error, DocflowError) else type(error).__name__
            lost = self._end(record, began, outcome="error", error_kind=kind, usage=Usage(cost_micros=None))
            ending = asyncio.create_task(lost, name="llm.end")
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)
            raise
        usage = replace(completion.usage, cost_micros=self._table.cost_micros(name, completion.usage))
        completion = replace(completion, provider=name.provider, model=name.model, usage=usage)
        await self._end(
            record,
            began,
            outcome=completion.outcome.value,
            usage=usage,
            request_id=completion.request_id,
            answer=_kept(cache_key, completion),
        )
        return completion

    async def known(
        self, candidate: Candidate, request: CompletionRequest, origin: Origin, answer: bytes
    ) -> Completion:
        """An answer that was kept, as if it had been given now. It costs nothing and is recorded as such."""
        name = candidate.name
        record = replace(
            self._record(candidate, request, origin), outcome=Outcome.COMPLETE.value, cache_hit=True
        )
        await self._books.settle(record)
        self._watch.cache_hit(name.provider, name.model)
        return Completion(
            Outcome.COMPLETE, orjson.loads(answer), name.provider, name.model, usage=record.usage
        )

    def _record(self, candidate: Candidate, request: CompletionRequest, origin: Origin) -> LlmCallRecord:
        return LlmCallRecord(
            call_id=new_id(),
            client_id=request.client_id,
            process_id=request.process_id,
            run_id=origin.run_id,
            stage=origin.stage,
            provider=candidate.name.provider,
            model=candidate.name.model,
            asked_model=candidate.asked,
            prompt_id=request.prompt_id,
            usage=Usage(),
            outcome="",
            called_at=self._clock.now(),
            duration_ms=0,
        )

    async def _reserve(
        self, record: LlmCallRecord, name: ModelName, most: Estimate, timeout_s: float
    ) -> None:
        asked = Reservation(
            client_id=record.client_id,
            call_id=record.call_id,
            tokens=most.tokens_input + most.tokens_output,
            micros=self._table.most_micros(name, most),
            at=record.called_at,
            ttl_s=timeout_s + _BOOKING_S,
        )
        refusal = await self._books.reserve(asked)
        if refusal is not None:
            self._watch.no_room(name.provider, name.model, refusal.value)
            raise NoRoom(refusal)

    def _failed(
        self, record: LlmCallRecord, name: ModelName, trouble: VendorBusy | VendorRefusal
    ) -> LlmCallRecord:
        used = trouble.usage
        unknown = trouble.trouble in _MAYBE_BILLED and not used.tokens_prompt + used.tokens_output
        cost = None if unknown else self._table.cost_micros(name, used)
        return replace(
            record,
            outcome="failed",
            error_kind=trouble.trouble.value,
            request_id=trouble.request_id,
            usage=replace(used, cost_micros=cost),
        )

    async def _end(self, record: LlmCallRecord, began: float, **changes: Any) -> None:
        seconds = self._clock.monotonic() - began
        record = replace(record, duration_ms=round(1000 * seconds), **changes)
        name = record.error_kind if record.outcome == "failed" else record.outcome
        self._watch.attempt(record.provider, record.model, name or record.outcome, seconds, record.usage)
        await self._books.settle(record)


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

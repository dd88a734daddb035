"""The one place with a policy for asking models: kept answer, room in the budget, tries, repair, the next model."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import assert_never

from docflow.domain.backoff import Backoff
from docflow.domain.errors import PermanentError, QuotaExceeded, TransientError
from docflow.domain.llm_calls import LlmBooks, Refusal
from docflow.domain.llm_policy import AtLimit, LlmPolicy
from docflow.domain.model_table import ModelName, ModelTable
from docflow.domain.ports.clock import Clock
from docflow.domain.ports.llm import (
    Completes,
    Completion,
    CompletionRequest,
    Estimate,
    Outcome,
    Repair,
    Trouble,
    Vendor,
    VendorBusy,
    VendorRefusal,
)
from docflow.features.completions.attempts import AlreadyKnown, Attempts, NoRoom
from docflow.features.completions.breaker import Breaker
from docflow.features.completions.calls import Candidate, Origin
from docflow.features.completions.keys import cache_keys
from docflow.features.completions.limiter import Limiter
from docflow.features.completions.watching import Unwatched, Watch
from docflow.features.redaction.redaction import redacted_question

TRIES = 3
#: A vendor that wants to be left alone for longer is left to others.
LONGEST_WAIT_S = 15.0
SHUT_OUT_S = 300.0
DEADLINE_S = 120.0
#: With less time than this left nothing is asked any more.
LEAST_S = 1.0
MAX_OUTPUT_TOKENS = 64_000
_JITTER = Backoff(base_s=0.5, cap_s=8.0)
_ANY = Estimate(1000, 1000)


@dataclass(frozen=True, slots=True)
class Calling:
    """On whose behalf, and how. `fresh` = an answer that is kept already is not good enough."""

    policy: LlmPolicy
    origin: Origin = field(default_factory=Origin)
    deadline_s: float = DEADLINE_S
    fresh: bool = False


class Router:
    """`vendors` by the name that policies use. One for all clients of a process."""

    def __init__(
        self,
        vendors: Mapping[str, Vendor],
        books: LlmBooks,
        *,
        clock: Clock,
        table: ModelTable | None = None,
        watch: Watch | None = None,
        requests_per_minute: int | None = None,
        chance: Callable[[], float] = random.random,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.vendors = vendors
        self.books = books
        self.clock = clock
        self.table = table or ModelTable()
        self.watch = watch or Unwatched()
        self.chance = chance
        self.sleep = sleep
        self.attempts = Attempts(vendors, books, clock=clock, table=self.table, watch=self.watch)
        self.breakers: defaultdict[str, Breaker] = defaultdict(Breaker)
        self.limiters: defaultdict[ModelName, Limiter] = defaultdict(lambda: Limiter(requests_per_minute))

    def shut(self) -> frozenset[str]:
        """Providers that are not asked now."""
        now = self.clock.monotonic()
        return frozenset(name for name, breaker in self.breakers.items() if breaker.is_shut(now))

    async def aclose(self) -> None:
        """What calls that were taken away leave for the books is written. The vendors are closed by whoever opened them."""
        await self.attempts.aclose()

    def within(self, calling: Calling) -> Completes:
        return _Bound(self, calling)

    async def complete(self, request: CompletionRequest, calling: Calling) -> Completion:
        """COMPLETE, or the last outcome that was had where no model gave a usable answer.

        Raises QuotaExceeded where budgets have no room, TransientError `llm_unavailable` where no vendor answers,
        PermanentError `llm_unconfigured` where none is there to ask and VendorRefusal for a request that is wrong, or
        that none of the models can take.
        """
        with self.watch.question(request.task.value, request.process_id):
            candidates = self._candidates(request, calling.policy)
            if not candidates:
                raise PermanentError("no model provider is set up for this", code="llm_unconfigured")
            if calling.policy.redact:
                request = redacted_question(request, calling.policy.redact)
            keys = await cache_keys(request, [candidate.name for candidate in candidates])
            return await self._answer(request, calling, candidates, keys)

    async def _answer(
        self,
        request: CompletionRequest,
        calling: Calling,
        candidates: Sequence[Candidate],
        keys: Sequence[bytes],
    ) -> Completion:
        """The kept one, or a new one."""
        found, unless = None, () if calling.fresh else tuple(keys)
        if unless and not self._is_free(candidates[0].name, calling):
            found, unless = await self.books.find(request.client_id, unless), ()
        if found is None:
            deadline = self.clock.monotonic() + calling.deadline_s
            try:
                return await _Question(self, request, calling, deadline, unless).answer(candidates, keys)
            except AlreadyKnown as known:
                found = known.found
        candidate = candidates[keys.index(found.cache_key)]
        return await self.attempts.known(candidate, request, calling.origin, found.answer)

    def _is_free(self, name: ModelName, calling: Calling) -> bool:
        """A request may leave at once: then one statement looks for a kept answer and reserves room. A kept answer never
        waits for a vendor.
        """
        free = self.breakers[name.provider].is_closed() and self.limiters[name].is_free(
            self.clock.monotonic()
        )
        return free and calling.deadline_s >= LEAST_S

    def _candidates(self, request: CompletionRequest, policy: LlmPolicy) -> list[Candidate]:
        """The prompt's own model first, then the order of the policy; only those whose vendor is set up."""
        own = self.table.resolve(request.model) if request.model else None
        asked = request.model if own and request.model not in (own.model, str(own)) else None
        named = [Candidate(own, asked)] if own else []
        for name in policy.models:
            now = self.table.current(name)
            named.append(Candidate(now, str(name) if now != name else None))
        first = {candidate.name: candidate for candidate in reversed(named)}
        return [one for one in named if first[one.name] is one and one.name.provider in self.vendors]


@dataclass(frozen=True, slots=True)
class _Bound:
    router: Router
    calling: Calling

    async def complete(self, request: CompletionRequest) -> Completion:
        return await self.router.complete(request, self.calling)


@dataclass(slots=True)
class _Question:
    """One question on its way through the candidates."""

    router: Router
    request: CompletionRequest
    calling: Calling
    deadline: float
    unless: tuple[bytes, ...] = ()
    """Under which an answer is looked for with the first reservation."""
    last: Completion | None = None
    busy: VendorBusy | None = None
    no_room: Refusal | None = None
    refused: VendorRefusal | None = None
    """Why a model cannot answer this question at all, such as a document too long for it."""
    passed: list[ModelName] = field(default_factory=list)
    """Models that were too dear."""

    async def answer(self, candidates: Sequence[Candidate], keys: Sequence[bytes]) -> Completion:
        for candidate, key in zip(candidates, keys, strict=True):
            if self._left_s() < LEAST_S:
                break
            if not self._is_cheaper(candidate.name):
                continue
            try:
                completion = await self._ask(candidate, key)
            except NoRoom as full:
                self.no_room = full.refusal
                self.passed.append(candidate.name)
                if self.calling.policy.at_limit is not AtLimit.CHEAPER:
                    break
                continue
            if completion is not None:
                return completion
        return self._without_answer()

    def _without_answer(self) -> Completion:
        if self.no_room is not None and self.busy is None:
            raise QuotaExceeded(f"the budget for models has no room: {self.no_room.value.replace('_', ' ')}")
        if self.last is not None:
            return self.last
        if self.refused is not None and self.busy is None:
            raise self.refused
        after_s = self.busy.after_s if self.busy else 30.0
        raise TransientError(
            "no model provider answers now", code="llm_unavailable", after_s=min(300.0, max(5.0, after_s))
        )

    async def _ask(self, candidate: Candidate, key: bytes) -> Completion | None:
        """None = on to the next model; why is noted."""
        name, request, repair = candidate.name, self.request, None
        breaker, limiter = self.router.breakers[name.provider], self.router.limiters[name]
        for tries in range(1, TRIES + 1):
            if not await self._may_leave(breaker, limiter):
                return None
            timed = replace(request, model=name.model, timeout_s=min(request.timeout_s, self._left_s()))
            unless, self.unless = self.unless, ()
            try:
                completion = await self.router.attempts.make(
                    candidate, timed, self.calling.origin, repair=repair, cache_key=key, unless=unless
                )
            except (AlreadyKnown, NoRoom):
                limiter.put_back()
                breaker.put_back()
                raise
            except VendorBusy as busy:
                if not await self._after_busy(busy, tries, name):
                    return None
                continue
            except VendorRefusal as refusal:
                if refusal.trouble is Trouble.SCHEMA_TOO_COMPLEX and request.structured:
                    request = replace(request, structured=False)
                    continue
                self._note_refusal(refusal, name)
                return None
            breaker.succeeded()
            limiter.heard(completion.headroom, self._now())
            match completion.outcome:
                case Outcome.COMPLETE:
                    return completion
                case Outcome.TRUNCATED if (longer := self._longer(name, timed)) is not None:
                    request = replace(request, max_output_tokens=longer)
                case Outcome.INVALID if repair is None:
                    repair = Repair(completion.answer, completion.problems)
                case Outcome.REFUSED | Outcome.TRUNCATED | Outcome.INVALID:
                    self.last = completion
                    return None
                case _:
                    assert_never(completion.outcome)
            self.last = completion
        return None

    async def _may_leave(self, breaker: Breaker, limiter: Limiter) -> bool:
        while self._left_s() >= LEAST_S:
            wait_s = limiter.wait_s(self._now())
            if wait_s <= 0:
                allowed = breaker.allows(self._now())
                if not allowed:
                    limiter.put_back()
                return allowed
            if wait_s > min(LONGEST_WAIT_S, self._left_s() - LEAST_S):
                return False
            await self.router.sleep(wait_s)
        return False

    async def _after_busy(self, busy: VendorBusy, tries: int, name: ModelName) -> bool:
        """Whether the same model is worth another try; waits before that."""
        self.busy = busy
        breaker, now = self.router.breakers[name.provider], self._now()
        breaker.failed(now)
        if busy.retry_after_s is not None and busy.trouble is Trouble.RATE_LIMITED:
            self.router.limiters[name].told_to_wait(busy.retry_after_s, now)
        wait_s = _JITTER.delay_s(tries, self.router.chance, after_s=busy.retry_after_s)
        if tries == TRIES or wait_s > LONGEST_WAIT_S or wait_s > self._left_s() - LEAST_S:
            return False
        await self.router.sleep(wait_s)
        return True

    def _note_refusal(self, refusal: VendorRefusal, name: ModelName) -> None:
        """Raises the refusal of a request that is wrong: that is our fault, and the next vendor's would be the same."""
        if refusal.status is not None and refusal.trouble not in (Trouble.AUTH, Trouble.BILLING):
            self.router.breakers[name.provider].succeeded()
        if refusal.trouble in (Trouble.BAD_REQUEST, Trouble.TOO_LARGE):
            raise refusal
        if refusal.trouble in (Trouble.AUTH, Trouble.BILLING):
            self.router.breakers[name.provider].shut_for(SHUT_OUT_S, self._now())
            self.router.watch.shut_out(self.request.client_id, name.provider, refusal.trouble)
        else:
            self.refused = refusal

    def _longer(self, name: ModelName, asked: CompletionRequest) -> int | None:
        """Twice the room of the question, once; None where the model does not get more by it."""
        wanted = replace(asked, max_output_tokens=min(MAX_OUTPUT_TOKENS, 2 * self.request.max_output_tokens))
        vendor = self.router.vendors[name.provider]
        more = vendor.estimate(wanted).tokens_output > vendor.estimate(asked).tokens_output
        return wanted.max_output_tokens if more else None

    def _is_cheaper(self, name: ModelName) -> bool:
        """Than all that were too dear. A model without a price is not known to be cheaper."""
        if not self.passed:
            return True
        cost = self.router.table.most_micros(name, _ANY)
        others = [self.router.table.most_micros(one, _ANY) for one in self.passed]
        return cost is not None and all(other is None or cost < other for other in others)

    def _now(self) -> float:
        return self.router.clock.monotonic()

    def _left_s(self) -> float:
        return self.deadline - self._now()

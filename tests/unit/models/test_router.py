"""What the router does with answers, troubles and limits. No time passes, nothing is asked outside."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from docflow.domain.errors import PermanentError, QuotaExceeded, TransientError
from docflow.domain.ids import new_id
from docflow.domain.llm_calls import Refusal
from docflow.domain.llm_policy import AtLimit, LlmPolicy
from docflow.domain.model_table import ModelName
from docflow.domain.ports.llm import (
    CompletionRequest,
    Headroom,
    Outcome,
    Task,
    Trouble,
    Usage,
    VendorBusy,
    VendorRefusal,
)
from docflow.features.completions.router import MAX_OUTPUT_TOKENS, Calling, Router
from docflow.testing.llm import MemoryBooks, ScriptedVendor, SteppedClock, Turn, completion

CLIENT = UUID(int=1)
SMALL, LARGE = ModelName("anthropic", "claude-haiku-5-5"), ModelName("anthropic", "claude-sonnet-5-5")
OTHER = ModelName("openai", "gpt-6.1-terra")
ORDER = LlmPolicy((SMALL, LARGE, OTHER))


def busy(trouble: Trouble = Trouble.OVERLOADED, after_s: float | None = None) -> VendorBusy:
    return VendorBusy(trouble, provider="anthropic", retry_after_s=after_s)


def refusal(trouble: Trouble) -> VendorRefusal:
    return VendorRefusal(trouble, provider="anthropic")


def question(**changes: Any) -> CompletionRequest:
    values = {
        "task": Task.EXTRACT,
        "model": "",
        "system": "s",
        "instructions": "i",
        "wire_schema": {},
        **changes,
    }
    return CompletionRequest(client_id=CLIENT, process_id=UUID(int=2), **values)


class Scene:
    def __init__(self, *turns: Turn, refused: tuple[Refusal | None, ...] = (), takes_s: float = 0.0) -> None:
        self.anthropic = ScriptedVendor("anthropic", *turns, takes_s=takes_s)
        self.openai = ScriptedVendor("openai")
        self.books = MemoryBooks(*refused)
        self.clock = SteppedClock()
        self.router = Router(
            {"anthropic": self.anthropic, "openai": self.openai},
            self.books,
            clock=self.clock,
            chance=lambda: 1.0,
            sleep=self.clock.sleep,
        )

    async def ask(self, policy: LlmPolicy = ORDER, **changes: Any) -> Any:
        return await self.router.complete(question(**changes), Calling(policy))

    @property
    def models(self) -> list[str]:
        return [call.model for call in self.books.calls]


async def test_an_answer_costs_what_it_used_and_leaves_nothing_reserved() -> None:
    scene = Scene(completion(usage=Usage(1_000_000, 100_000, None)))
    answered = await scene.ask()
    assert (answered.provider, answered.model) == ("anthropic", "claude-haiku-5-5")
    # 1M in and 0.1M out at 0.10 and 0.50, five times as much above 100,000 tokens of prompt.
    assert answered.usage.cost_micros == 5 * (100_000 + 50_000)
    (call,) = scene.books.calls
    assert (call.outcome, call.cache_hit, call.usage.cost_micros) == ("complete", False, 750_000)
    assert scene.books.open == {}


async def test_the_same_question_is_paid_once() -> None:
    scene = Scene()
    first, second = await scene.ask(), await scene.ask()
    assert second.data == first.data
    assert len(scene.anthropic.asked) == 1
    hit = scene.books.calls[1]
    assert (hit.cache_hit, hit.usage.tokens_prompt, hit.usage.cost_micros) == (True, 0, 0)


@pytest.mark.parametrize(
    "changes",
    [{"system": "other"}, {"instructions": "other"}, {"wire_schema": {"a": 1}}, {"prompt_id": new_id()}],
)
async def test_another_question_is_asked(changes: dict[str, Any]) -> None:
    scene = Scene()
    await scene.ask()
    await scene.ask(**changes)
    assert len(scene.anthropic.asked) == 2


async def test_a_fresh_answer_can_be_asked_for() -> None:
    scene = Scene()
    await scene.ask()
    await scene.router.complete(question(), Calling(ORDER, fresh=True))
    assert len(scene.anthropic.asked) == 2


async def test_what_another_model_answered_before_is_known_too() -> None:
    scene = Scene(refusal(Trouble.CONTEXT_EXCEEDED), completion())
    assert (await scene.ask()).model == LARGE.model
    assert (await scene.ask()).model == LARGE.model
    assert scene.books.calls[-1].cache_hit


async def test_a_kept_answer_does_not_wait_for_a_vendor() -> None:
    scene = Scene(completion(), busy())
    await scene.ask()
    for _ in range(2):
        await scene.ask(system="another")
    assert scene.router.shut() == {"anthropic"}
    slept = len(scene.clock.slept)
    assert (await scene.ask()).provider == "anthropic"
    assert scene.books.calls[-1].cache_hit
    assert len(scene.clock.slept) == slept


def two_a_minute(scene: Scene) -> Router:
    return Router(
        {"anthropic": scene.anthropic},
        scene.books,
        clock=scene.clock,
        requests_per_minute=2,
        sleep=scene.clock.sleep,
    )


async def test_a_kept_answer_counts_for_no_limit_of_requests() -> None:
    scene = Scene()
    scene.router = two_a_minute(scene)
    for system in ("s", "s", "s", "another"):
        await scene.ask(system=system)
    assert len(scene.anthropic.asked) == 2
    assert scene.clock.slept == []


async def test_a_busy_vendor_is_asked_three_times_with_growing_waits_and_then_the_next() -> None:
    scene = Scene(busy(), busy(), busy(), busy(), completion())
    answered = await scene.ask()
    assert scene.models == [SMALL.model] * 3 + [LARGE.model] * 2
    assert scene.clock.slept == [0.5, 1.0, 0.5]
    assert answered.model == LARGE.model
    assert [call.error_kind for call in scene.books.calls] == ["overloaded"] * 4 + [None]


async def test_five_failures_keep_everybody_away_from_a_vendor_for_a_while() -> None:
    scene = Scene(busy())
    assert (await scene.ask()).provider == "openai"
    assert len(scene.anthropic.asked) == 5
    await scene.ask(system="another")
    assert len(scene.anthropic.asked) == 5
    scene.clock.pass_by(31)
    await scene.ask(system="a third")
    assert len(scene.anthropic.asked) == 6


async def test_a_short_retry_after_is_waited_for_and_a_long_one_is_not() -> None:
    short = Scene(busy(Trouble.RATE_LIMITED, 4.0), completion())
    assert (await short.ask()).model == SMALL.model
    assert sum(short.clock.slept) >= 4.0
    long = Scene(busy(Trouble.RATE_LIMITED, 3600.0))
    assert (await long.ask()).provider == "openai"
    assert sum(long.clock.slept) < 60


async def test_nothing_is_asked_after_the_deadline() -> None:
    scene = Scene(busy(after_s=14.0))
    scene.router.vendors["openai"]._turns = [busy(after_s=14.0)]  # type: ignore[attr-defined]
    with pytest.raises(TransientError) as raised:
        await scene.router.complete(question(), Calling(ORDER, deadline_s=30.0))
    assert raised.value.code == "llm_unavailable"
    assert sum(scene.clock.slept) < 30
    assert scene.books.open == {}


async def test_a_call_gets_no_more_time_than_is_left() -> None:
    scene = Scene()
    await scene.router.complete(question(timeout_s=60.0), Calling(ORDER, deadline_s=20.0))
    assert scene.anthropic.asked[0][0].timeout_s == 20.0


async def test_a_vendor_that_does_not_end_is_a_timeout_of_unknown_cost() -> None:
    scene = Scene(takes_s=5.0)
    await scene.ask(LlmPolicy((SMALL, OTHER)), timeout_s=0.01)
    assert [(call.error_kind, call.usage.cost_micros) for call in scene.books.calls[:3]] == [
        ("timeout", None)
    ] * 3
    assert scene.books.calls[-1].provider == "openai"


async def test_an_answer_that_breaks_the_schema_is_repaired_once() -> None:
    broken = completion(Outcome.INVALID, answer="{bad", problems=("/total",))
    scene = Scene(broken, completion())
    assert (await scene.ask()).outcome is Outcome.COMPLETE
    repair = scene.anthropic.asked[1][1]
    assert repair is not None
    assert (repair.answer, repair.problems) == ("{bad", ("/total",))
    stubborn = Scene(broken)
    assert (await stubborn.ask()).provider == "openai"
    assert stubborn.models == [SMALL.model] * 2 + [LARGE.model] * 2 + [OTHER.model]


async def test_a_cut_answer_is_asked_for_with_twice_the_room() -> None:
    scene = Scene(completion(Outcome.TRUNCATED), completion())
    await scene.ask(max_output_tokens=4096)
    assert [request.max_output_tokens for request, _ in scene.anthropic.asked] == [4096, 8192]


async def test_what_every_model_refuses_comes_back_as_refused() -> None:
    scene = Scene(completion(Outcome.REFUSED))
    answered = await scene.ask(LlmPolicy((SMALL, LARGE)))
    assert answered.outcome is Outcome.REFUSED
    assert scene.models == [SMALL.model, LARGE.model]


@pytest.mark.parametrize("trouble", [Trouble.AUTH, Trouble.BILLING])
async def test_a_key_that_is_not_taken_is_left_alone(trouble: Trouble) -> None:
    scene = Scene(refusal(trouble))
    await scene.ask()
    await scene.ask(system="another")
    assert len(scene.anthropic.asked) == 1


async def test_a_schema_too_complex_goes_as_text_to_the_same_model() -> None:
    scene = Scene(refusal(Trouble.SCHEMA_TOO_COMPLEX), completion())
    assert (await scene.ask()).model == SMALL.model
    assert [request.structured for request, _ in scene.anthropic.asked] == [True, False]


@pytest.mark.parametrize("trouble", [Trouble.BAD_REQUEST, Trouble.TOO_LARGE])
async def test_a_wrong_request_is_not_carried_from_vendor_to_vendor(trouble: Trouble) -> None:
    scene = Scene(refusal(trouble))
    with pytest.raises(VendorRefusal):
        await scene.ask()
    assert scene.openai.asked == []
    assert scene.books.open == {}


@pytest.mark.parametrize("at_limit", [AtLimit.HOLD, AtLimit.OFFLINE])
async def test_without_room_nothing_is_asked(at_limit: AtLimit) -> None:
    scene = Scene(refused=(Refusal.TOKENS,))
    with pytest.raises(QuotaExceeded):
        await scene.ask(replace(ORDER, at_limit=at_limit))
    assert (scene.anthropic.asked, scene.openai.asked, scene.books.calls) == ([], [], [])


async def test_without_room_a_cheaper_model_is_asked_where_the_policy_says_so() -> None:
    dear_first = LlmPolicy(
        (LARGE, ModelName("openai", "gpt-6.1-sol"), OTHER, SMALL), at_limit=AtLimit.CHEAPER
    )
    scene = Scene(refused=(Refusal.COST, Refusal.COST))
    answered = await scene.ask(dear_first)
    # sol costs as much as sonnet and is passed over; terra is cheaper and has no room; haiku answers.
    assert answered.model == SMALL.model
    with pytest.raises(QuotaExceeded):
        await Scene(refused=(Refusal.COST,) * 9).ask(dear_first)


async def test_a_retired_name_leads_to_the_model_of_today_and_is_told() -> None:
    scene = Scene()
    answered = await scene.ask(LlmPolicy(), model="claude-3-5-sonnet-20241022")
    assert answered.model == LARGE.model
    assert scene.books.calls[0].asked_model == "claude-3-5-sonnet-20241022"


async def test_a_retired_name_in_the_order_leads_there_once_and_is_told() -> None:
    scene = Scene(completion(Outcome.REFUSED))
    old = ModelName("anthropic", "claude-3-5-sonnet")
    await scene.ask(LlmPolicy((old, LARGE, OTHER)))
    assert scene.models == [LARGE.model, OTHER.model]
    assert [call.asked_model for call in scene.books.calls] == [str(old), None]


async def test_a_vendor_that_refuses_a_request_is_there() -> None:
    scene = Scene(VendorRefusal(Trouble.CONTEXT_EXCEEDED, provider="anthropic", status=400))
    breaker, now = scene.router.breakers["anthropic"], scene.clock.monotonic()
    for _ in range(4):
        breaker.failed(now)
    await scene.ask()
    breaker.failed(now)
    assert breaker.allows(now)


async def test_a_model_that_nobody_knows_has_no_price() -> None:
    scene = Scene()
    await scene.ask(LlmPolicy((ModelName("openai", "house-1"),)))
    assert scene.books.calls[0].usage.cost_micros is None
    assert scene.books.calls[0].usage.tokens_prompt == 100


async def test_without_a_vendor_there_is_nobody_to_ask() -> None:
    with pytest.raises(PermanentError) as raised:
        await Scene().ask(LlmPolicy((ModelName("gemini", "x"),)))
    assert raised.value.code == "llm_unconfigured"


async def test_a_run_that_is_taken_away_gives_its_room_back() -> None:
    scene = Scene(takes_s=30.0)
    task = asyncio.create_task(scene.ask())
    while not scene.anthropic.asked:
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.sleep(0)
    assert scene.books.open == {}
    assert scene.books.calls[0].outcome == "error"


async def test_a_vendor_without_requests_left_is_not_asked_before_its_reset() -> None:
    empty = Headroom(requests=0, resets_in_s=9.0)
    scene = Scene(completion(headroom=empty), completion())
    await scene.ask()
    await scene.ask(system="another")
    assert scene.clock.slept == [9.0]


@pytest.mark.parametrize(
    "told", [busy(Trouble.RATE_LIMITED, 1e9), completion(headroom=Headroom(requests=0, resets_in_s=1e9))]
)
async def test_a_vendor_that_asks_for_years_is_tried_again_after_an_hour(told: Turn) -> None:
    scene = Scene(told, completion())
    await scene.ask()
    scene.clock.pass_by(3601)
    assert (await scene.ask(LlmPolicy((SMALL,)), system="another")).model == SMALL.model


async def test_a_question_that_a_shut_vendor_does_not_get_counts_for_no_limit_of_requests() -> None:
    scene = Scene()
    scene.router = two_a_minute(scene)
    breaker = scene.router.breakers["anthropic"]
    breaker.shut_for(1.0, scene.clock.monotonic())
    for system in ("a", "b", "c"):
        with pytest.raises(TransientError):
            await scene.ask(LlmPolicy((SMALL,)), system=system)
    scene.clock.pass_by(1.0)
    await scene.ask(LlmPolicy((SMALL,)))
    assert scene.clock.slept == []


async def test_who_has_no_room_does_not_keep_others_from_trying_a_vendor_out() -> None:
    scene = Scene(refused=(Refusal.TOKENS,))
    scene.router.breakers["anthropic"].shut_for(1.0, scene.clock.monotonic())
    scene.clock.pass_by(1.0)
    with pytest.raises(QuotaExceeded):
        await scene.ask(LlmPolicy((SMALL,)))
    assert (await scene.ask(LlmPolicy((SMALL,)))).model == SMALL.model


async def test_closing_waits_for_the_books_of_a_call_that_was_taken_away() -> None:
    scene = Scene(takes_s=30.0)
    task = asyncio.create_task(scene.ask())
    while not scene.anthropic.asked:
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await scene.router.aclose()
    assert scene.books.open == {}


async def test_an_answer_that_the_vendor_cannot_make_longer_is_not_asked_for_again() -> None:
    scene = Scene(completion(Outcome.TRUNCATED))
    await scene.ask(LlmPolicy((SMALL,)), max_output_tokens=MAX_OUTPUT_TOKENS)
    assert len(scene.anthropic.asked) == 1

"""When a document is read with a model, when without, and what a person is told."""

from typing import Any
from uuid import UUID

import pytest
from docflow.domain.errors import PermanentError
from docflow.domain.judging import judged
from docflow.domain.llm_calls import Refusal
from docflow.domain.ports.llm import Candidate, Extraction, ExtractRequest, Outcome, Trouble, VendorRefusal
from docflow.domain.reading import Page, TextSource
from docflow.features.completions.router import Router
from docflow.runtime.model_reading import RoutedProvider
from docflow.runtime.models import Models
from docflow.runtime.settings import LlmSettings
from docflow.testing.jobs import make_configuration
from docflow.testing.llm import MemoryBooks, ScriptedVendor, SteppedClock, Turn, completion

SCHEMA = {"type": "object", "properties": {"total": {"type": "string"}}}
READ = completion(data={"total": {"text": "119.00", "quote": "Total 119.00", "page": 1}})


class Offline:
    name = "offline"

    async def extract(self, request: ExtractRequest) -> Extraction:
        return Extraction({"total": [Candidate("7.00")]})

    async def aclose(self) -> None:
        return None


async def read(*turns: Turn, refused: tuple[Refusal, ...] = (), **policy: Any) -> Extraction:
    clock, books = SteppedClock(), MemoryBooks(*refused)
    router = Router({"anthropic": ScriptedVendor("anthropic", *turns)}, books, clock=clock, sleep=clock.sleep)
    provider = RoutedProvider(Models.of(router, None, LlmSettings()), Offline())  # type: ignore[arg-type]
    request = ExtractRequest(
        UUID(int=1),
        UUID(int=2),
        UUID(int=3),
        "invoice",
        SCHEMA,
        (Page(1, 1000, 1000, words=(), source=TextSource.TEXT_LAYER),),
        llm_policy=policy,
    )
    return await provider.extract(request)


async def test_a_model_of_the_policy_reads() -> None:
    found = await read(READ)
    assert (found.provider, found.model, found.warnings) == ("anthropic", "claude-haiku-5-5", ())
    assert found.fields["total"][0].text == "119.00"


@pytest.mark.parametrize("order", [["offline"], [], ["gemini/x", "offline"]])
async def test_without_a_model_to_ask_it_is_read_offline(order: list[str]) -> None:
    found = await read(READ, order=order)
    assert (found.provider, found.warnings) == ("offline", ())


@pytest.mark.parametrize(
    ("at_limit", "warnings"),
    [("hold", ("quota_exceeded",)), ("cheaper", ("quota_exceeded",)), ("offline", ())],
)
async def test_without_room_it_is_read_offline_and_held_unless_that_is_wanted(
    at_limit: str, warnings: tuple[str, ...]
) -> None:
    found = await read(READ, refused=(Refusal.COST,) * 5, at_limit=at_limit)
    assert (found.provider, found.warnings) == ("offline", warnings)


async def test_what_no_model_answers_is_read_offline_and_held_unless_the_order_ends_so() -> None:
    found = await read(completion(Outcome.REFUSED))
    assert (found.provider, found.warnings) == ("offline", ("llm_refused",))
    found = await read(completion(Outcome.REFUSED), order=["anthropic/claude-haiku-5-5"])
    assert (found.provider, found.warnings) == ("offline", ("llm_refused", "model_no_answer"))


async def test_what_is_too_long_for_every_model_does_not_wait_for_better_times() -> None:
    long = VendorRefusal(Trouble.CONTEXT_EXCEEDED, provider="anthropic")
    found = await read(long, order=["anthropic/claude-haiku-5-5"])
    assert found.warnings == ("llm_context_exceeded", "model_no_answer")


async def test_a_policy_that_cannot_be_followed_is_told() -> None:
    with pytest.raises(PermanentError) as raised:
        await read(READ, at_limit="whatever")
    assert raised.value.code == "llm_policy_invalid"


@pytest.mark.parametrize("code", ["quota_exceeded", "model_no_answer"])
def test_a_document_that_no_model_read_is_held(code: str) -> None:
    config = make_configuration(output_schema=SCHEMA)
    documents = [{"warnings": [code]}]
    reasons = judged({"documents": documents}, (), config, fraud_detected=False).reasons
    assert [reason.code for reason in reasons] == [code]

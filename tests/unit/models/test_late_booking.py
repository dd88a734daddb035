"""What becomes of an answer that is paid for while the books are away."""

from uuid import UUID

from docflow.domain.errors import TransientError
from docflow.domain.llm_calls import LlmCallRecord
from docflow.domain.llm_policy import LlmPolicy
from docflow.domain.model_table import ModelName
from docflow.domain.ports.llm import CompletionRequest, Task
from docflow.features.completions.router import Calling, Router
from docflow.testing.llm import MemoryBooks, ScriptedVendor, SteppedClock, completion

MODEL = ModelName("anthropic", "claude-haiku-5-5")


class AwayBooks(MemoryBooks):
    """Takes no booking for the first `away` times."""

    def __init__(self, away: int) -> None:
        super().__init__()
        self.away = away

    async def settle(self, call: LlmCallRecord) -> None:
        if self.away:
            self.away -= 1
            raise TransientError("the database is away", code="database_unavailable")
        await super().settle(call)


def question() -> CompletionRequest:
    return CompletionRequest(
        client_id=UUID(int=1),
        process_id=UUID(int=2),
        task=Task.EXTRACT,
        model="",
        system="s",
        instructions="i",
        wire_schema={},
    )


async def test_an_answer_that_cannot_be_booked_yet_is_given_and_booked_later() -> None:
    vendor, books = ScriptedVendor("anthropic", completion()), AwayBooks(1)
    router = Router({"anthropic": vendor}, books, clock=SteppedClock())
    answer = await router.complete(question(), Calling(LlmPolicy((MODEL,))))
    assert answer.data == {"answer": 1}
    await router.aclose()
    assert (len(vendor.asked), [call.outcome for call in books.calls]) == (1, ["complete"])


async def test_books_that_stay_away_keep_no_program_from_ending() -> None:
    vendor, books = ScriptedVendor("anthropic", completion()), AwayBooks(10**9)
    router = Router({"anthropic": vendor}, books, clock=SteppedClock())
    await router.complete(question(), Calling(LlmPolicy((MODEL,))))
    await router.aclose()
    assert books.calls == []

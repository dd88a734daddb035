"""Reads the fields of a document with a model: asks in windows, puts the answers together."""

from docflow.domain.concurrently import concurrently
from docflow.domain.errors import PermanentError
from docflow.domain.ports.llm import (
    Completes,
    Completion,
    CompletionRequest,
    Extraction,
    ExtractRequest,
    Outcome,
)
from docflow.domain.questions import extraction_of, narrowed, questions_of
from docflow.domain.wire_schema import wire_of

WINDOWS_AT_ONCE = 3

Answered = list[tuple[CompletionRequest, Completion]]


class ModelReader:
    """A `Provider` over whatever completes questions.

    Raises PermanentError `llm_refused`, `llm_invalid` or `llm_truncated` where a window got no usable answer: the
    document's fields are had whole or not at all.
    """

    def __init__(self, completes: Completes, *, name: str = "model") -> None:
        self.name = name
        self._completes = completes

    async def extract(self, request: ExtractRequest) -> Extraction:
        questions = questions_of(request)
        if not questions:
            return Extraction({}, provider=self.name, model=request.model)
        asked = await concurrently(self._ask, questions, at_once=WINDOWS_AT_ONCE)
        return extraction_of(wire_of(request.output_schema), [pair for pairs in asked for pair in pairs])

    async def aclose(self) -> None:
        return None

    async def _ask(self, question: CompletionRequest) -> Answered:
        """A window whose answer is longer than allowed is asked for again in halves."""
        completion = await self._completes.complete(question)
        if completion.outcome is Outcome.COMPLETE:
            return [(question, completion)]
        if completion.outcome is Outcome.TRUNCATED and len(question.parts) > 1:
            middle = len(question.parts) // 2
            first = await self._ask(narrowed(question, question.parts[:middle]))
            return first + await self._ask(narrowed(question, question.parts[middle:]))
        raise PermanentError(
            "the model gave no answer that can be used", code=f"llm_{completion.outcome.value}"
        )

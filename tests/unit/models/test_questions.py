from dataclasses import replace
from uuid import UUID

import pytest
from docflow.domain.errors import PermanentError
from docflow.domain.ports.llm import Completion, CompletionRequest, Extraction, ExtractRequest, Outcome, Usage
from docflow.domain.questions import questions_of, seen_text
from docflow.domain.reading import Page, TextSource, Word
from docflow.features.reading.by_model import ModelReader

SCHEMA = {
    "properties": {
        "invoice_number": {"type": "string"},
        "lines": {"type": "array", "items": {"properties": {"amount": {"type": "string"}}}},
    }
}


def _page(number: int, *lines: str) -> Page:
    words = tuple(Word(line, (0.1, 0.1 + n / 50, 0.5, 0.11 + n / 50)) for n, line in enumerate(lines))
    return Page(number, 600, 800, words, TextSource.TEXT_LAYER)


def _request(pages: int, prompt: str = "") -> ExtractRequest:
    return ExtractRequest(
        client_id=UUID(int=1),
        process_id=UUID(int=2),
        document_id=UUID(int=3),
        process_type_id="simple_invoice",
        output_schema=SCHEMA,
        pages=tuple(_page(n, f"Invoice no: A{n}", "Total 1.00") for n in range(1, pages + 1)),
        prompt=prompt,
        model="m",
    )


def _leaf(text: str, page: int) -> dict[str, object]:
    return {"text": text, "quote": text, "page": page}


class Answering:
    """Reads one number and one row off each page; more than `at_most` pages are too much for it."""

    def __init__(self, at_most: int = 20, outcome: Outcome = Outcome.TRUNCATED) -> None:
        self.asked: list[CompletionRequest] = []
        self._at_most = at_most
        self._otherwise = outcome

    async def complete(self, request: CompletionRequest) -> Completion:
        self.asked.append(request)
        if len(request.parts) > self._at_most:
            return Completion(self._otherwise, None, "fake", "m")
        data = {
            "invoice_number": _leaf("A1", request.parts[0].number),
            "lines": [{"amount": _leaf(f"{part.number}.00", part.number)} for part in request.parts],
        }
        return Completion(Outcome.COMPLETE, data, "fake", "m", usage=Usage(10, 5, 3))


async def _read(completes: Answering, pages: int) -> Extraction:
    return await ModelReader(completes).extract(_request(pages))


def test_up_to_twenty_pages_are_one_question() -> None:
    assert [len(question.parts) for question in questions_of(_request(20))] == [20]


def test_more_pages_are_asked_for_in_tens() -> None:
    assert [len(question.parts) for question in questions_of(_request(25))] == [10, 10, 5]


async def test_windows_come_back_as_one_document_in_the_order_of_its_pages() -> None:
    read = await _read(Answering(), 25)
    assert [row["amount"].text for row in read.tables["lines"]] == [f"{n}.00" for n in range(1, 26)]
    assert [candidate.text for candidate in read.fields["invoice_number"]] == ["A1"]
    assert read.usage == Usage(30, 15, 9)


async def test_a_cut_answer_is_asked_for_again_in_halves() -> None:
    completes = Answering(at_most=3)
    read = await _read(completes, 8)
    assert [len(asked.parts) for asked in completes.asked] == [8, 4, 2, 2, 4, 2, 2]
    assert len(read.tables["lines"]) == 8
    assert [asked.instructions.partition(" of ")[0] for asked in completes.asked[1:3]] == [
        "These are pages 1 to 4",
        "These are pages 1 to 2",
    ]


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.INVALID])
async def test_a_document_is_had_whole_or_not_at_all(outcome: Outcome) -> None:
    with pytest.raises(PermanentError) as raised:
        await _read(Answering(at_most=6, outcome=outcome), 25)
    assert raised.value.code == f"llm_{outcome.value}"


def test_the_text_of_the_document_stands_in_no_prefix() -> None:
    template = "Read {{document_text}} for {{process_type_id}}."
    question = questions_of(_request(1, template))[0]
    assert "A1" not in question.system + question.instructions
    assert question.system.endswith("Read the document between the marks for simple_invoice.")


def test_the_prefix_is_the_same_for_every_document_of_a_type() -> None:
    one, other = questions_of(_request(1))[0], questions_of(replace(_request(3), process_id=UUID(int=9)))[0]
    assert (one.system, one.wire_schema) == (other.system, other.wire_schema)


def test_what_a_person_cannot_see_is_not_sent() -> None:
    hidden = "DE\u200b89\u202e 3704\U000e0041"
    assert seen_text(_page(1, hidden)) == "DE89 3704"


async def test_an_empty_text_is_a_value_that_is_absent() -> None:
    class Silent(Answering):
        async def complete(self, request: CompletionRequest) -> Completion:
            data = {"invoice_number": _leaf(" ", 0), "lines": [{"amount": _leaf("", 0)}]}
            return Completion(Outcome.COMPLETE, data, "fake", "m")

    read = await _read(Silent(), 1)
    assert (dict(read.fields), dict(read.tables)) == ({}, {})


async def test_a_value_that_repeats_the_prompt_over_the_end_of_a_line_is_none() -> None:
    class Repeating(Answering):
        async def complete(self, request: CompletionRequest) -> Completion:
            first, second = (line.split() for line in request.system.splitlines()[:2])
            told = " ".join([*first[-2:], *second[:2]])
            return Completion(Outcome.COMPLETE, {"invoice_number": _leaf(told, 1), "lines": []}, "fake", "m")

    assert dict((await _read(Repeating(), 1)).fields) == {}


async def test_a_page_that_was_not_sent_is_no_place() -> None:
    class Elsewhere(Answering):
        async def complete(self, request: CompletionRequest) -> Completion:
            return Completion(Outcome.COMPLETE, {"invoice_number": _leaf("A1", 77), "lines": []}, "fake", "m")

    read = await _read(Elsewhere(), 1)
    assert read.fields["invoice_number"][0].page is None

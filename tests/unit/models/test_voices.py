"""What a model says beside the reading: on the type, on doubts, in summary, and a second time. It changes no value."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from docflow.domain.confidence import Evidence, Weighed, field_confidence
from docflow.domain.evidence import Values
from docflow.domain.model_wishes import SecondReading
from docflow.domain.output_schema import shape_of
from docflow.domain.ports.llm import Candidate, Extraction
from docflow.domain.reading import FieldSource, Page, ReadField, TextSource, Word
from docflow.domain.results import build_result, fingerprint
from docflow.domain.stages import Severity
from docflow.features.classification.by_model import Voice, voice_of, with_voice
from docflow.features.classification.scoring import SURE, Guess
from docflow.features.reading.doubts import Doubt, doubts_of, findings_of, pages_to_show
from docflow.features.reading.inventory import agreement_of, pays
from docflow.features.reading.summary import grounded_summary

PAGE = Page(1, 600, 800, (Word("Invoice", (0.1, 0.1, 0.3, 0.12)),), TextSource.TEXT_LAYER)
OPEN = (Guess("invoice", 0.30), Guess("receipt", 0.28), Guess("letter", 0.02))


def test_a_voice_with_words_of_the_page_settles_an_open_type() -> None:
    voice = voice_of({"process_type": "receipt", "quote": "invoice", "page": 1}, [PAGE])
    heard = with_voice(OPEN, voice)
    assert voice.shown
    assert heard[0].process_type_id == "receipt"
    assert heard[0].confidence >= SURE
    assert sum(guess.confidence for guess in heard) < 1


@pytest.mark.parametrize("voice", [Voice("receipt", shown=False), Voice("", shown=True)])
def test_a_voice_without_words_or_without_a_type_does_not(voice: Voice) -> None:
    assert with_voice(OPEN, voice)[0].confidence < SURE


def test_against_what_the_words_make_likely_one_voice_is_not_enough() -> None:
    heard = with_voice((Guess("invoice", 0.75), Guess("receipt", 0.10)), Voice("receipt", shown=True))
    assert heard[0].confidence < SURE


def test_a_type_that_is_not_there_is_not_invented() -> None:
    assert with_voice(OPEN, Voice("contract", shown=True)) == OPEN


def test_a_doubt_counts_in_full_only_with_words_of_the_page() -> None:
    doubts = doubts_of(
        {
            "doubts": [
                {"field": "total", "problem": "wrong", "quote": "INVOICE", "page": 7},
                {"field": "date", "problem": "wrong", "quote": "nowhere", "page": 1},
                {"field": "date", "problem": "wrong", "quote": "", "page": 1},
            ]
        },
        [PAGE],
    )
    assert [(one.page, one.shown) for one in doubts] == [(1, True), (None, False), (None, False)]
    assert [(one.field, one.severity) for one in findings_of(doubts, Severity.ERROR)] == [
        ("total", Severity.ERROR),
        ("date", Severity.WARNING),
    ]


def test_what_a_model_wrote_is_not_in_the_message_that_leaves() -> None:
    (finding,) = findings_of([Doubt("total", "it is 911.00", "Total 911.00", 1, True)], Severity.ERROR)
    assert "911" not in finding.message


def test_pages_with_values_are_shown_before_others() -> None:
    assert pages_to_show(3, {2}) == [1, 2, 3]
    assert pages_to_show(100, {90, 50}) == [*range(1, 19), 50, 90]
    assert pages_to_show(2, {9, 0}) == [1, 2]


VALUES = Values(
    {"invoice_number": "A-17", "issue_date": "2026-11-20", "grand_total": "1190.00", "rate": "12.5"},
    {"line_items": [{"amount": "7.45"}, {"amount": "8"}]},
)


@pytest.mark.parametrize(
    "text",
    [
        "Invoice A-17 of 20 November 2026 over 1,190.00 EUR.",
        "Rechnung A-17 vom 20.11.2026 über 1.190,00 EUR",
        "1190 EUR, at 12.50 %, 2 lines of 7.45 and 8.00",
        "An invoice.",
    ],
)
def test_a_summary_of_the_values_stands(text: str) -> None:
    assert grounded_summary(f"  {text}\n", VALUES) == text


@pytest.mark.parametrize(
    "text", ["", "It is 1191.00.", "11.90 EUR", "A-71", "on 21 November 2026", "3 lines"]
)
def test_a_summary_with_another_figure_does_not(text: str) -> None:
    assert grounded_summary(text, VALUES) is None


def test_a_summary_goes_with_the_values_it_was_made_of() -> None:
    def shown(total: str) -> Any:
        return build_result(
            extraction_result={"fields": {"total": {"value": total}}},
            validation_result={"summary": {"text": "Over 7.00.", "of": fingerprint({"total": "7.00"})}},
            classification_result=None,
            output_schema={"type": "object", "properties": {"total": {"type": "string"}}},
        )["summary"]

    assert (shown("7.00"), shown("8.00")) == ("Over 7.00.", None)


SHAPE = shape_of(
    {
        "type": "object",
        "properties": {
            "number": {"type": "string", "x-kind": "id", "x-labels": ["Invoice No"]},
            "total": {"type": "string", "x-kind": "money"},
            "seller": {"type": "string", "x-kind": "party"},
        },
        "required": ["number"],
    }
)


def read(value: str | None, confidence: float = 0.9) -> ReadField:
    return ReadField(value, confidence, FieldSource.LLM, text=value or "", page=1)


FIELDS = {"number": read("A-17"), "total": read("119.00"), "seller": read("Blue Ltd")}
FIRST = Extraction({"total": [Candidate("119.00", 1, "Amount to pay: 119.00")]})


def agreement(*listed: tuple[str, str]) -> dict[str, float]:
    values = [{"label": label, "text": text, "quote": "", "page": 1} for label, text in listed]
    return agreement_of(FIRST, FIELDS, SHAPE, [{"values": values}])


def test_equal_values_under_one_label_agree() -> None:
    found = agreement(("Invoice No.", "A-17"), ("amount to pay", "119,00"), ("Seller", "BLUE LTD"))
    assert found == {"number": 1.0, "total": 1.0, "seller": 1.0}


def test_another_value_under_the_label_differs_and_a_label_that_is_not_listed_says_nothing() -> None:
    assert agreement(("Invoice No", "A-71"), ("Customer", "A-17"), ("Net", "119.00")) == {"number": 0.0}


def test_one_of_two_values_under_a_label_is_enough() -> None:
    assert agreement(("Total", "100.00"), ("Total", "119.00")) == {"total": 1.0}


def weighed(value: str, **evidence: Any) -> ReadField:
    found = Evidence(grounding=1.0, **evidence)
    return replace(read(value, field_confidence(found)), weighed=Weighed(found, "id"))


def is_worth(fields: dict[str, ReadField], threshold: float = 0.8, **wish: Any) -> bool:
    return pays(SecondReading(**wish), SHAPE, fields, UUID(int=1), threshold=threshold)


def test_a_required_field_that_agreement_makes_sure_enough_is_worth_a_second_reading() -> None:
    fields = {"number": weighed("A-17", label=0.5), "total": weighed("1.00", check=-1)}
    assert 0.40 < fields["number"].confidence < 0.8
    assert is_worth(fields)
    assert not is_worth(fields, doubtful=False)


def test_a_rival_can_be_settled_by_a_second_reading() -> None:
    assert is_worth({"number": weighed("A-17", weakest_word=1.0, label=1.0, rivals=1)})


@pytest.mark.parametrize("failed", [{"check": -1}, {"fit": 0.5}, {"injected": True}, {"on_trial": True}])
def test_a_field_under_a_cap_that_agreement_does_not_lift_is_worth_none(failed: dict[str, Any]) -> None:
    assert not is_worth({"number": weighed("A-17", **failed)})


def test_a_field_that_is_sure_enough_is_worth_none_until_more_is_asked_of_it() -> None:
    fields = {"number": weighed("A-17", weakest_word=1.0, label=1.0)}
    assert 0.8 < fields["number"].confidence < 0.95
    assert not is_worth(fields)
    assert is_worth(fields, threshold=0.95)


@pytest.mark.parametrize("absent", [{}, {"number": read(None, 0.4)}])
def test_a_document_without_a_required_field_is_worth_none(absent: dict[str, ReadField]) -> None:
    assert not is_worth(absent)


def test_one_field_that_stays_doubtful_makes_the_others_worth_none() -> None:
    both = shape_of(
        {
            "type": "object",
            "properties": {"number": {"type": "string"}, "date": {"type": "string"}},
            "required": ["number", "date"],
        }
    )
    fields = {"number": weighed("A-17"), "date": weighed("today", fit=0.5)}
    assert not pays(SecondReading(), both, fields, UUID(int=1), threshold=0.8)


def test_the_draw_takes_its_share_and_the_same_ones_each_time() -> None:
    wish = SecondReading(doubtful=False, share=0.03)
    drawn = [pays(wish, SHAPE, {}, UUID(int=n), threshold=0.8) for n in range(10_000)]
    assert drawn == [pays(wish, SHAPE, {}, UUID(int=n), threshold=0.8) for n in range(10_000)]
    assert 240 <= sum(drawn) <= 360

"""What identifies a person is found by its form and digits, and goes for a placeholder."""

from uuid import UUID

import pytest
from docflow.domain.llm_policy import LlmPolicy, Personal, policy_of, policy_problems
from docflow.domain.ports.llm import (
    Candidate,
    CompletionRequest,
    Example,
    Extraction,
    PageImage,
    Part,
    Task,
)
from docflow.domain.reading import Page, TextSource, Word
from docflow.features.redaction.personal import personal_in
from docflow.features.redaction.redaction import Redaction, asked_for, redacted_question

from tests.unit.reading.made_pages import page

ALL = frozenset(Personal)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("IBAN: DE89 3704 0044 0532 0130 00 BIC COBADEFF", Personal.IBAN, "DE89 3704 0044 0532 0130 00"),
        ("to gb29nwbk60161331926819.", Personal.IBAN, "gb29nwbk60161331926819"),
        ("Card 4111 1111 1111 1111 exp 12/27", Personal.CARD, "4111 1111 1111 1111"),
        ("AMEX 378282246310005", Personal.CARD, "378282246310005"),
        ("mail ann.o'x@b.example or", Personal.EMAIL, "x@b.example"),
        ("SSN 536-90-4399", Personal.NATIONAL_ID, "536-90-4399"),
        ("Steuer-ID: 36 574 261 809", Personal.NATIONAL_ID, "36 574 261 809"),
        ("DNI 54362315K", Personal.NATIONAL_ID, "54362315K"),
        ("CF RCCMNL83S18D969H", Personal.NATIONAL_ID, "RCCMNL83S18D969H"),
        ("AHV 756.9217.0769.85", Personal.NATIONAL_ID, "756.9217.0769.85"),
        ("Tel.: 030 / 901820", Personal.PHONE, "030 / 901820"),
        ("call +44 20 7946 0958 now", Personal.PHONE, "+44 20 7946 0958"),
    ],
)
def test_a_personal_value_is_found(text: str, kind: Personal, value: str) -> None:
    (found,) = personal_in(text)
    assert (found.kind, text[found.start : found.end]) == (kind, value)


@pytest.mark.parametrize(
    "text",
    [
        "Invoice 36574261809 of 2026-11-20",
        "DE89 3704 0044 0532 0130 01",
        "4111 1111 1111 1112",
        "Total 1,234,567.89 EUR   Order 100200300400500",
        "EAN 4006381333931",
        "Position 10 Article 12345678 Qty 2",
        "VAT DE136695976",
        "Steuer-ID: 36 574 261 800",
        "2026-11-20 12:30:00",
        "000-00-0000",
    ],
)
def test_numbers_of_trade_are_none(text: str) -> None:
    assert personal_in(text) == []


def test_the_same_value_keeps_its_placeholder_however_it_is_written() -> None:
    redaction = Redaction(ALL)
    assert redaction.text("a@b.example DE89370400440532013000 c@d.example") == "[EMAIL-1] [IBAN-1] [EMAIL-2]"
    assert redaction.text("IBAN DE89 3704 0044 0532 0130 00, A@B.example") == "IBAN [IBAN-1], [EMAIL-1]"


def test_words_go_and_their_places_are_told() -> None:
    clean, black = Redaction(ALL).page(page("Total 119.00\n\nIBAN DE89 3704 0044 0532 0130 00 now\n\nEnd"))
    assert [word.text for word in clean.words] == ["Total", "119.00", "IBAN", "[IBAN-1]", "now", "End"]
    assert len(black) == 1


def test_of_a_recognised_line_a_part_is_blacked_out() -> None:
    line = Word("Mail ann@example.test today", (0.1, 0.1, 0.37, 0.12), 0.9)
    clean, black = Redaction(ALL).page(Page(1, 600, 800, (line,), TextSource.OCR))
    assert clean.words[0].text == "Mail [EMAIL-1] today"
    left, top, right, bottom = black[0]
    assert 0.13 < left < 0.15 < 0.31 < right < 0.33
    assert (top, bottom) == pytest.approx((0.097, 0.123))


def test_other_kinds_stay() -> None:
    assert (
        Redaction({Personal.EMAIL}).text("DE89370400440532013000 a@b.example")
        == "DE89370400440532013000 [EMAIL-1]"
    )


def test_an_answer_gets_its_values_back() -> None:
    redaction = Redaction(ALL)
    redaction.text("ann@example.test")
    answered = Extraction(
        {"note": [Candidate("write to [EMAIL-1]", 1, "[EMAIL-1]")]},
        {"rows": [{"who": Candidate("[EMAIL-1]")}]},
    )
    back = redaction.restored(answered)
    assert back.fields["note"][0].text == "write to ann@example.test"
    assert back.tables["rows"][0]["who"].text == "ann@example.test"


def test_what_a_schema_asks_for_stays_readable() -> None:
    schema = {
        "properties": {
            "seller": {
                "type": "object",
                "properties": {"iban": {"type": "string"}, "tax_total": {"type": "string"}},
            },
            "employees": {"type": "array", "items": {"properties": {"ssn": {"type": "string"}}}},
        }
    }
    assert asked_for(schema) == {Personal.IBAN, Personal.NATIONAL_ID}
    assert asked_for({"properties": {"tax_total": {"type": "string"}}}) == frozenset()


def test_a_question_leaves_without_values_and_without_pictures_that_nobody_saw_to() -> None:
    seen = PageImage(1, b"x", "image/jpeg", 10, 10, redacted=True)
    parts = (
        Part(1, "a@b.example", seen),
        Part(2, "+44 20 7946 0958", PageImage(2, b"y", "image/jpeg", 10, 10)),
    )
    asked = CompletionRequest(
        UUID(int=1),
        UUID(int=2),
        Task.CLASSIFY,
        "",
        "",
        "",
        {},
        parts,
        (Example("to c@d.example", {"note": {"quote": "to C@d.example", "page": 1}}),),
    )
    sent = redacted_question(asked, ALL)
    assert [part.text for part in sent.parts] == ["[EMAIL-1]", "[PHONE-1]"]
    assert [part.image for part in sent.parts] == [seen, None]
    assert sent.examples[0].text == "to [EMAIL-2]"
    assert sent.examples[0].answer == {"note": {"quote": "to [EMAIL-2]", "page": 1}}


def test_a_policy_names_kinds_or_all() -> None:
    assert policy_of({"redact_before_send": True}, LlmPolicy()).redact == ALL
    assert policy_of({"redact_before_send": ["email"]}, LlmPolicy()).redact == {Personal.EMAIL}
    assert policy_of({}, LlmPolicy()).redact == frozenset()
    assert [problem.pointer for problem in policy_problems({"redact_before_send": ["name"]})] == [
        "/llm_policy/redact_before_send"
    ]
    assert list(policy_problems({"redact_before_send": False})) == []

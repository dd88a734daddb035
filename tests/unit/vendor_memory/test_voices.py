"""A vendor's earlier documents are another voice: they point, they never dictate."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

import pytest
from docflow.adapters.llm.offline.reader import read_fields
from docflow.domain.confidence import CAP_ON_TRIAL
from docflow.domain.ports.llm import Candidate, Extraction
from docflow.domain.reading import FieldSource, Page, ReadField
from docflow.domain.values.kinds import FieldKind
from docflow.features.reading.assembly import fields_of_extraction
from docflow.features.vendor_memory.knowledge import Knowledge, Memory, Recalled, Say, Template
from docflow.features.vendor_memory.lessons import Approved, Lesson, lesson_of, vendor_name
from docflow.features.vendor_memory.places import Place, Sheet, place_of, standings_of
from docflow.features.vendor_memory.voices import with_voices

from tests.unit.reading.made_pages import page
from tests.unit.vendor_memory.papers import SCHEMA, Paper, nordwind

SELLER = "Nordwind Werkzeuge GmbH"
KEY = "name:nordwindwerkzeugegmbh"


def pages_of(paper: Paper) -> tuple[Page, ...]:
    return (page(paper.text),)


def read_alone(pages: tuple[Page, ...]) -> dict[str, ReadField]:
    return dict(fields_of_extraction(read_fields(pages, SCHEMA), pages, SCHEMA).fields)


def approved(paper: Paper, recalled: Recalled | None = None) -> Lesson:
    pages = pages_of(paper)
    read = read_alone(pages)
    fields = {name: one.as_json() for name, one in read.items()}
    corrections = {name: value for name, value in paper.truth.items() if read[name].value != value}
    return lesson_of(Approved(pages, SCHEMA, fields, corrections), recalled or Recalled())


def memory(lesson: Lesson) -> Memory:
    return Memory(uuid4(), lesson.vendor_key, lesson.vendor_name, 0.8, lesson.knowledge)


def templates(lesson: Lesson, *, hits: int = 0, misses: int = 0) -> tuple[Template, ...]:
    return tuple(
        Template(uuid4(), lesson.vendor_key, name, place, hits, misses)
        for name, place in lesson.templates.items()
    )


def heard(paper: Paper, recalled: Recalled, extraction: Extraction | None = None) -> dict[str, ReadField]:
    pages = pages_of(paper)
    voiced = with_voices(extraction or read_fields(pages, SCHEMA), pages, SCHEMA, recalled)
    return dict(fields_of_extraction(voiced, pages, SCHEMA).fields)


def total_at(paper: Paper, amount: str) -> Place:
    """Where another amount of the paper stands."""
    sheet = Sheet(pages_of(paper))
    found, _ = standings_of(sheet, FieldKind.MONEY, amount)
    return place_of(sheet, FieldKind.MONEY, found[0])


def recalled(place: Place, *, hits: int = 0, misses: int = 0, known: Sequence[Memory] = ()) -> Recalled:
    own = known or (Memory(uuid4(), KEY, SELLER, 0.8, Knowledge()),)
    return Recalled(tuple(own), (Template(uuid4(), KEY, "grand_total", place, hits, misses),))


def test_a_lesson_keeps_names_and_places_and_no_value_of_any_other_kind() -> None:
    lesson = approved(nordwind(1))
    kept = str(lesson.knowledge.as_json())
    assert lesson.vendor_key == KEY
    assert lesson.knowledge.names == {"seller_name": SELLER}
    assert set(lesson.templates) == {"invoice_number", "grand_total"}
    for value in (nordwind(1).invoice_number, nordwind(1).grand_total, nordwind(1).issue_date, "100,71"):
        assert value not in kept


def test_a_vendor_is_whom_the_schema_calls_the_sender() -> None:
    schema = {
        "properties": {
            "seller_name": {"type": "string", "x-kind": "party"},
            "carrier": {"type": "string", "x-kind": "party", "x-role": "sender"},
        }
    }
    fields = {"seller_name": {"value": "Nordwind"}, "carrier": {"value": "Hansa Fracht"}}
    assert vendor_name(Approved((), schema, fields, {})) == "Hansa Fracht"


def test_what_is_read_is_the_pages_own_value() -> None:
    lesson = approved(nordwind(1))
    read = heard(nordwind(2), Recalled((memory(lesson),), templates(lesson)))
    assert {name: one.value for name, one in read.items()} == nordwind(2).truth
    assert read["grand_total"].source is FieldSource.TEMPLATE


def test_another_vendors_page_hears_no_voice() -> None:
    lesson = approved(nordwind(1))
    other = replace(nordwind(2), text=nordwind(2).text.replace(SELLER, "Suedlicht Farben KG"))
    assert heard(other, Recalled((memory(lesson),), templates(lesson))) == read_alone(pages_of(other))


@pytest.mark.parametrize("amount", ["84.63", "16.08", "251.00"])
def test_a_wrong_template_makes_no_wrong_value_confident(amount: str) -> None:
    paper = nordwind(1)
    read = heard(paper, recalled(total_at(paper, amount)))["grand_total"]
    assert str(read.value) == amount
    assert read.confidence <= CAP_ON_TRIAL


def test_two_voices_that_differ_leave_the_value_in_doubt() -> None:
    paper = nordwind(1)
    right = Extraction({"grand_total": [Candidate(paper.grand_total.replace(".", ","), 1, "", True)]})
    assert heard(paper, Recalled(), right)["grand_total"].confidence >= 0.9
    read = heard(paper, recalled(total_at(paper, "251.00")), right)["grand_total"]
    assert read.confidence <= 0.5


def test_a_proven_template_that_the_labels_contradict_is_not_accepted_unseen() -> None:
    paper = nordwind(1)
    right = Extraction({"grand_total": [Candidate(paper.grand_total.replace(".", ","), 1, "", True)]})
    read = heard(paper, recalled(total_at(paper, "251.00"), hits=9), right)["grand_total"]
    assert read.confidence < 0.8


def test_no_template_replaces_what_a_model_read() -> None:
    paper = nordwind(1)
    said = Extraction(
        {"grand_total": [Candidate(paper.grand_total.replace(".", ","), 1, "", None)]}, provider="anthropic"
    )
    read = heard(paper, recalled(total_at(paper, "251.00"), hits=9), said)["grand_total"]
    assert (read.value, read.confidence <= 0.5) == (paper.grand_total, True)


@pytest.mark.parametrize(
    ("hits", "misses", "say"),
    [
        (0, 0, Say.TRIAL),
        (2, 0, Say.TRIAL),
        (3, 0, Say.PROVEN),
        (3, 1, Say.TRIAL),
        (4, 1, Say.PROVEN),
        (0, 1, Say.TRIAL),
        (0, 2, Say.NONE),
        (1, 2, Say.NONE),
        (3, 2, Say.TRIAL),
    ],
)
def test_a_template_is_believed_by_what_it_showed(hits: int, misses: int, say: Say) -> None:
    place = total_at(nordwind(1), "251.00")
    assert Template(uuid4(), KEY, "grand_total", place, hits, misses).say is say


def test_later_approvals_judge_a_template() -> None:
    lesson = approved(nordwind(1))
    known = Recalled((memory(lesson),), templates(lesson))
    assert set(approved(nordwind(2), known).verdicts.values()) == {True}
    assert approved(nordwind(2), known).templates == {}, "what showed the right value is not learnt anew"
    false = approved(replace(nordwind(3), grand_total="1.23"), known)
    by_field = {one.field: false.verdicts[one.template_id] for one in known.templates}
    assert by_field == {"invoice_number": True, "grand_total": False}


def test_a_vendor_known_by_its_looks_alone_proves_nothing() -> None:
    paper = nordwind(2)
    nameless = [Memory(uuid4(), KEY, None, 0.9, Knowledge())]
    place = total_at(nordwind(1), nordwind(1).grand_total)
    read = heard(paper, recalled(place, hits=9, known=nameless))["grand_total"]
    assert (read.value, read.confidence <= CAP_ON_TRIAL) == (paper.grand_total, True)


def test_a_remembered_address_with_another_number_is_not_taken_over() -> None:
    schema = {
        "type": "object",
        "properties": {"seller_name": {"type": "string"}, "seller_address": {"type": "string"}},
    }
    text = "Nordwind Werkzeuge GmbH\nHafenstrasse 18, 20457 Hamburg\n"
    known = Knowledge(names={"seller_address": "Hafenstrasse 12, 20457 Hamburg"})
    pages = (page(text),)
    voiced = with_voices(
        read_fields(pages, schema), pages, schema, Recalled((Memory(uuid4(), KEY, SELLER, 0.9, known),))
    )
    assert all("12" not in one.text for one in voiced.fields.get("seller_address", ()))


def test_a_misread_name_is_written_as_it_was_approved_and_believed_after_three_approvals() -> None:
    text = nordwind(2).text.replace(SELLER, "Nordwind Werkzeuqe GmbH")
    paper = replace(nordwind(2), text=text)
    known = Knowledge(names={"seller_name": SELLER})
    once, thrice = (
        heard(paper, Recalled(tuple(Memory(uuid4(), KEY, SELLER, 0.8, known) for _ in range(count))))
        for count in (1, 3)
    )
    assert once["seller_name"].value == thrice["seller_name"].value == SELLER
    assert once["seller_name"].confidence <= CAP_ON_TRIAL < thrice["seller_name"].confidence

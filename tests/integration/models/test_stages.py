"""Each stage that asks models: whether it does, by which prompt, what comes of the answer, and where it is booked."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from docflow.db.database import Database
from docflow.domain.configuration import PromptStage
from docflow.testing.factories import add_configuration, add_prompt, add_type

from tests.integration.engine.submitting import rows, state
from tests.integration.models.rig import HAIKU, SONNET, TERRA, Rig, invoice, open_rig
from tests.llm_loopback.faults import Fault, Kind

OFF = {"second_reading": {"doubtful": False}}


@pytest.fixture
async def rig(database: Database) -> AsyncIterator[Rig]:
    async with open_rig(database) as opened:
        yield opened


def slug() -> str:
    return f"c{uuid4().hex[:8]}"


async def test_a_reading_is_booked_in_calls_process_and_audit_alike(rig: Rig) -> None:
    tenancy = await rig.client(slug(), llm_policy={"validation": "warning", "summarization": "on", **OFF})
    process_id = await rig.read(tenancy, invoice())
    process = await state(rig.database, tenancy, process_id)
    calls = await rig.calls(tenancy, process_id)
    assert process.status == "completed"
    assert process.validation_result["summary"]["text"] == "grand_total: 119.00"
    assert process.validation_result["checked_by"] == HAIKU
    assert [(call.stage, call.model) for call in calls] == [
        ("INTELLIGENT_OCR", "claude-haiku-5-5"),
        ("INTELLIGENT_PROCESS", "claude-haiku-5-5"),
        ("INTELLIGENT_PROCESS", "claude-haiku-5-5"),
    ]
    assert all(call.cost_micros > 0 for call in calls)
    used = [sum(call.tokens_input for call in calls), sum(call.tokens_output for call in calls)]
    assert [process.total_tokens_input, process.total_tokens_output] == used
    audited = await rows(
        rig.database,
        tenancy,
        "SELECT stage, tokens_input, tokens_output FROM stage_runs WHERE process_id = :p ORDER BY created_at",
        p=process_id,
    )
    by_stage = {row.stage: (row.tokens_input, row.tokens_output) for row in audited}
    assert by_stage["INTELLIGENT_OCR"] == (calls[0].tokens_input, calls[0].tokens_output)
    assert by_stage["INTELLIGENT_PROCESS"] == (
        used[0] - calls[0].tokens_input,
        used[1] - calls[0].tokens_output,
    )


async def test_by_default_a_sure_reading_is_one_question(rig: Rig) -> None:
    tenancy = await rig.client(slug(), llm_policy=OFF)
    process_id = await rig.read(tenancy, invoice())
    assert len(await rig.calls(tenancy, process_id)) == 1
    process = await state(rig.database, tenancy, process_id)
    assert "summary" not in process.validation_result
    assert process.validation_result["findings"] == []


async def test_each_stage_is_asked_by_the_prompt_of_the_configuration_and_its_model(rig: Rig) -> None:
    name = slug()
    tenancy = await rig.client(name)
    ids = {
        stage.value: await add_prompt(
            rig.database,
            tenancy.client_id,
            tenancy.process_type_id,
            stage,
            prompt_template=f"Our own words for {stage.value}.",
            model_name="claude-3-5-sonnet",
        )
        for stage in PromptStage
    }
    await add_configuration(
        rig.database,
        tenancy.client_id,
        tenancy.process_type_id,
        version=3,
        prompt_ids={stage: str(prompt_id) for stage, prompt_id in ids.items()},
        llm_policy={"validation": "warning", "summarization": "on", **OFF},
    )
    process_id = await rig.read(tenancy, invoice(), config_version=3)
    calls = await rig.calls(tenancy, process_id)
    assert [call.prompt_id for call in calls] == [
        ids["ocr"],
        ids["validation"],
        ids["summarization"],
    ]
    assert {call.model for call in calls} == {"claude-sonnet-5-5"}
    systems = [seen.body["system"][0]["text"] for seen in rig.loopback.requests]
    assert ["Our own words for ocr." in systems[0], "Our own words for validation." in systems[1]] == [
        True,
        True,
    ]


async def test_a_doubt_that_the_page_bears_out_holds_the_process_and_changes_no_value(rig: Rig) -> None:
    tenancy = await rig.client(slug(), llm_policy={"validation": "error", "order": [TERRA], **OFF})
    process_id = await rig.read(tenancy, invoice(17, "119.00", "grand total: 911.00"))
    process = await state(rig.database, tenancy, process_id)
    assert process.status == "hitl_review"
    (finding,) = process.validation_result["findings"]
    (doubt,) = process.validation_result["doubts"]
    assert (finding["code"], finding["field"], finding["severity"]) == ("model_doubt", "grand_total", "error")
    assert "911" not in finding["message"]
    assert (doubt["quote"], doubt["page"], doubt["shown"]) == ("grand total: 911.00", 1, True)
    assert process.extraction_result["fields"]["grand_total"]["value"] in ("119.00", "119")


async def test_a_check_that_was_wished_for_and_not_made_holds_as_a_doubt_would(rig: Rig) -> None:
    rig.loopback.script.add(Fault(Kind.REFUSAL, model="claude-haiku-5-5", skip=1))
    wish = {"validation": "error", "summarization": "on", "order": [HAIKU], **OFF}
    tenancy = await rig.client(slug(), llm_policy=wish)
    process_id = await rig.read(tenancy, invoice(19))
    process = await state(rig.database, tenancy, process_id)
    assert process.status == "hitl_review"
    (finding,) = process.validation_result["findings"]
    assert (finding["code"], finding["severity"]) == ("model_check_missing", "error")
    assert process.validation_result["summary"]["text"]


async def test_a_summary_that_cannot_be_had_keeps_nothing_waiting(rig: Rig) -> None:
    rig.loopback.script.add(Fault(Kind.OVERLOADED, model="claude-haiku-5-5", skip=1, times=3))
    tenancy = await rig.client(slug(), llm_policy={"summarization": "on", "order": [HAIKU], **OFF})
    process_id = await rig.read(tenancy, invoice(20))
    process = await state(rig.database, tenancy, process_id)
    assert process.status == "completed"
    assert process.validation_result["summary"] == {"text": None, "code": "llm_unavailable"}


async def test_a_doubt_as_a_warning_holds_nothing(rig: Rig) -> None:
    tenancy = await rig.client(slug(), llm_policy={"validation": "warning", "order": [TERRA], **OFF})
    process_id = await rig.read(tenancy, invoice(18, "119.00", "grand total: 911.00"))
    process = await state(rig.database, tenancy, process_id)
    assert (process.status, process.validation_result["ok"]) == ("completed", True)
    assert [one["code"] for one in process.validation_result["findings"]] == ["model_doubt"]


async def test_a_type_that_words_leave_open_is_settled_by_a_model(rig: Rig) -> None:
    left_open = {"process_type_id": None, "config_version": None}
    ended = []
    for wish in ("never", "unsure"):
        name = slug()
        tenancy = await rig.client(name, llm_policy={"classification": wish, **OFF})
        twin = await add_type(
            rig.database, f"{name}.parcel_slip", client_id=tenancy.client_id, display_name="Parcel slip"
        )
        given = {"output_schema": SCHEMA_OF_PARCELS, "llm_policy": {"classification": wish, **OFF}}
        await add_configuration(rig.database, tenancy.client_id, twin, **given)
        process_id = await rig.read(tenancy, PARCELS, **left_open)
        process = await state(rig.database, tenancy, process_id)
        asked = [call for call in await rig.calls(tenancy, process_id) if call.stage == "INTELLIGENT_OCR"]
        ended.append((process.process_type_id == twin, len(asked)))
    assert ended == [(False, 0), (True, 2)]
    assert process.classification_result["source"] == "classified"


PARCELS = b"Blue Ltd\nPacked by slip team, one parcel of two\nParcel: P-1\nFrom: Basel\nTo: Bern"
SCHEMA_OF_PARCELS = {"type": "object", "properties": {"parcel": {"type": "string"}}, "required": ["parcel"]}


async def test_a_doubtful_reading_is_read_again_by_the_other_model_and_gains_by_it(rig: Rig) -> None:
    asked = {"confidence_threshold": 0.95}
    tenancy = await rig.client(slug(), llm_policy={"order": [HAIKU, SONNET]}, **asked)
    process_id = await rig.read(tenancy, invoice(31))
    alone = await rig.client(slug(), llm_policy={"order": [HAIKU, SONNET], **OFF}, **asked)
    other_id = await rig.read(alone, invoice(31))
    twice = (await state(rig.database, tenancy, process_id)).extraction_result["fields"]
    once = (await state(rig.database, alone, other_id)).extraction_result["fields"]
    assert [call.model for call in await rig.calls(tenancy, process_id)] == [
        "claude-haiku-5-5",
        "claude-sonnet-5-5",
    ]
    assert len(await rig.calls(alone, other_id)) == 1
    assert twice["grand_total"]["confidence"] > 0.95 > once["grand_total"]["confidence"]
    assert twice["grand_total"]["value"] == once["grand_total"]["value"]
    ended = [(await state(rig.database, *one)).status for one in ((tenancy, process_id), (alone, other_id))]
    assert ended == ["completed", "hitl_review"]


async def test_a_document_that_nobody_would_look_at_is_read_once(rig: Rig) -> None:
    tenancy = await rig.client(slug(), llm_policy={"order": [HAIKU, SONNET]}, confidence_threshold=0.8)
    process_id = await rig.read(tenancy, invoice(32))
    assert (await state(rig.database, tenancy, process_id)).status == "completed"
    assert [call.model for call in await rig.calls(tenancy, process_id)] == ["claude-haiku-5-5"]


async def test_a_document_that_a_person_looks_at_anyway_is_read_once(rig: Rig) -> None:
    tenancy = await rig.client(slug(), llm_policy={"order": [HAIKU, SONNET]}, confidence_threshold=0.95)
    process_id = await rig.read(tenancy, b"Invoice\nSeller: Blue Ltd\nInvoice No: A-33")
    assert (await state(rig.database, tenancy, process_id)).status == "hitl_review"
    assert len(await rig.calls(tenancy, process_id)) == 1


async def test_two_readings_that_differ_cap_the_confidence(rig: Rig) -> None:
    rig.loopback.script.add(Fault(Kind.SWAPPED_DIGIT, model="claude-haiku-5-5"))
    tenancy = await rig.client(slug(), llm_policy={"order": [HAIKU, SONNET], "second_reading": {"share": 1}})
    process_id = await rig.read(tenancy, invoice(4471, "1234.00", "Order 1243.00 and A-4417"))
    process = await state(rig.database, tenancy, process_id)
    assert process.status == "hitl_review"
    fields = process.extraction_result["fields"]
    assert fields["invoice_number"]["confidence"] <= 0.5 < fields["grand_total"]["confidence"]


@pytest.mark.parametrize(
    ("wish", "questions"),
    [
        ({"doubtful": False, "above": "100.00"}, 2),
        ({"doubtful": False, "above": "200.00"}, 1),
        ({"doubtful": False, "share": 1}, 2),
        ({"doubtful": False, "share": 0}, 1),
    ],
)
async def test_a_high_amount_or_the_draw_asks_for_a_second_reading(
    rig: Rig, wish: dict[str, object], questions: int
) -> None:
    tenancy = await rig.client(slug(), llm_policy={"order": [HAIKU, SONNET], "second_reading": wish})
    process_id = await rig.read(tenancy, invoice())
    assert len(await rig.calls(tenancy, process_id)) == questions


async def test_the_second_document_of_a_configuration_reads_its_prefix_from_the_vendors_cache(
    rig: Rig,
) -> None:
    tenancy = await rig.client(slug(), llm_policy=OFF)
    long = await add_prompt(
        rig.database,
        tenancy.client_id,
        tenancy.process_type_id,
        PromptStage.OCR,
        prompt_template="Invoices of an office. " * 150,
        model_name="default",
    )
    await add_configuration(
        rig.database,
        tenancy.client_id,
        tenancy.process_type_id,
        version=3,
        prompt_ids={"ocr": str(long)},
        llm_policy=OFF,
        output_schema=SCHEMA_LONG,
    )
    read = [await rig.read(tenancy, invoice(number), config_version=3) for number in (41, 42)]
    (first,), (second,) = [await rig.calls(tenancy, process_id) for process_id in read]
    assert (first.tokens_cache_read, second.tokens_cache_read > 500) == (0, True)
    assert second.cost_micros < first.cost_micros


SCHEMA_LONG = {
    "type": "object",
    "properties": {f"field_{n}": {"type": ["string", "null"], "x-labels": [f"Label {n}"]} for n in range(30)},
}

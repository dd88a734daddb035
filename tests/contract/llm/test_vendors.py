"""What every vendor's adapter keeps to, against servers as strict as the vendors."""

from dataclasses import replace
from typing import Any

import orjson
import pytest
from docflow.domain.ports.llm import Outcome, Repair, Trouble, Vendor, VendorBusy, VendorRefusal
from docflow.features.reading.by_model import ModelReader

from tests.contract.llm.asking import extract_request, page, picture, question
from tests.contract.llm.conftest import MODELS, OpenVendor
from tests.llm_loopback.faults import Fault, Kind
from tests.llm_loopback.server import Loopback


@pytest.mark.parametrize("name", list(MODELS))
async def test_each_vendor_reads_a_document(open_vendor: OpenVendor, name: str) -> None:
    vendor = open_vendor(name)
    read = await ModelReader(vendor).extract(extract_request(MODELS[name], images=(picture(),)))
    assert {path: found[0].text for path, found in read.fields.items()} == {
        "seller.name": "Blue Ltd",
        "invoice_number": "A-17",
        "grand_total": "119.00",
        "currency": "EUR",
    }
    assert [(row["description"].text, row["amount"].text) for row in read.tables["line_items"]] == [
        ("Paper", "19.00"),
        ("Chairs", "100.00"),
    ]
    assert read.fields["invoice_number"][0].quote == "Invoice no: A-17"
    assert read.fields["invoice_number"][0].page == 1
    assert (read.provider, read.model) == (name, MODELS[name])


async def test_pages_beyond_one_window_come_back_as_one_document(vendor: Vendor, model: str) -> None:
    pages = tuple(page(number, (f"Invoice no: A-{number}",)) for number in range(1, 24))
    read = await ModelReader(vendor).extract(extract_request(model, *pages))
    assert len(read.tables["line_items"]) == 46
    assert {row["amount"].page for row in read.tables["line_items"]} == set(range(1, 24))


async def test_the_second_question_of_a_type_reads_its_prefix_from_the_cache(
    vendor: Vendor, model: str
) -> None:
    first = await vendor.complete(question(model))
    second = await vendor.complete(question(model, parts=()))
    assert first.usage.tokens_cache_read == 0
    assert second.usage.tokens_cache_read > 500
    assert second.usage.tokens_input < first.usage.tokens_prompt


async def test_estimates_lie_above_what_is_counted(vendor: Vendor, model: str) -> None:
    asked = question(model)
    most, done = vendor.estimate(asked), await vendor.complete(asked)
    assert done.usage.tokens_prompt <= most.tokens_input
    assert done.usage.tokens_output <= most.tokens_output


async def test_an_answer_tells_its_id_and_what_is_left_of_the_limits(vendor: Vendor, model: str) -> None:
    done = await vendor.complete(question(model))
    assert done.request_id
    assert done.request_id.startswith("req_")
    assert done.headroom.requests in (3999, 4999)
    assert done.headroom.tokens_input
    assert done.usage.cost_micros is None


@pytest.mark.parametrize(
    ("fault", "trouble"),
    [
        (Fault(Kind.RATE_LIMITED), Trouble.RATE_LIMITED),
        (Fault(Kind.OVERLOADED), Trouble.OVERLOADED),
        (Fault(Kind.SERVER), Trouble.SERVER),
        (Fault(Kind.UNAVAILABLE), Trouble.SERVER),
        (Fault(Kind.GATEWAY_TIMEOUT), Trouble.TIMEOUT),
        (Fault(Kind.CUT), Trouble.TRANSPORT),
        (Fault(Kind.RESET), Trouble.TRANSPORT),
    ],
    ids=lambda given: given.kind.value if isinstance(given, Fault) else given.value,
)
async def test_what_may_heal_is_told_once_and_not_tried_again(
    vendor: Vendor, model: str, loopback: Loopback, fault: Fault, trouble: Trouble
) -> None:
    loopback.script.add(replace(fault))
    with pytest.raises(VendorBusy) as raised:
        await vendor.complete(question(model))
    assert (raised.value.trouble, raised.value.code) == (trouble, f"llm_{trouble.value}")
    assert raised.value.retry_after_s is None
    assert len(loopback.requests) == 1


@pytest.mark.parametrize(
    ("kind_of_fault", "trouble"),
    [
        (Kind.BILLING, Trouble.BILLING),
        (Kind.TOO_COMPLEX, Trouble.SCHEMA_TOO_COMPLEX),
        (Kind.CONTEXT_EXCEEDED, Trouble.CONTEXT_EXCEEDED),
    ],
)
async def test_what_cannot_heal_is_a_refusal(
    vendor: Vendor, model: str, loopback: Loopback, kind_of_fault: Kind, trouble: Trouble
) -> None:
    loopback.script.add(Fault(kind_of_fault))
    with pytest.raises(VendorRefusal) as raised:
        await vendor.complete(question(model))
    assert raised.value.code == f"llm_{trouble.value}"


@pytest.mark.parametrize("key", ["revoked", "forbidden"])
async def test_a_key_that_is_not_taken_concerns_the_key(
    open_vendor: OpenVendor, kind: str, model: str, key: str
) -> None:
    with pytest.raises(VendorRefusal) as raised:
        await open_vendor(kind, key).complete(question(model))
    assert raised.value.trouble is Trouble.AUTH


async def test_a_model_that_is_not_there_is_named_as_such(vendor: Vendor) -> None:
    with pytest.raises(VendorRefusal) as raised:
        await vendor.complete(question("retired-model"))
    assert raised.value.trouble is Trouble.MODEL_UNKNOWN


@pytest.mark.parametrize(
    ("fault", "wait_s"),
    [
        (Fault(Kind.RATE_LIMITED, retry_after="7"), 7.0),
        (Fault(Kind.RATE_LIMITED, retry_after_ms="1500"), 1.5),
        (Fault(Kind.OVERLOADED, retry_after="3600"), 3600.0),
    ],
    ids=["seconds", "milliseconds", "an hour"],
)
async def test_the_vendor_says_when_to_come_again(
    vendor: Vendor, model: str, loopback: Loopback, fault: Fault, wait_s: float
) -> None:
    loopback.script.add(replace(fault))
    with pytest.raises(VendorBusy) as raised:
        await vendor.complete(question(model))
    assert (raised.value.retry_after_s, raised.value.after_s) == (wait_s, wait_s)


@pytest.mark.parametrize("slowness", [Kind.SLOW, Kind.STALLED])
async def test_a_call_ends_when_its_time_is_up(
    vendor: Vendor, model: str, loopback: Loopback, slowness: Kind
) -> None:
    loopback.script.add(Fault(slowness, seconds=30))
    with pytest.raises(VendorBusy) as raised:
        await vendor.complete(question(model, timeout_s=0.5))
    assert raised.value.trouble is Trouble.TIMEOUT


@pytest.mark.parametrize(
    ("kind_of_fault", "outcome"),
    [
        (Kind.TRUNCATED, Outcome.TRUNCATED),
        (Kind.REFUSAL, Outcome.REFUSED),
        (Kind.BAD_JSON, Outcome.INVALID),
        (Kind.WRONG_SCHEMA, Outcome.INVALID),
    ],
)
async def test_status_200_is_not_success(
    vendor: Vendor, model: str, loopback: Loopback, kind_of_fault: Kind, outcome: Outcome
) -> None:
    loopback.script.add(Fault(kind_of_fault))
    done = await vendor.complete(question(model))
    assert (done.outcome, done.data) == (outcome, None)
    assert done.usage.tokens_prompt > 0


async def test_an_answer_longer_than_allowed_is_truncated(vendor: Vendor, model: str) -> None:
    done = await vendor.complete(question(model, max_output_tokens=20))
    assert done.outcome is Outcome.TRUNCATED


async def test_a_repair_shows_the_model_its_answer_and_the_places_without_values(
    vendor: Vendor, model: str, loopback: Loopback
) -> None:
    loopback.script.add(Fault(Kind.WRONG_SCHEMA))
    broken = await vendor.complete(question(model))
    assert broken.problems
    assert not any("A-17" in problem for problem in broken.problems)
    repaired = await vendor.complete(question(model), Repair(broken.answer, broken.problems))
    assert repaired.outcome is Outcome.COMPLETE
    turns = loopback.requests[-1].body["messages"][-2:]
    assert [turn["role"] for turn in turns] == ["assistant", "user"]
    assert "not_asked_for" in orjson.dumps(turns[0]).decode()


async def test_an_answer_that_hides_its_cost_counts_as_the_most_it_may_have_cost(
    vendor: Vendor, model: str, loopback: Loopback
) -> None:
    loopback.script.add(Fault(Kind.NO_USAGE))
    asked = question(model)
    done = await vendor.complete(asked)
    most = vendor.estimate(asked)
    assert (done.usage.tokens_input, done.usage.tokens_output) == (most.tokens_input, most.tokens_output)


async def test_parts_of_an_answer_that_nobody_knows_yet_do_no_harm(
    vendor: Vendor, model: str, loopback: Loopback
) -> None:
    loopback.script.add(Fault(Kind.EXTRA_BLOCK))
    assert (await vendor.complete(question(model))).outcome is Outcome.COMPLETE


async def test_long_answers_come_as_a_stream(vendor: Vendor, model: str, loopback: Loopback) -> None:
    whole = await vendor.complete(question(model))
    streamed = await vendor.complete(question(model, max_output_tokens=30_000))
    assert loopback.requests[-1].body["stream"] is True
    assert "stream" not in loopback.requests[-2].body
    assert streamed.data == whole.data
    assert streamed.usage.tokens_prompt == whole.usage.tokens_prompt
    assert streamed.usage.tokens_output == whole.usage.tokens_output
    assert streamed.request_id
    assert streamed.headroom.requests


@pytest.mark.parametrize(
    ("kind_of_fault", "trouble"),
    [(Kind.STREAM_ERROR, Trouble.OVERLOADED), (Kind.CUT, Trouble.TRANSPORT), (Kind.STALLED, Trouble.TIMEOUT)],
)
async def test_a_stream_that_fails_midway_gives_no_half_answer(
    vendor: Vendor, model: str, loopback: Loopback, kind_of_fault: Kind, trouble: Trouble
) -> None:
    loopback.script.add(Fault(kind_of_fault, seconds=30))
    with pytest.raises(VendorBusy) as raised:
        await vendor.complete(question(model, max_output_tokens=30_000, timeout_s=1.0))
    assert raised.value.trouble is trouble


async def test_a_stream_can_be_refused_or_cut_by_its_limit(
    vendor: Vendor, model: str, loopback: Loopback
) -> None:
    loopback.script.add(Fault(Kind.REFUSAL), Fault(Kind.TRUNCATED))
    long = question(model, max_output_tokens=30_000)
    assert (await vendor.complete(long)).outcome is Outcome.REFUSED
    assert (await vendor.complete(long)).outcome is Outcome.TRUNCATED


async def test_the_schema_can_go_as_text(vendor: Vendor, model: str, loopback: Loopback) -> None:
    """The loopback answers without a schema in words, so the answer is checked and found wanting."""
    done = await vendor.complete(question(model, structured=False))
    body = loopback.requests[-1].body
    assert "json_schema" not in orjson.dumps(body.get("output_config", body.get("response_format"))).decode()
    assert done.outcome is Outcome.INVALID


@pytest.mark.parametrize("size", [(9000, 20), (20, 2400)])
async def test_a_picture_that_would_be_scaled_is_never_sent(
    vendor: Vendor, model: str, loopback: Loopback, size: tuple[int, int]
) -> None:
    large = replace(question(model).parts[0], image=picture(1, *size))
    with pytest.raises(VendorRefusal) as raised:
        await vendor.complete(question(model, parts=(large,)))
    assert raised.value.trouble is Trouble.TOO_LARGE
    assert not loopback.requests


async def test_the_document_is_fenced_by_a_mark_of_each_call_and_stands_behind_the_prefix(
    vendor: Vendor, model: str, loopback: Loopback
) -> None:
    for _ in range(2):
        await vendor.complete(question(model))
    marks = []
    for seen in loopback.requests:
        content = seen.body["messages"][-1]["content"]
        assert [part["type"] for part in content] in (
            ["image", "text", "text"],
            ["image_url", "text", "text"],
        )
        marks.append(content[1]["text"].splitlines()[0])
        assert "A-17" not in _prefix(seen.body)
    assert marks[0] != marks[1]


def _prefix(body: dict[str, Any]) -> str:
    return orjson.dumps([body.get("system"), body["messages"][:-1]]).decode()


async def test_nothing_that_is_sent_names_the_client_or_the_document(
    vendor: Vendor, model: str, loopback: Loopback
) -> None:
    asked = question(model)
    await vendor.complete(asked)
    sent = orjson.dumps(loopback.requests[-1].body).decode() + str(dict(loopback.requests[-1].headers))
    for id_ in (asked.client_id, asked.process_id, asked.document_id):
        assert str(id_) not in sent
        assert id_ is not None
        assert id_.hex not in sent


async def test_errors_hold_neither_text_nor_key(open_vendor: OpenVendor, kind: str, model: str) -> None:
    with pytest.raises(VendorRefusal) as raised:
        await open_vendor(kind, "revoked").complete(question(model))
    assert "revoked" not in str(raised.value)
    assert "A-17" not in str(raised.value)


async def test_a_server_that_is_not_there_is_a_transport_failure(
    open_vendor: OpenVendor, kind: str, model: str
) -> None:
    with pytest.raises(VendorBusy) as raised:
        await open_vendor(kind, url="http://127.0.0.1:9").complete(question(model))
    assert raised.value.trouble is Trouble.TRANSPORT

"""Documents of more pages than one question takes, as files with pictures, through the engine."""

import base64
from collections.abc import AsyncIterator
from decimal import Decimal
from io import BytesIO
from typing import Any
from uuid import uuid4

import pikepdf
import pytest
from docflow.db.database import Database
from docflow.domain.file_types import PDF
from PIL import Image

from tests.integration.engine.submitting import state
from tests.integration.models.rig import HAIKU, TERRA, Rig, open_rig

SCHEMA = {
    "type": "object",
    "properties": {
        "invoice_number": {"type": "string", "x-labels": ["Invoice No"]},
        "grand_total": {"type": ["string", "null"], "x-kind": "money", "x-labels": ["Total"]},
        "line_items": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "description": {"type": "string", "x-kind": "text"},
                    "amount": {"type": "string", "x-kind": "money"},
                },
            },
        },
    },
    "required": ["invoice_number", "grand_total"],
}
PAGES, ROWS = 23, 30
AMOUNTS = [f"{number * 100 + row}.00" for number in range(1, PAGES + 1) for row in range(ROWS)]
TOTAL = f"{sum(map(Decimal, AMOUNTS))}"


@pytest.fixture
async def rig(database: Database) -> AsyncIterator[Rig]:
    async with open_rig(database, deadline_s=60) as opened:
        yield opened


def long_pdf() -> bytes:
    """The number stands on the first page, the total on the last, rows on each."""
    pdf, out = pikepdf.new(), BytesIO()
    font = pikepdf.Dictionary(
        F=pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
    )
    for number in range(1, PAGES + 1):
        page = pdf.add_blank_page(page_size=(595, 842))
        page.Resources = pikepdf.Dictionary(Font=font)
        page.Contents = pdf.make_stream(_content(number).encode())
    pdf.save(out)
    return out.getvalue()


def _content(number: int) -> str:
    lines = [(40, "Invoice No: A-4711")] if number == 1 else []
    parts = [_text(x, 800, line) for x, line in lines]
    parts += [_text(40, 770, "Description"), _text(400, 770, "Amount")]
    for row in range(ROWS):
        y = 750 - 20 * row
        parts += [_text(40, y, f"Part {number}-{row}"), _text(400, y, f"{number * 100 + row}.00")]
    if number == PAGES:
        parts.append(_text(40, 100, f"Total: {TOTAL}"))
    return "\n".join(parts)


def _text(x: int, y: int, text: str) -> str:
    return f"BT /F 11 Tf {x} {y} Td ({text}) Tj ET"


def pictures(body: dict[str, Any]) -> list[tuple[int, int]]:
    """Sizes of the pictures of a question, by either protocol."""
    sizes = []
    for part in body["messages"][-1]["content"]:
        if part["type"] == "image":
            assert part["transformations"] == {"oversized_image": "error"}
            data = part["source"]["data"]
        elif part["type"] == "image_url":
            data = part["image_url"]["url"].partition("base64,")[2]
        else:
            continue
        with Image.open(BytesIO(base64.b64decode(data))) as image:
            sizes.append(image.size)
    return sizes


@pytest.mark.timeout(120)
@pytest.mark.parametrize("model", [HAIKU, pytest.param(TERRA, marks=pytest.mark.full)])
async def test_twenty_three_pages_are_read_in_three_windows_as_one_document(rig: Rig, model: str) -> None:
    policy = {"order": [model], "second_reading": {"doubtful": False}}
    tenancy = await rig.client(f"l{uuid4().hex[:8]}", output_schema=SCHEMA, llm_policy=policy)
    process_id = await rig.submit(tenancy, long_pdf(), PDF)
    await rig.run(tenancy, [process_id], within_s=90)
    process, calls = (
        await state(rig.database, tenancy, process_id),
        await rig.calls(tenancy, process_id),
    )
    fields, rows = process.extraction_result["fields"], process.extraction_result["tables"]["line_items"]
    assert (fields["invoice_number"]["value"], fields["invoice_number"]["page"]) == ("A-4711", 1)
    assert (fields["grand_total"]["value"], fields["grand_total"]["page"]) == (TOTAL, PAGES)
    assert [row["amount"]["value"] for row in rows] == AMOUNTS
    assert [row["amount"]["page"] for row in rows[::ROWS]] == list(range(1, PAGES + 1))
    sent = [seen.body for seen in rig.loopback.requests]
    assert sorted(len(pictures(body)) for body in sent) == [3, 10, 10]
    # An A4 page whose longer side has 1568 pixels: nothing cut off, so a place on it is a place on the page.
    assert {size for body in sent for size in pictures(body)} == {(1108, 1568)}
    assert len(calls) == 3
    assert process.total_tokens_input == sum(call.tokens_input for call in calls)
    # Long answers come as a stream: the SDK takes no other for so many tokens.
    room = "max_tokens" if model == HAIKU else "max_completion_tokens"
    assert [bool(body.get("stream")) for body in sent] == [body[room] > 21_333 for body in sent]
    assert any(body.get("stream") for body in sent)
    assert (process.status, process.review_reasons) == ("completed", [])

"""The questions of these tests, put together as the platform does it."""

from dataclasses import replace
from io import BytesIO
from uuid import UUID

from docflow.domain.ports.llm import CompletionRequest, Example, ExtractRequest, PageImage
from docflow.domain.questions import questions_of
from docflow.domain.reading import Page, TextSource, Word
from PIL import Image

SCHEMA = {
    "type": "object",
    "properties": {
        "invoice_number": {"type": "string", "x-labels": ["Invoice no"]},
        "grand_total": {"type": ["number", "null"], "minimum": 0, "x-labels": ["Total"]},
        "currency": {"enum": ["EUR", "USD", None]},
        "seller": {"type": "object", "properties": {"name": {"type": "string", "x-labels": ["Seller"]}}},
        "line_items": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"description": {"type": "string"}, "amount": {"type": "number"}},
            },
        },
    },
}
LINES = ("Seller: Blue Ltd", "Invoice no: A-17", "Currency: EUR", "Total: 119.00")
TABLE = (("Description", "Amount"), ("Paper", "19.00"), ("Chairs", "100.00"))


def page(number: int = 1, lines: tuple[str, ...] = LINES) -> Page:
    words = [Word(line, (0.05, n / 40, 0.4, (n + 0.8) / 40)) for n, line in enumerate(lines, start=1)]
    for row, cells in enumerate(TABLE, start=20):
        words += [
            Word(cell, (0.1 + column / 2, row / 40, 0.3 + column / 2, (row + 0.8) / 40))
            for column, cell in enumerate(cells)
        ]
    return Page(number, 600, 800, tuple(words), TextSource.TEXT_LAYER)


def picture(number: int = 1, width: int = 700, height: int = 990) -> PageImage:
    out = BytesIO()
    Image.new("L", (width, height), 240).save(out, "JPEG")
    return PageImage(number, out.getvalue(), "image/jpeg", width, height)


def extract_request(model: str, *pages: Page, images: tuple[PageImage, ...] = ()) -> ExtractRequest:
    return ExtractRequest(
        client_id=UUID(int=1),
        process_id=UUID(int=2),
        document_id=UUID(int=3),
        process_type_id="simple_invoice",
        output_schema=SCHEMA,
        pages=pages or (page(),),
        prompt="Invoices of an office. " * 150 + "Read {{document_text}}.",
        model=model,
        images=images,
        examples=(Example("Invoice no: B-99\nTotal: 7.00", {"invoice_number": {"text": "B-99"}}),),
    )


def question(model: str, **changes: object) -> CompletionRequest:
    asked = questions_of(extract_request(model, images=(picture(),)))[0]
    return replace(asked, **changes)  # type: ignore[arg-type]

"""Pages whose picture says something else than their text, read by the engine as a worker does."""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing

import pytest
from docflow.adapters.ocr.rapidocr import read_lines
from docflow.adapters.workbench.processes import PoolLimits, ProcessWorkbench
from docflow.domain.errors import PermanentError
from docflow.domain.json_types import JsonObject
from docflow.domain.outcomes import Advance

from tests.integration.reading.test_stages import Reading
from tests.unit.fraud.tampered import LINES, covered_by_a_note, drawn, pdf_of, told_otherwise_by_a_font


@pytest.fixture(scope="module")
async def workbench() -> AsyncIterator[ProcessWorkbench]:
    pools = {"parse": PoolLimits(1, 2 * 1024**3), "ocr": PoolLimits(1, 2 * 1024**3)}
    async with aclosing(ProcessWorkbench(pools)) as bench:
        yield bench


def never(images: Sequence[bytes]) -> list[tuple[str, float]]:
    raise PermanentError("it takes too long", code="timeout")


async def flags(
    workbench: ProcessWorkbench, data: bytes, read: object = read_lines, *, look: bool = True
) -> dict[str, JsonObject]:
    reading = Reading(workbench, enable_fraud_detection=look)
    reading.more = {"read_lines": read}
    await reading.send("invoice.pdf", data)
    assert isinstance(await reading.through(), Advance)
    return {flag["code"]: flag for flag in reading.documents[0].fraud_flags}


@pytest.mark.parametrize("forged", [told_otherwise_by_a_font, covered_by_a_note])
async def test_a_total_that_is_drawn_otherwise_than_it_is_stated_is_told(
    workbench: ProcessWorkbench, forged: object
) -> None:
    found = await flags(workbench, forged())  # type: ignore[operator]
    (value,) = found["text_layer_mismatch"]["evidence"]["values"]
    assert (value["field"], value["text"], value["picture"]) == (
        "grand_total",
        "EUR 1,190.00",
        "EUR 9,190.00",
    )
    assert value["page"] == 1
    assert all(0 <= x <= 1 for x in value["box"])


async def test_pages_that_show_what_they_state_are_not_told(workbench: ProcessWorkbench) -> None:
    assert await flags(workbench, pdf_of(drawn(*LINES))) == {}


async def test_where_pictures_are_not_looked_at_the_document_is_read_all_the_same(
    workbench: ProcessWorkbench,
) -> None:
    assert "text_layer_mismatch" not in await flags(workbench, told_otherwise_by_a_font(), never)


async def test_nothing_is_looked_at_where_nobody_wants_to_know(workbench: ProcessWorkbench) -> None:
    assert "text_layer_mismatch" not in await flags(workbench, told_otherwise_by_a_font(), look=False)

"""A scanned receipt as two engines see it; both are stood in for, so that each word is known."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from docflow.adapters.workbench.processes import PoolLimits, ProcessWorkbench
from docflow.domain.calibration import CLIENT, Calibration
from docflow.domain.confidence import CAP_READINGS_DIFFER, Fitted
from docflow.domain.errors import PermanentError
from docflow.domain.outcomes import Advance
from docflow.domain.reading import ReadPicture, Word
from docflow.domain.stages import Stage
from docflow_ocr.second_reading import SecondReading
from PIL import Image

from tests.integration.reading.test_stages import LIMITS, RECEIPT, Reading

ROWS = ("ACME TRADING SDN BHD", "NO 1, JALAN BESAR", "50000 KUALA LUMPUR", "Date: 12/03/2018", "Total: 21.85")


class KnownWords:
    name = "known"

    def __init__(self, *rows: str, sure: float = 0.95) -> None:
        self._words = tuple(
            Word(word, (0.1 + at * 0.16, 0.1 + row * 0.05, 0.24 + at * 0.16, 0.12 + row * 0.05), sure)
            for row, text in enumerate(rows)
            for at, word in enumerate(text.split())
        )
        self.pictures = 0

    async def read(self, image: bytes) -> ReadPicture:
        self.pictures += 1
        return ReadPicture(self._words)


class Broken(KnownWords):
    async def read(self, image: bytes) -> ReadPicture:
        raise PermanentError("reading took too long", code="timeout")


class OneFit:
    async def of(self, client_id: UUID, process_type_id: str, config_version: int) -> Calibration:
        return Calibration(process_type_id, config_version, {CLIENT: Fitted("f1", (-9, 0, 0, 0, 0, 0, 0))})


@pytest.fixture(scope="module")
async def workbench() -> AsyncIterator[ProcessWorkbench]:
    async with aclosing(ProcessWorkbench({"parse": PoolLimits(1, 2 * 1024**3)})) as bench:
        yield bench


async def fields(
    workbench: ProcessWorkbench, second: KnownWords | None = None, **more: Any
) -> dict[str, Any]:
    reading = Reading(workbench, output_schema=RECEIPT)
    reading.more = {"instead": KnownWords(*ROWS), **more}
    if second is not None:
        reading.more["second"] = SecondReading(
            engine=second, workbench=workbench, blobs=reading.blobs, limits=LIMITS
        )
    out = BytesIO()
    Image.new("L", (600, 800), 255).save(out, "PNG")
    await reading.send("receipt.png", out.getvalue())
    assert isinstance(await reading.take(Stage.INGEST), Advance)
    outcome = await reading.take(Stage.INTELLIGENT_OCR)
    assert isinstance(outcome, Advance)
    found: dict[str, Any] = outcome.changes["extraction_result"]["fields"]
    return found


async def test_a_program_reads_scans_where_the_usual_engine_is_missing(workbench: ProcessWorkbench) -> None:
    read = await fields(workbench)
    assert (read["date"]["value"], read["total"]["value"]) == ("2018-03-12", "21.85")
    assert read["total"]["evidence"]["agreement"] == 0.5


async def test_agreement_raises_a_required_field_and_difference_caps_it(workbench: ProcessWorkbench) -> None:
    alone = await fields(workbench)
    read = await fields(workbench, KnownWords(*ROWS[:4], "Total: 27.85"))
    assert read["date"]["confidence"] > alone["date"]["confidence"]
    assert read["total"]["confidence"] == CAP_READINGS_DIFFER
    assert read["total"]["value"] == "21.85"


async def test_a_second_engine_that_fails_changes_nothing(workbench: ProcessWorkbench) -> None:
    assert await fields(workbench, Broken()) == await fields(workbench)


async def test_what_is_not_required_is_not_looked_at_again(workbench: ProcessWorkbench) -> None:
    reading = Reading(workbench, output_schema={**RECEIPT, "required": []})
    second = KnownWords(*ROWS)
    reading.more = {
        "instead": KnownWords(*ROWS),
        "second": SecondReading(engine=second, workbench=workbench, blobs=reading.blobs, limits=LIMITS),
    }
    out = BytesIO()
    Image.new("L", (600, 800), 255).save(out, "PNG")
    await reading.send("receipt.png", out.getvalue())
    await reading.take(Stage.INGEST)
    await reading.take(Stage.INTELLIGENT_OCR)
    assert second.pictures == 0


async def test_a_reading_names_the_fit_that_judged_it(workbench: ProcessWorkbench) -> None:
    read = await fields(workbench, calibrations=OneFit())
    assert read["total"]["evidence"]["calibration"] == "f1"
    assert read["total"]["confidence"] < 0.01

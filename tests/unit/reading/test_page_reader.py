"""Pages of one document are read several at a time; what cannot be read ends the rest."""

import asyncio
from io import BytesIO
from typing import Any

import pytest
from docflow.domain.errors import PermanentError
from docflow.domain.reading import ReadPicture
from docflow.domain.stages import Stage
from docflow.testing.blobs import MemoryBlobs
from docflow.testing.jobs import make_configuration, make_document, make_job, make_process
from docflow.testing.workbench import ThreadWorkbench
from docflow_ocr.page_reader import PageReader
from docflow_ocr.pages.inspection import FileLimits
from docflow_ocr.ports import PageRecord
from PIL import Image

LIMITS = FileLimits(pages=500, image_pixels=50_000_000, page_pixels=12_000_000)
FRAMES = 40


class NoPages:
    async def keep(self, client_id: object, document_id: object, pages: list[PageRecord]) -> None: ...


class FailingEngine:
    name = "failing"

    def __init__(self) -> None:
        self.asked = 0

    async def read(self, picture: bytes) -> ReadPicture:
        self.asked += 1
        if self.asked == 1:
            raise PermanentError("this page cannot be read", code="ocr_failed")
        await asyncio.sleep(0)
        return ReadPicture(())


def stack_of_scans() -> bytes:
    frames = [Image.new("L", (30, 40), number) for number in range(FRAMES)]
    out = BytesIO()
    frames[0].save(out, "TIFF", save_all=True, append_images=frames[1:])
    return out.getvalue()


async def test_a_page_that_cannot_be_read_ends_the_others() -> None:
    engine: Any = FailingEngine()
    blobs, document = MemoryBlobs(), make_document(mime_type="image/tiff")
    await blobs.put(document.blob_key, stack_of_scans())
    reader = PageReader(
        blobs=blobs,
        workbench=ThreadWorkbench(),
        read_image=lambda _: ReadPicture(()),
        pages=NoPages(),  # type: ignore[arg-type]
        limits=LIMITS,
        document_ocr_s=600,
        instead=engine,
    )
    job = make_job(Stage.INTELLIGENT_OCR, make_process(), make_configuration())
    with pytest.raises(PermanentError, match="cannot be read"):
        await reader.open(job, document)
    told = engine.asked
    await asyncio.sleep(0.2)
    assert engine.asked == told < FRAMES

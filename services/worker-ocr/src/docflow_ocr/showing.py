"""The pictures of pages that a model is shown besides the words."""

from collections.abc import Sequence
from typing import Protocol

from docflow.domain.concurrently import concurrently
from docflow.domain.file_types import IMAGES, PDF
from docflow.domain.ports.blobs import BlobStore
from docflow.domain.ports.llm import PageImage, Provider
from docflow.domain.ports.workbench import Workbench
from docflow.domain.reading import Page

from docflow_ocr.pages.inspection import FileLimits
from docflow_ocr.pages.pictures import draw_picture

DRAW_TIMEOUT_S = 20.0
#: Pictures wait in memory for the model.
PAGES_AT_ONCE = 4
#: Longer documents go to a model as text alone: their pictures would fill the memory and cost more than they tell.
MAX_PICTURES = 40


class File(Protocol):
    @property
    def blob_key(self) -> str: ...
    @property
    def mime_type(self) -> str: ...


class Showing:
    def __init__(
        self, blobs: BlobStore, workbench: Workbench, provider: Provider, limits: FileLimits
    ) -> None:
        self._blobs = blobs
        self._workbench = workbench
        self._provider = provider
        self._limits = limits

    async def pictures(self, document: File, pages: Sequence[Page]) -> tuple[PageImage, ...]:
        """Nothing where no model is asked, or the file has no pages to draw."""
        drawable = document.mime_type == PDF or document.mime_type in IMAGES
        if self._provider.name == "offline" or not drawable or len(pages) > MAX_PICTURES:
            return ()
        data = await self._blobs.get(document.blob_key)

        async def draw(page: Page) -> PageImage:
            return await self._workbench.run(
                draw_picture, data, document.mime_type, page.number, self._limits, timeout_s=DRAW_TIMEOUT_S
            )

        return tuple(await concurrently(draw, pages, at_once=PAGES_AT_ONCE))

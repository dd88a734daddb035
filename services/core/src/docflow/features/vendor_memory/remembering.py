"""A provider that knows a client's earlier documents: examples for a model, another voice for every reading."""

import asyncio
from dataclasses import replace

import structlog

from docflow.db.database import Database
from docflow.domain.errors import PermanentError
from docflow.domain.ports.llm import Extraction, ExtractRequest, Provider
from docflow.domain.ports.workbench import Workbench
from docflow.domain.reading import Page
from docflow.features.vendor_memory.examples import examples_of
from docflow.features.vendor_memory.index import VendorIndex
from docflow.features.vendor_memory.knowledge import Recalled, ends_of
from docflow.features.vendor_memory.vectors import Vector, head_of, vector_of
from docflow.features.vendor_memory.voices import with_voices

log = structlog.get_logger()
VOICES_TIMEOUT_S = 30.0
#: The head of a document is on its first page, or on the next where that is a cover.
HEAD_PAGES = 2


class Remembering:
    """Asks `inner` with examples of the same client, and hears what the vendor's earlier documents say of its answer.

    Of a type nothing was learnt of, it costs one look into the database.
    """

    def __init__(self, inner: Provider, index: VendorIndex, database: Database, workbench: Workbench) -> None:
        self.name = inner.name
        self._inner = inner
        self._index = index
        self._database = database
        self._workbench = workbench

    async def extract(self, request: ExtractRequest) -> Extraction:
        recalled = await self._recalled(request)
        if not recalled:
            return await self._inner.extract(request)
        extraction = await self._inner.extract(await self._with_examples(request, recalled))
        try:
            return await self._workbench.run(
                with_voices,
                extraction,
                ends_of(request.pages),
                request.output_schema,
                recalled,
                timeout_s=VOICES_TIMEOUT_S,
            )
        except PermanentError as error:
            # What was learnt helps a reading; it must never cost one.
            log.warning("voices.missed", process_id=str(request.process_id), code=error.code)
            return extraction

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def _recalled(self, request: ExtractRequest) -> Recalled:
        if not request.pages or not await self._index.any_of(request.client_id, request.process_type_id):
            return Recalled()
        vector = await asyncio.to_thread(look_of, request.pages)
        return await self._index.recalled(
            request.client_id, request.process_type_id, vector, other_than=request.document_id
        )

    async def _with_examples(self, request: ExtractRequest, recalled: Recalled) -> ExtractRequest:
        if self.name == "offline" or request.examples:
            return request
        async with self._database.client(request.client_id) as session:
            examples = await examples_of(
                session,
                client_id=request.client_id,
                process_id=request.process_id,
                document_id=request.document_id,
                process_type_id=request.process_type_id,
                schema=request.output_schema,
                memories=recalled.memories,
            )
        return replace(request, examples=examples)


def look_of(pages: tuple[Page, ...]) -> Vector:
    return vector_of(head_of(pages[:HEAD_PAGES]))

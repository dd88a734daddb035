"""Cuts a stack of documents into processes of their own, as its pages surely say or a reviewer decided."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from uuid import UUID

from docflow.domain.concurrently import concurrently
from docflow.domain.errors import NotFound, PermanentError, UserError
from docflow.domain.file_types import EML
from docflow.domain.ids import id_within
from docflow.domain.jobs import DocumentState, Job, Ledger
from docflow.domain.json_types import JsonObject
from docflow.domain.outcomes import Gathered, RetryLater, Split, StageOutcome
from docflow.domain.ports.blobs import BlobStore
from docflow.domain.ports.workbench import Workbench
from docflow.domain.reading import TextSource
from docflow.domain.splitting import (
    BY_PERSON,
    BY_PLATFORM,
    CUTTABLE,
    Cuts,
    Part,
    cuts_sure_stacks,
    decided_by_person,
    ranges,
    with_decision,
    with_proposal,
)
from docflow.domain.stages import DocumentStatus
from docflow.features.reading.stored_pages import object_of, page_of, words_key
from docflow.features.splitting.cuts import Cut, proposal

from docflow_ocr.classifier import CLASSIFIED
from docflow_ocr.page_reader import PAGES_AT_ONCE, PageReader
from docflow_ocr.pages.cutting import cut_out
from docflow_ocr.pages.inspection import FileLimits
from docflow_ocr.pages.opening import OpenedFile
from docflow_ocr.reader import CUTS_TIMEOUT_S, text_facts

CUT_TIMEOUT_S = 60.0
#: Parts that are cut in one call: all of them are in memory together, fonts and all.
PARTS_AT_ONCE = 8
#: Part of the key of every file that was cut out of another; the gateway makes no such keys.
CUT_OUT = ".cuts/"


@dataclass(frozen=True, slots=True)
class _Piece:
    """Pages of a document that become a file."""

    document: DocumentState
    first: int
    last: int


class Stacks:
    """The parts' files are stored, under keys that follow from the run, before the one transaction that makes them true;
    so a repeat writes the same again.
    """

    def __init__(self, blobs: BlobStore, workbench: Workbench, pages: PageReader, limits: FileLimits) -> None:
        self._blobs = blobs
        self._workbench = workbench
        self._page_reader = pages
        self._limits = limits

    async def looked_at(
        self, job: Job, ledger: Ledger
    ) -> tuple[StageOutcome | None, Mapping[UUID, OpenedFile]]:
        """How the process is split; or None, and what was opened to see that.

        A reviewer's word goes before what the pages say. Without it, only a file that came alone (but for the mail it came
        with) is cut, and only where the configuration does not ask for a person.
        """
        decided = decided_by_person(job.process.classification_result)
        if decided is not None:
            split = await self._split(job, ledger, decided, BY_PERSON) if any(decided.values()) else None
            return split, {}
        alone = _alone(job)
        if alone is None:
            return None, {}
        try:
            file = await self._page_reader.open(job, alone)
        except (PermanentError, UserError):
            # It will be opened again by who knows what to say of it.
            return None, {}
        found, sure = await self._cuts(file)
        file = replace(file, cuts=found)
        if not sure or not _allowed(job):
            return None, {alone.document_id: file}
        await ledger.checkpoint(alone.document_id, text_facts(file))
        cuts = {alone.document_id: tuple(cut.page for cut in found)}
        proposed = {alone.document_id: [cut.as_json() for cut in found]}
        return await self._split(job, ledger, cuts, BY_PLATFORM, proposed), {}

    async def _cuts(self, file: OpenedFile) -> tuple[tuple[Cut, ...], bool]:
        """None in a structured invoice: its annexes belong to it."""
        if file.invoice is not None or len(file.pages) < 2:
            return (), False
        return await self._workbench.run(proposal, file.pages, timeout_s=CUTS_TIMEOUT_S)

    async def _split(
        self,
        job: Job,
        ledger: Ledger,
        cuts: Cuts,
        by: str,
        proposed: Mapping[UUID, Sequence[JsonObject]] | None = None,
    ) -> StageOutcome:
        parts: list[Part] = []
        for document in job.documents:
            if document.status is not DocumentStatus.FAILED and document.mime_type != EML:
                parts += await self._parts(job, document, cuts.get(document.document_id, ()))
        for document in job.documents:
            if document.status is DocumentStatus.PROCESSING:
                await ledger.checkpoint(document.document_id, {"status": DocumentStatus.COMPLETED.value})
        before = with_proposal(job.process.classification_result, proposed or {})
        return Split(
            tuple(parts),
            changes={"classification_result": with_decision(before, by, cuts)},
            type_left_open=_type_left_open(job),
        )

    async def _parts(self, job: Job, document: DocumentState, cuts: Sequence[int]) -> Sequence[Part]:
        data = await self._blobs.get(document.blob_key)
        if not cuts:
            whole = _Piece(document, 1, document.page_count or 1)
            return [await self._stored(job, whole, data, document.file_name)]
        count = document.page_count or 0
        parts = []
        every = tuple(ranges(count, cuts))
        for at in range(0, len(every), PARTS_AT_ONCE):
            some = every[at : at + PARTS_AT_ONCE]
            files = await self._workbench.run(
                cut_out,
                data,
                document.mime_type,
                count,
                some,
                self._limits.image_pixels,
                timeout_s=CUT_TIMEOUT_S,
            )
            for (first, last), file in zip(some, files, strict=True):
                name = _name(document.file_name, first, last)
                parts.append(await self._stored(job, _Piece(document, first, last), file, name))
        return parts

    async def _stored(self, job: Job, piece: _Piece, data: bytes, file_name: str) -> Part:
        document = piece.document
        # Of one width, so that no key begins with another.
        place = f"{job.run.run_id}/{piece.first:06}-{piece.last:06}"
        key = f"{document.blob_key}{CUT_OUT}{place}"
        await self._blobs.put(key, data)
        await self._keep_words(piece, key)
        process_id = id_within(job.run.run_id, f"{document.document_id}/{place}")
        return Part(
            process_id=process_id,
            document_id=id_within(process_id, "document"),
            cut_from=document.document_id,
            first=piece.first,
            last=piece.last,
            file_name=file_name,
            file_size=len(data),
            mime_type=document.mime_type,
            sha256=hashlib.sha256(data).hexdigest(),
            blob_key=key,
            storage_url=self._blobs.url(key),
            storage_provider=self._blobs.provider,
        )

    async def _keep_words(self, piece: _Piece, key: str) -> None:
        """What OCR has read is not read again; a text layer is cut out with its page."""

        async def keep(page: int) -> None:
            try:
                kept = page_of(await self._blobs.get(words_key(piece.document.blob_key, page)))
            except NotFound:
                return
            if kept.source is TextSource.OCR:
                cut = replace(kept, number=page - piece.first + 1)
                await self._blobs.put(words_key(key, cut.number), object_of(cut))

        await concurrently(keep, range(piece.first, piece.last + 1), at_once=PAGES_AT_ONCE)


def children_ended(job: Job) -> StageOutcome:
    """What becomes of a process that was split; it is at work again only when the last of its children has ended."""
    if any(not child.status.is_final for child in job.children):
        return RetryLater(
            "children_at_work", "not all that was split from it has ended", after_s=5, counts=False
        )
    return Gathered(job.children)


def _alone(job: Job) -> DocumentState | None:
    """The file of the process, where there is one that can be cut and has not been read yet."""
    files = [document for document in job.documents if document.mime_type != EML]
    if len(files) != 1:
        return None
    (file,) = files
    can_be_cut = file.mime_type in CUTTABLE and (file.page_count or 0) > 1
    is_unread = file.status is not DocumentStatus.FAILED and file.extracted_data is None
    return file if can_be_cut and is_unread else None


def _allowed(job: Job) -> bool:
    """A process whose type is open has no configuration that could say otherwise."""
    return job.configuration is None or cuts_sure_stacks(job.configuration.workflow)


def _type_left_open(job: Job) -> bool:
    """A type that somebody gave is the parts' too; what was found for the whole stack says nothing of them."""
    source = (job.process.classification_result or {}).get("source")
    return job.configuration is None or source == CLASSIFIED


def _name(file_name: str, first: int, last: int) -> str:
    path = PurePath(file_name)
    pages = f"page {first}" if first == last else f"pages {first}-{last}"
    return f"{path.stem} ({pages}){path.suffix}"

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from docflow.domain.configuration import Configuration
from docflow.domain.errors import NotFound, PermanentError, UserError
from docflow.domain.file_types import EML
from docflow.domain.holding import split_proposed
from docflow.domain.jobs import DocumentState, Job, Ledger
from docflow.domain.json_types import JsonObject
from docflow.domain.outcomes import Advance, Fail, HoldForReview, Reason, StageOutcome
from docflow.domain.read_documents import (
    ReadDocument,
    extraction_result,
    failed_document,
    overall,
    process_fraud,
)
from docflow.domain.splitting import decided_by_person, is_split, with_proposal
from docflow.domain.stages import DocumentStatus, ProcessStatus, Stage
from docflow.features.classification.scoring import Guess
from docflow.features.splitting.cuts import Cut

from docflow_ocr.classifier import GIVEN, Choice, Classifier, choose
from docflow_ocr.page_reader import PageReader
from docflow_ocr.pages.opening import OpenedFile
from docflow_ocr.reader import DocumentReader, text_facts
from docflow_ocr.stacks import Stacks, children_ended

_NO_CONFIGURATION = frozenset({"process_type_unknown", "process_type_inactive", "configuration_missing"})
"""Why a chosen type cannot be read by; a person may choose another, or have the configuration published."""


@dataclass(frozen=True, slots=True)
class _Looked:
    """A document as it is known before its type is. `guesses` is None where it cannot be read.

    `file` is kept of a document that is the only one: the pages of many together may be more than memory takes.
    """

    document: DocumentState
    guesses: tuple[Guess, ...] | None = None
    file: OpenedFile | None = None
    message: str = ""


class IntelligentOcr:
    """Read every document: its pages, its fields with their places and confidence, its first fraud signals.

    A stack that is surely one is split into processes of their own. A process without a type is classified first; a person is asked where that is not sure. A document that cannot be
    read fails alone. What one document gave is checkpointed, so a repeat reads only the others. The process shows the
    fields of its first readable document of its type that is no mail; the others stand under `documents`.
    """

    stage = Stage.INTELLIGENT_OCR
    deadline_s = 900.0

    def __init__(
        self, pages: PageReader, reader: DocumentReader, classifier: Classifier, stacks: Stacks
    ) -> None:
        self._pages = pages
        self._reader = reader
        self._classifier = classifier
        self._stacks = stacks

    async def handle(self, job: Job, ledger: Ledger) -> StageOutcome:
        if is_split(job.process.classification_result):
            return children_ended(job)
        is_open = job.configuration is None
        await ledger.mark(ProcessStatus.CLASSIFYING if is_open else ProcessStatus.EXTRACTING)
        split, opened = await self._stacks.looked_at(job, ledger)
        if split is not None:
            return split
        if is_open:
            classified, opened = await self._classify(job, ledger, opened)
            if not isinstance(classified, Job):
                return classified
            job = classified
        return await self._extract(job, ledger, opened)

    async def _classify(
        self, job: Job, ledger: Ledger, before: Mapping[UUID, OpenedFile]
    ) -> tuple[Job | StageOutcome, Mapping[UUID, OpenedFile]]:
        """The job with its configuration pinned, or why there is none; and the file, where it is the only one.

        `before` are files that are open already.
        """
        looked = [
            await self._look(job, document, ledger, before.get(document.document_id))
            for document in job.documents
        ]
        job = replace(job, documents=tuple(one.document for one in looked))
        guesses = [one.guesses for one in looked if one.guesses is not None]
        if not guesses:
            return _nothing_read(looked), {}
        opened = {one.document.document_id: one.file for one in looked if one.file is not None}
        cuts = {one: file.cuts for one, file in opened.items() if file.cuts}
        return await self._pinned(job, choose(guesses), ledger, cuts), opened

    async def _look(
        self, job: Job, document: DocumentState, ledger: Ledger, file: OpenedFile | None
    ) -> _Looked:
        if document.status is DocumentStatus.FAILED:
            return _Looked(document)
        try:
            file = file or await self._pages.open(job, document)
        except (PermanentError, UserError) as error:
            return _Looked(await _failed(document, error, ledger), message=error.message)
        guesses = await self._classifier.guesses(job, document.document_id, file)
        await ledger.checkpoint(document.document_id, {**text_facts(file), "classification": _best(guesses)})
        return _Looked(document, guesses, file if len(job.documents) == 1 else None)

    async def _pinned(
        self, job: Job, choice: Choice, ledger: Ledger, cuts: Mapping[UUID, Sequence[Cut]]
    ) -> Job | StageOutcome:
        if choice.best is None or not choice.is_sure:
            told = Reason("type_uncertain", None, "the type of the document is not certain")
            return _held(job, choice, told, cuts)
        result = {**(job.process.classification_result or {}), **choice.as_json()}
        try:
            configuration = await ledger.pin(choice.best.process_type_id, result)
        except (PermanentError, UserError) as error:
            if error.code not in _NO_CONFIGURATION:
                raise
            return _held(job, choice, Reason(error.code, None, error.message), cuts)
        process = replace(
            job.process,
            process_type_id=configuration.process_type_id,
            config_version=configuration.version,
            classification_result=result,
        )
        return replace(job, process=process, configuration=configuration)

    async def _extract(self, job: Job, ledger: Ledger, opened: Mapping[UUID, OpenedFile]) -> StageOutcome:
        config = job.configuration
        if config is None:
            raise RuntimeError("the process was not classified")
        read = [
            await self._document(job, config, document, ledger, opened.get(document.document_id))
            for document in job.documents
        ]
        if decided_by_person(job.process.classification_result) is not None:
            read = [replace(document, cuts=()) for document in read]
        whole = [document for document in read if document.error is None]
        if not whole:
            first = next((document.error for document in read if document.error), None) or {}
            return Fail(first.get("code", "no_pages"), first.get("message", ""))
        return Advance(changes=_changes(job, config, read, whole))

    async def _document(
        self,
        job: Job,
        config: Configuration,
        document: DocumentState,
        ledger: Ledger,
        file: OpenedFile | None,
    ) -> ReadDocument:
        if document.status is DocumentStatus.FAILED:
            return failed_document(document, document.error_code or "file_corrupt", "")
        if document.status is DocumentStatus.COMPLETED and document.extracted_data:
            return ReadDocument.stored(document)
        try:
            file = file or await self._pages.open(job, document)
            classification = await self._classifier.compared(job, config.process_type_id, file)
            read, changes = await self._reader.read(job, config, document, file, classification)
        except (PermanentError, UserError) as error:
            failed = await _failed(document, error, ledger)
            return failed_document(failed, failed.error_code or error.code, error.message)
        await ledger.checkpoint(document.document_id, changes)
        return read


async def _failed(
    document: DocumentState, error: PermanentError | UserError, ledger: Ledger
) -> DocumentState:
    code = "file_missing" if isinstance(error, NotFound) else error.code
    changes = {"status": DocumentStatus.FAILED.value, "error_code": code, "error_message": error.message}
    await ledger.checkpoint(document.document_id, changes)
    return replace(document, status=DocumentStatus.FAILED, error_code=code)


def _best(guesses: Sequence[Guess]) -> JsonObject | None:
    """What a reviewer is shown while the type is open."""
    return guesses[0].as_json() if guesses else None


def _held(job: Job, choice: Choice, reason: Reason, cuts: Mapping[UUID, Sequence[Cut]]) -> HoldForReview:
    before = with_proposal(
        job.process.classification_result,
        {one: [cut.as_json() for cut in each] for one, each in cuts.items()},
    )
    result = {**before, **choice.as_json(), "process_type_id": None}
    stacked = tuple(split_proposed([cut.page for cut in each]) for each in cuts.values())
    return HoldForReview((*stacked, reason), changes={"classification_result": result})


def _nothing_read(looked: Sequence[_Looked]) -> Fail:
    first = next((one for one in looked if one.document.error_code), None)
    if first is None:
        return Fail("no_pages", "the process has no documents")
    return Fail(first.document.error_code or "file_corrupt", first.message)


def _changes(
    job: Job, config: Configuration, read: Sequence[ReadDocument], whole: Sequence[ReadDocument]
) -> JsonObject:
    score, primary = process_fraud(whole), _primary(job, config, whole)
    before = with_proposal(
        job.process.classification_result, {document.document_id: document.cuts for document in read}
    )
    confidence = (primary.classification or {}).get("confidence", 1.0)
    return {
        "classification_result": {
            **{name: before[name] for name in ("source", "candidates", "split") if name in before},
            "source": before.get("source", GIVEN),
            "process_type_id": config.process_type_id,
            "confidence": confidence if _is_of(config, primary) else 0.0,
            "other_type": None if _is_of(config, primary) else primary.classification,
            "fraud_detected": config.enable_fraud_detection and score.detected,
            "fraud_score": score.score,
            "document_errors": {str(d.document_id): d.error for d in read if d.error},
        },
        "extraction_result": extraction_result(read, primary),
        "overall_confidence": overall(config.output_schema, primary.fields),
    }


def _primary(job: Job, config: Configuration, whole: Sequence[ReadDocument]) -> ReadDocument:
    """The first document that is not strongly of another type; a letter around an invoice is not the invoice."""
    mails = {document.document_id for document in job.documents if document.mime_type == EML}
    inside = [one for one in whole if one.document_id not in mails] or whole
    return next((one for one in inside if _is_of(config, one)), inside[0])


def _is_of(config: Configuration, document: ReadDocument) -> bool:
    told = (document.classification or {}).get("process_type_id")
    return told is None or told == config.process_type_id

from collections.abc import Sequence

from docflow.domain.configuration import Configuration
from docflow.domain.errors import NotFound, PermanentError, UserError
from docflow.domain.file_types import EML
from docflow.domain.jobs import DocumentState, Job, Ledger
from docflow.domain.json_types import JsonObject
from docflow.domain.outcomes import Advance, Fail, StageOutcome
from docflow.domain.read_documents import (
    ReadDocument,
    extraction_result,
    failed_document,
    overall,
    process_fraud,
)
from docflow.domain.stages import DocumentStatus, ProcessStatus, Stage

from docflow_ocr.reader import DocumentReader


class IntelligentOcr:
    """Read every document: its pages, its fields with their places and confidence, its first fraud signals.

    A document that cannot be read fails alone. What one document gave is checkpointed, so a repeat reads only the
    others. The process shows the fields of its first readable document that is no mail; the others stand under `documents`.
    """

    stage = Stage.INTELLIGENT_OCR
    deadline_s = 900.0

    def __init__(self, reader: DocumentReader) -> None:
        self._reader = reader

    async def handle(self, job: Job, ledger: Ledger) -> StageOutcome:
        config = job.configuration
        if config is None:
            return Fail("process_type_unknown", "the process has no process type yet")
        await ledger.mark(ProcessStatus.EXTRACTING)
        read = [await self._document(job, config, document, ledger) for document in job.documents]
        whole = [document for document in read if document.error is None]
        if not whole:
            first = next((document.error for document in read if document.error), None) or {}
            return Fail(first.get("code", "no_pages"), first.get("message", ""))
        return Advance(changes=_changes(config, read, whole, _primary(job, whole)))

    async def _document(
        self, job: Job, config: Configuration, document: DocumentState, ledger: Ledger
    ) -> ReadDocument:
        if document.status is DocumentStatus.FAILED:
            return failed_document(document, document.error_code or "file_corrupt", "")
        if document.status is DocumentStatus.COMPLETED and document.extracted_data:
            return ReadDocument.stored(document)
        try:
            read, changes = await self._reader.read(job, config, document)
        except (PermanentError, UserError) as error:
            code = "file_missing" if isinstance(error, NotFound) else error.code
            await ledger.checkpoint(
                document.document_id,
                {"status": DocumentStatus.FAILED.value, "error_code": code, "error_message": error.message},
            )
            return failed_document(document, code, error.message)
        await ledger.checkpoint(document.document_id, changes)
        return read


def _primary(job: Job, whole: Sequence[ReadDocument]) -> ReadDocument:
    """The first that is no mail: a letter around an invoice is not the invoice."""
    mails = {document.document_id for document in job.documents if document.mime_type == EML}
    return next((one for one in whole if one.document_id not in mails), whole[0])


def _changes(
    config: Configuration,
    read: Sequence[ReadDocument],
    whole: Sequence[ReadDocument],
    primary: ReadDocument,
) -> JsonObject:
    score = process_fraud(whole)
    return {
        "classification_result": {
            "process_type_id": config.process_type_id,
            "confidence": 1.0,
            "fraud_detected": config.enable_fraud_detection and score.detected,
            "fraud_score": score.score,
            "document_errors": {str(d.document_id): d.error for d in read if d.error},
        },
        "extraction_result": extraction_result(read, primary),
        "overall_confidence": overall(config.output_schema, primary.fields),
    }

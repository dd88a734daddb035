import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from docflow.domain import fraud
from docflow.domain.errors import PermanentError, TransientError, UserError
from docflow.domain.file_types import EML
from docflow.domain.jobs import DocumentState, Job, Ledger
from docflow.domain.json_types import JsonObject
from docflow.domain.outcomes import Advance, Fail, StageOutcome
from docflow.domain.ports.blobs import BlobStore
from docflow.domain.ports.workbench import Workbench
from docflow.domain.stages import DocumentStatus, DuplicatePolicy, Stage

from docflow_ocr.attachments import Attachments
from docflow_ocr.pages.inspection import FileLimits, Inspection, inspect
from docflow_ocr.ports import DuplicateIndex

#: A look into a file of 500 pages takes about a second.
INSPECT_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class _Refused:
    code: str
    message: str


class Ingest:
    """Look into every file and refuse what cannot be read, is not what it says or is over a limit.

    A bad file fails alone; only when no file is left the process fails, with the first one's code. A file sent before
    is flagged, unless the client allows duplicates. What is attached to a mail becomes documents of the same process and is
    looked into at once. A repeat looks only at files that have no answer yet.
    """

    stage = Stage.INGEST
    deadline_s = 300.0

    def __init__(
        self, blobs: BlobStore, workbench: Workbench, duplicates: DuplicateIndex, limits: FileLimits
    ) -> None:
        self._blobs = blobs
        self._workbench = workbench
        self._duplicates = duplicates
        self._limits = limits
        self._attachments = Attachments(blobs, workbench)

    async def handle(self, job: Job, ledger: Ledger) -> StageOutcome:
        errors: dict[str, JsonObject] = {}
        waiting, seen = list(job.documents), {document.document_id for document in job.documents}
        for document in waiting:  # grows by what is found inside
            refused, found = await self._document(job, document, ledger)
            if refused is not None:
                errors[str(document.document_id)] = {"code": refused.code, "message": refused.message}
            waiting += [one for one in found if one.document_id not in seen]
            seen |= {one.document_id for one in found}
        if len(errors) == len(waiting):
            first = next(
                iter(errors.values()), {"code": "no_pages", "message": "the process has no documents"}
            )
            return Fail(code=first["code"], message=first["message"])
        if not errors:
            return Advance()
        return Advance(changes={"classification_result": {"document_errors": errors}})

    async def _document(
        self, job: Job, document: DocumentState, ledger: Ledger
    ) -> tuple[_Refused | None, Sequence[DocumentState]]:
        """Why the document is refused, and the documents found inside it."""
        if document.status is DocumentStatus.FAILED:
            return _Refused(document.error_code or "file_corrupt", ""), ()
        if document.status is not DocumentStatus.PENDING:
            return None, ()
        try:
            data = await self._stored(document)
            seen = await self._inspect(document, data)
            found = await self._attachments.add(job, document, data, ledger) if seen.mime_type == EML else ()
        except TransientError:
            raise
        except (PermanentError, UserError) as error:
            await ledger.checkpoint(
                document.document_id,
                {
                    "status": DocumentStatus.FAILED.value,
                    "error_code": error.code,
                    "error_message": error.message,
                },
            )
            return _Refused(error.code, error.message), ()
        await ledger.checkpoint(document.document_id, await self._accepted(job, document, seen))
        return None, found

    async def _stored(self, document: DocumentState) -> bytes:
        data = await self._blobs.get(document.blob_key)
        if hashlib.sha256(data).hexdigest() != document.sha256:
            raise PermanentError("the stored file is not the one that was sent", code="file_corrupt")
        return data

    async def _inspect(self, document: DocumentState, data: bytes) -> Inspection:
        return await self._workbench.run(
            inspect, data, document.file_name, self._limits, timeout_s=INSPECT_TIMEOUT_S
        )

    async def _accepted(self, job: Job, document: DocumentState, seen: Inspection) -> JsonObject:
        changes: dict[str, object] = {
            "status": DocumentStatus.PROCESSING.value,
            "mime_type": seen.mime_type,
            "page_count": seen.page_count,
        }
        flags = await self._duplicate_flags(job, document)
        if flags:
            changes |= {"fraud_flags": flags, "fraud_score": fraud.score_of(flags)}
        return changes

    async def _duplicate_flags(self, job: Job, document: DocumentState) -> list[JsonObject]:
        if job.configuration and job.configuration.duplicate_policy is DuplicatePolicy.ALLOW:
            return list(document.fraud_flags)
        earlier = await self._duplicates.earlier(job.run.client_id, document.sha256, document.document_id)
        if earlier is None:
            return list(document.fraud_flags)
        process_id, document_id = earlier
        found = fraud.duplicate_exact(str(process_id), str(document_id))
        return fraud.with_new(document.fraud_flags, fraud.as_json([found]))

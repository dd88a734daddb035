"""What came with a mail becomes documents of its process."""

from collections.abc import Sequence

from docflow.domain.errors import DocflowError, PermanentError
from docflow.domain.file_types import sniff
from docflow.domain.ids import id_within
from docflow.domain.jobs import DocumentState, FoundFile, Job, Ledger
from docflow.domain.json_types import JsonObject
from docflow.domain.ports.blobs import BlobStore
from docflow.domain.ports.workbench import Workbench

from docflow_ocr.pages.mail import AttachedFile, Mail, unpacked

UNPACK_TIMEOUT_S = 30.0
MAX_FILES = 50
MAX_BYTES = 100 * 1024 * 1024
#: A mail in a mail in a mail is opened; what is attached deeper is not.
MAX_DEPTH = 3
UNKNOWN = "application/octet-stream"
#: Part of the key of every file that came inside another; the gateway makes no such keys.
INSIDE = ".parts/"


class Attachments:
    def __init__(self, blobs: BlobStore, workbench: Workbench) -> None:
        self._blobs = blobs
        self._workbench = workbench

    async def add(
        self, job: Job, mail: DocumentState, data: bytes, ledger: Ledger
    ) -> Sequence[DocumentState]:
        """The mail's attachments as documents; the files are stored before the one transaction that makes them true.

        Keys and ids follow from the mail and the attachment's place in it, so a repeat writes the same again. Raises
        PermanentError as `mail.unpacked` does.
        """
        if mail.blob_key.count(INSIDE) >= MAX_DEPTH:
            raise PermanentError("a mail inside a mail inside a mail is too deep", code="file_unsafe")
        opened = await self._workbench.run(unpacked, data, MAX_FILES, MAX_BYTES, timeout_s=UNPACK_TIMEOUT_S)
        found = [await self._stored(mail, file) for file in opened.attached]
        return await ledger.add_documents(found, _metadata(job, mail, opened))

    async def _stored(self, mail: DocumentState, file: AttachedFile) -> FoundFile:
        key = f"{mail.blob_key}{INSIDE}{file.number}"
        await self._blobs.put(key, file.data)
        return FoundFile(
            document_id=id_within(mail.document_id, str(file.number)),
            file_name=file.file_name,
            file_size=len(file.data),
            mime_type=_type_of(file),
            sha256=file.sha256,
            blob_key=key,
            storage_url=self._blobs.url(key),
            storage_provider=self._blobs.provider,
        )


def _type_of(file: AttachedFile) -> str:
    """What INGEST finds out and refuses by itself has no type yet."""
    try:
        return sniff(file.data, file.file_name)
    except DocflowError:
        return UNKNOWN


def _metadata(job: Job, mail: DocumentState, opened: Mail) -> JsonObject:
    """The first mail's headers, under `email`. What the sender of the process said stays."""
    first = min(document.position for document in job.documents) == mail.position
    return {"email": opened.headers} if first and opened.headers else {}

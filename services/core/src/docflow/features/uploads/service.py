"""Files that are sent before their process: announced, put into the store over a signed link, used up by one process."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from docflow.db.database import Database
from docflow.domain.errors import Conflict, NotFound, UserError
from docflow.domain.ids import new_id
from docflow.domain.ports.blobs import BlobStore, LinkSigner
from docflow.domain.ports.clock import Clock
from docflow.features.idempotency import service as idempotency
from docflow.features.idempotency.service import KeyedRequest, StoredAnswer
from docflow.features.removals import repository as removals
from docflow.features.uploads import repository
from docflow.features.uploads.links import UploadLink
from docflow.features.uploads.models import Upload

LINK_S = 3600
KEPT = timedelta(hours=24)
"""So long after its link's end a file waits for its process."""


@dataclass(frozen=True, slots=True)
class UploadTicket:
    """How to send the file: one request of `method` to `url`."""

    upload_id: UUID
    url: str
    expires_at: datetime
    headers: Mapping[str, str]
    method: str = "PUT"
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class AskedUpload:
    """The file that is to come."""

    file_name: str
    mime_type: str
    size_bytes: int


class Uploads:
    """`key` signs the gateway's own links; `public_url` is the address before them, empty = links are relative."""

    def __init__(
        self, database: Database, blobs: BlobStore, clock: Clock, *, key: bytes, public_url: str = ""
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._clock = clock
        self._key = key
        self._public_url = public_url

    async def announce(
        self, client_id: UUID, by: str, asked: AskedUpload, *, keyed: KeyedRequest | None = None
    ) -> UploadTicket:
        """The name and size were checked. What never comes, or is never used, is removed in time.

        With the same key and content the same upload again; its link ends when the first one did.
        """
        at = self._clock.now().replace(microsecond=0)
        upload = _announced(client_id, by, asked, at)
        async with self._database.client(client_id) as session:
            known = await idempotency.claim(session, keyed, at) if keyed else None
            if known is not None:
                upload = await repository.get(session, client_id, UUID(known.body["upload_id"]))
            else:
                session.add(upload)
                removals.plan(session, client_id, [upload.folder], at=upload.expires_at + KEPT)
                if keyed is not None:
                    # The link is made anew for a repeat: who holds it needs no other key.
                    made = StoredAnswer(201, {}, {"upload_id": str(upload.upload_id)})
                    await idempotency.keep(session, keyed, made)
        url = await self._link(upload)
        headers = {"Content-Type": upload.mime_type}
        return UploadTicket(upload.upload_id, url, upload.expires_at, headers, replayed=known is not None)

    async def admit(self, link: UploadLink, signature: str) -> Upload:
        """The upload whose file may be sent now. Raises Forbidden `link_invalid` and NotFound."""
        link.check(self._key, signature, self._clock.now())
        return await self._get(link.client_id, link.upload_id)

    async def receive(self, upload: Upload, data: bytes) -> None:
        """Keep the file. Raises Conflict for a second one: a link is good for one file."""
        await self._blobs.put(upload.blob_key, data, overwrite=False)

    async def waiting(self, client_id: UUID, upload_id: UUID) -> Upload:
        """An upload that no process has taken. Raises NotFound, Conflict and UserError `upload_expired`."""
        upload = await self._get(client_id, upload_id)
        if upload.process_id is not None:
            raise Conflict("an upload is used up by one process")
        if self._clock.now() >= upload.expires_at + KEPT:
            raise UserError("the upload has expired", code="upload_expired")
        return upload

    async def content(self, upload: Upload) -> bytes:
        """Raises Conflict while the file has not come, UserError `upload_incomplete` for another size than announced."""
        try:
            info = await self._blobs.head(upload.blob_key)
        except NotFound as error:
            raise Conflict("the file of this upload has not come yet") from error
        # A link of the store's own lets anything through; what is too large is not even fetched.
        if info.size_bytes != upload.file_size:
            raise UserError("the file has another size than was announced", code="upload_incomplete")
        return await self._blobs.get(upload.blob_key)

    async def _get(self, client_id: UUID, upload_id: UUID) -> Upload:
        async with self._database.client(client_id) as session:
            return await repository.get(session, client_id, upload_id)

    async def _link(self, upload: Upload) -> str:
        if isinstance(self._blobs, LinkSigner):
            left = (upload.expires_at - self._clock.now()).total_seconds()
            return await self._blobs.presign_put(upload.blob_key, expires_s=max(1, round(left)))
        link = UploadLink(upload.client_id, upload.upload_id, int(upload.expires_at.timestamp()))
        return f"{self._public_url}/v1/uploads/{upload.upload_id}/content?{link.query(self._key)}"


def _announced(client_id: UUID, by: str, asked: AskedUpload, at: datetime) -> Upload:
    upload_id = new_id()
    return Upload(
        upload_id=upload_id,
        client_id=client_id,
        file_name=asked.file_name,
        mime_type=asked.mime_type,
        file_size=asked.size_bytes,
        blob_key=f"{client_id}/uploads/{at:%Y-%m}/{upload_id}/file",
        created_by=by,
        expires_at=at + timedelta(seconds=LINK_S),
    )

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class BlobInfo:
    key: str
    size_bytes: int
    modified_at: datetime


class BlobStore(Protocol):
    """Files by opaque key: `{client_id}/{yyyy-mm}/{process_id}/{document_id}`, derived files beside them.

    Raises NotFound for a missing key, StorageFull when there is no room, TransientError when the store is away.
    """

    provider: str
    """`s3`, `gcs` or `local`, as in documents.storage_provider."""

    def url(self, key: str) -> str:
        """The address kept in documents.storage_url."""

    async def put(self, key: str, data: bytes, *, overwrite: bool = True) -> None:
        """Durable when it returns. With `overwrite=False` raises Conflict if the key exists."""

    async def get(self, key: str) -> bytes: ...

    async def head(self, key: str) -> BlobInfo: ...

    async def delete(self, key: str) -> None:
        """No error when the key is missing."""

    def list(self, prefix: str) -> AsyncIterator[BlobInfo]: ...

    async def aclose(self) -> None: ...


@runtime_checkable
class LinkSigner(Protocol):
    """A store that lets others send one object without our credentials. A folder cannot."""

    async def presign_put(self, key: str, *, expires_s: int) -> str:
        """A link that takes a PUT of the object for so long, 1 s to 7 days. What is sent is not seen by us before it is stored."""

"""Files in an object store, chosen by URL: `file://` for a folder, `s3://`, `gs://`."""

import asyncio
import errno
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import obstore
from obstore import exceptions as store_errors
from obstore.store import LocalStore, ObjectStore

from docflow.adapters.blobs.buckets import BucketOptions, open_bucket, signed_put
from docflow.adapters.blobs.durable import STAGING, prepare, write_durably
from docflow.adapters.blobs.keys import checked_key, checked_prefix
from docflow.domain.errors import Conflict, NotFound, StorageFull, TransientError, UserError
from docflow.domain.ports.blobs import BlobInfo, BlobStore

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_PROVIDERS = {"s3": "s3", "s3a": "s3", "gs": "gcs"}
# The store's text for "no space left on device": reads and lists of a full disk pass, writes of its own may not.
_NO_ROOM_TEXT = ("os error 28", "os error 122", "StorageFull")


def blobs_from(url: str | None, home: Path, options: BucketOptions | None = None) -> BlobStore:
    """The store a URL names; None = the folder `blobs` under `home`. ValueError for a scheme that is not known."""
    if url is None:
        return FolderBlobs((home / "blobs").absolute())
    parts = urlsplit(url)
    if parts.scheme == "file":
        return FolderBlobs(Path(unquote(parts.path)))
    if parts.scheme not in _PROVIDERS:
        raise ValueError(f"the file store must be file://, s3:// or gs://, not {parts.scheme}://")
    store = open_bucket(url, options or BucketOptions())
    return BucketBlobs(store, provider=_PROVIDERS[parts.scheme], base_url=url)


class ObjectBlobs:
    """Objects of one bucket (and prefix). A put is atomic and durable by the service's own promise."""

    def __init__(self, store: ObjectStore, *, provider: str, base_url: str) -> None:
        self._store = store
        self.provider = provider
        self._base_url = base_url.rstrip("/")

    def url(self, key: str) -> str:
        return f"{self._base_url}/{checked_key(key)}"

    async def put(self, key: str, data: bytes, *, overwrite: bool = True) -> None:
        with _translated():
            await obstore.put_async(
                self._store, checked_key(key), data, mode="overwrite" if overwrite else "create"
            )

    async def get(self, key: str) -> bytes:
        with _translated():
            answer = await obstore.get_async(self._store, checked_key(key))
            return bytes(await answer.bytes_async())

    async def head(self, key: str) -> BlobInfo:
        with _translated():
            return _info(await obstore.head_async(self._store, checked_key(key)))

    async def delete(self, key: str) -> None:
        try:
            with _translated():
                await obstore.delete_async(self._store, checked_key(key))
        except NotFound:
            return

    async def list(self, prefix: str) -> AsyncIterator[BlobInfo]:
        """Keys that begin with `prefix`, which may end inside a part of a key."""
        # The store matches whole parts only: list the folder, then compare.
        folder, _, _ = checked_prefix(prefix).rpartition("/")
        with _translated():
            async for found in obstore.list(self._store, prefix=folder or None):
                for entry in found:
                    if entry["path"].startswith(prefix) and not entry["path"].startswith(STAGING):
                        yield _info(entry)

    async def aclose(self) -> None:
        """Nothing stays open between calls."""


class BucketBlobs(ObjectBlobs):
    """A bucket of S3 or Google Cloud Storage, which can also sign links."""

    async def put(self, key: str, data: bytes, *, overwrite: bool = True) -> None:
        try:
            await super().put(key, data, overwrite=overwrite)
        except NotFound as error:
            raise TransientError("the bucket is not there", code="bucket_missing", after_s=30) from error

    async def presign_put(self, key: str, *, expires_s: int) -> str:
        with _translated():
            return await signed_put(self._store, checked_key(key), expires_s)


class FolderBlobs(ObjectBlobs):
    """A folder of this machine. A put is on the disk, under its name, when it returns."""

    def __init__(self, root: Path) -> None:
        prepare(root, time.time())
        super().__init__(LocalStore(root), provider="local", base_url=root.as_uri())
        self._root = root

    async def put(self, key: str, data: bytes, *, overwrite: bool = True) -> None:
        checked = checked_key(key)
        with _translated():
            await asyncio.to_thread(write_durably, self._root, checked, data, overwrite=overwrite)


def _info(meta: Mapping[str, Any]) -> BlobInfo:
    return BlobInfo(key=meta["path"], size_bytes=meta["size"], modified_at=meta["last_modified"])


@contextmanager
def _translated() -> Iterator[None]:
    """The store's and the system's errors become ours; a message never names a key, which holds a client's id."""
    try:
        yield
    except (store_errors.NotFoundError, FileNotFoundError) as error:
        raise NotFound("no such file in the store") from error
    except (store_errors.AlreadyExistsError, store_errors.PreconditionError, FileExistsError) as error:
        raise Conflict("the file exists already") from error
    except (store_errors.PermissionDeniedError, store_errors.UnauthenticatedError) as error:
        # Credentials or a policy: the operator heals it, so what waits is tried again and not given up.
        raise TransientError("the file store refuses us", code="storage_refused", after_s=30) from error
    except store_errors.InvalidPathError as error:
        raise UserError("a file key has a form that no store takes", code="invalid_blob_key") from error
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise StorageFull("there is no room left in the file store", after_s=30) from error
        raise _away() from error
    except store_errors.BaseError as error:
        if any(sign in str(error) for sign in _NO_ROOM_TEXT):
            raise StorageFull("there is no room left in the file store", after_s=30) from error
        raise _away() from error


def _away() -> TransientError:
    return TransientError("the file store is not available", code="storage_unavailable", after_s=2)

"""The file store in memory, and the suite that every store passes."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from docflow.adapters.blobs.keys import checked_key, checked_prefix
from docflow.domain.errors import Conflict, NotFound, UserError
from docflow.domain.ports.blobs import BlobInfo, BlobStore


class MemoryBlobs:
    """Forgets everything with the process. `fails_with`, when set, is raised by the next put,
    `delete_fails_with` by each deletion.
    """

    provider = "local"

    def __init__(self) -> None:
        self._files: dict[str, tuple[bytes, datetime]] = {}
        self.fails_with: Exception | None = None
        self.delete_fails_with: Exception | None = None

    def url(self, key: str) -> str:
        return f"memory:///{checked_key(key)}"

    async def put(self, key: str, data: bytes, *, overwrite: bool = True) -> None:
        failure, self.fails_with = self.fails_with, None
        if failure is not None:
            raise failure
        if not overwrite and key in self._files:
            raise Conflict("the file exists already")
        self._files[checked_key(key)] = (bytes(data), datetime.now(UTC))

    async def get(self, key: str) -> bytes:
        return self._found(key)[0]

    async def head(self, key: str) -> BlobInfo:
        data, modified_at = self._found(key)
        return BlobInfo(key=key, size_bytes=len(data), modified_at=modified_at)

    async def delete(self, key: str) -> None:
        if self.delete_fails_with is not None:
            raise self.delete_fails_with
        self._files.pop(checked_key(key), None)

    async def list(self, prefix: str) -> AsyncIterator[BlobInfo]:
        checked_prefix(prefix)
        for key in sorted(self._files):
            if key.startswith(prefix):
                yield await self.head(key)

    async def aclose(self) -> None:
        return

    def _found(self, key: str) -> tuple[bytes, datetime]:
        try:
            return self._files[checked_key(key)]
        except KeyError as error:
            raise NotFound("no such file in the store") from error


BAD_KEYS = (
    "", "/", "/etc/passwd", "a/", "a//b", "..", "../a", "a/../b", "a/..", "./a", "a/./b", ".staging/a",
    "a\\b", "a\x00b", "a b", "a/\n", "ü", "C:/a", "a" * 901, "a?b", "a%2e%2e/b", "~/a",
)  # fmt: skip


class BlobContract:
    """What every store promises. A subclass gives the fixture `blobs`, fresh and empty."""

    async def test_a_file_comes_back_byte_for_byte(self, blobs: BlobStore) -> None:
        data = bytes(range(256)) * 1000
        await blobs.put("c1/2026-11/p/d", data)
        assert await blobs.get("c1/2026-11/p/d") == data

    async def test_an_empty_file_is_a_file(self, blobs: BlobStore) -> None:
        await blobs.put("c1/empty", b"")
        assert await blobs.get("c1/empty") == b""

    async def test_a_put_replaces_what_was_there(self, blobs: BlobStore) -> None:
        await blobs.put("c1/a", b"a longer first version")
        await blobs.put("c1/a", b"second")
        assert await blobs.get("c1/a") == b"second"

    async def test_a_create_only_put_leaves_what_was_there(self, blobs: BlobStore) -> None:
        await blobs.put("c1/a", b"first", overwrite=False)
        with pytest.raises(Conflict):
            await blobs.put("c1/a", b"second", overwrite=False)
        assert await blobs.get("c1/a") == b"first"

    async def test_a_missing_file_is_not_found(self, blobs: BlobStore) -> None:
        with pytest.raises(NotFound):
            await blobs.get("c1/missing")

    async def test_the_head_of_a_missing_file_is_not_found(self, blobs: BlobStore) -> None:
        with pytest.raises(NotFound):
            await blobs.head("c1/missing")

    async def test_the_head_tells_size_and_time(self, blobs: BlobStore) -> None:
        await blobs.put("c1/a", b"12345")
        info = await blobs.head("c1/a")
        assert (info.key, info.size_bytes) == ("c1/a", 5)
        assert info.modified_at.tzinfo is not None

    async def test_a_deleted_file_is_gone_and_deleting_again_is_no_error(self, blobs: BlobStore) -> None:
        await blobs.put("c1/a", b"x")
        await blobs.delete("c1/a")
        await blobs.delete("c1/a")
        with pytest.raises(NotFound):
            await blobs.get("c1/a")

    async def test_a_list_gives_the_keys_that_begin_with_the_prefix(self, blobs: BlobStore) -> None:
        for key in ("c1/p1/d1", "c1/p1/d2", "c1/p10/d1", "c2/p1/d1"):
            await blobs.put(key, b"x")
        assert await _keys(blobs, "c1/p1/") == ["c1/p1/d1", "c1/p1/d2"]
        assert await _keys(blobs, "c1/p1") == ["c1/p1/d1", "c1/p1/d2", "c1/p10/d1"]
        assert await _keys(blobs, "") == ["c1/p1/d1", "c1/p1/d2", "c1/p10/d1", "c2/p1/d1"]

    async def test_a_prefix_without_files_lists_nothing(self, blobs: BlobStore) -> None:
        assert await _keys(blobs, "nobody/") == []

    @pytest.mark.parametrize("key", BAD_KEYS)
    async def test_a_key_that_could_leave_the_store_is_refused(self, blobs: BlobStore, key: str) -> None:
        for call in (blobs.put(key, b"x"), blobs.get(key), blobs.head(key), blobs.delete(key)):
            with pytest.raises(UserError) as refused:
                await call
            assert refused.value.code == "invalid_blob_key"

    async def test_the_url_ends_in_the_key(self, blobs: BlobStore) -> None:
        assert blobs.url("c1/2026-11/p/d").endswith("/c1/2026-11/p/d")


async def _keys(blobs: BlobStore, prefix: str) -> list[str]:
    return sorted([info.key async for info in blobs.list(prefix)])

"""Every file store, one suite. A bucket of yours joins when DOCFLOW_TEST_BLOBS_URL names one."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from docflow.adapters.blobs.objects import FolderBlobs, blobs_from
from docflow.domain.ports.blobs import BlobStore
from docflow.testing.blobs import BlobContract, MemoryBlobs

BUCKET = os.environ.get("DOCFLOW_TEST_BLOBS_URL")


class TestMemory(BlobContract):
    @pytest.fixture
    def blobs(self) -> BlobStore:
        return MemoryBlobs()


class TestFolder(BlobContract):
    @pytest.fixture
    def blobs(self, tmp_path: Path) -> BlobStore:
        return FolderBlobs(tmp_path / "blobs")


if BUCKET is not None:

    @pytest.mark.full
    class TestBucket(BlobContract):
        @pytest.fixture
        async def blobs(self, tmp_path: Path) -> AsyncIterator[BlobStore]:
            store = blobs_from(f"{BUCKET}/{uuid4().hex}", tmp_path)
            yield store
            for key in [info.key async for info in store.list("")]:
                await store.delete(key)

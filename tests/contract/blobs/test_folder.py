"""What a folder adds to the contract: durability, one winner, a full disk."""

import asyncio
import errno
import os
import stat
from pathlib import Path

import pytest
from docflow.adapters.blobs.durable import STAGING
from docflow.adapters.blobs.objects import FolderBlobs, blobs_from
from docflow.domain.errors import Conflict, NotFound, StorageFull, TransientError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "blobs"


async def test_of_two_who_create_the_same_file_one_wins(root: Path) -> None:
    blobs = FolderBlobs(root)
    puts = [blobs.put("c/a", bytes([n]), overwrite=False) for n in range(8)]
    answers = await asyncio.gather(*puts, return_exceptions=True)
    assert sum(answer is None for answer in answers) == 1
    assert sum(isinstance(answer, Conflict) for answer in answers) == 7


async def test_file_and_folder_are_synced_before_a_put_returns(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs, synced = FolderBlobs(root), []
    real = os.fsync

    def noted(handle: int) -> None:
        synced.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
        real(handle)

    monkeypatch.setattr(os, "fsync", noted)
    await blobs.put("c/a", b"x")
    assert synced.index("file") < len(synced) - 1
    assert synced[-1] == "folder"


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
async def test_a_full_disk_is_storage_full_and_leaves_nothing(
    root: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    blobs = FolderBlobs(root)

    def full(_: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageFull):
        await blobs.put("c/a", b"x")
    monkeypatch.undo()
    assert [info.key async for info in blobs.list("")] == []
    assert list((root / STAGING).iterdir()) == []


async def test_a_failing_disk_is_trouble_that_may_pass(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs = FolderBlobs(root)

    def broken(_: int) -> None:
        raise OSError(errno.EIO, "input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(TransientError) as trouble:
        await blobs.put("c/a", b"x")
    assert trouble.value.code == "storage_unavailable"


async def test_a_half_written_file_of_a_crash_is_never_listed(root: Path) -> None:
    blobs = FolderBlobs(root)
    (root / STAGING / "left-behind").write_bytes(b"half")
    await blobs.put("c/a", b"x")
    assert [info.key async for info in blobs.list("")] == ["c/a"]


async def test_what_a_crash_left_long_ago_is_cleared(root: Path) -> None:
    FolderBlobs(root)
    old, young = root / STAGING / "old", root / STAGING / "young"
    for left in (old, young):
        left.write_bytes(b"half")
    os.utime(old, (0, 0))
    FolderBlobs(root)
    assert (old.exists(), young.exists()) == (False, True)


async def test_a_folder_is_no_file(root: Path) -> None:
    blobs = FolderBlobs(root)
    await blobs.put("c/p/a", b"x")
    for call in (blobs.get("c/p"), blobs.head("c/p")):
        with pytest.raises(NotFound):
            await call


async def test_files_are_readable_by_their_owner_alone(root: Path) -> None:
    await FolderBlobs(root).put("c/a", b"x")
    assert (root / "c/a").stat().st_mode & 0o077 == 0
    assert root.stat().st_mode & 0o077 == 0


def test_without_a_url_files_lie_under_home(tmp_path: Path) -> None:
    assert blobs_from(None, tmp_path).url("c/a") == (tmp_path / "blobs/c/a").as_uri()


def test_a_file_url_names_the_folder(tmp_path: Path) -> None:
    assert blobs_from((tmp_path / "x y").as_uri(), Path("/nowhere")).url("c/a").endswith("/x%20y/c/a")


@pytest.mark.parametrize(("url", "provider"), [("s3://bucket/prefix", "s3"), ("gs://bucket", "gcs")])
def test_a_bucket_is_chosen_by_its_url(url: str, provider: str, tmp_path: Path) -> None:
    blobs = blobs_from(url, tmp_path)
    assert (blobs.provider, blobs.url("c/a")) == (provider, f"{url}/c/a")


def test_an_unknown_store_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="ftp"):
        blobs_from("ftp://host/x", tmp_path)

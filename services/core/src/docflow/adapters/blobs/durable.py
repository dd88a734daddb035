"""A local write that survives a power cut: staged, synced, then given its name in one step.

The object store library's own local write gives the name without a sync, so a crash soon after can leave an
empty or short file under a name that was promised to be durable.
"""

import os
import secrets
from contextlib import suppress
from pathlib import Path

STAGING = ".staging"
LEFT_BEHIND_S = 86_400.0


def write_durably(root: Path, key: str, data: bytes, *, overwrite: bool) -> None:
    """Raises FileExistsError when the key exists and `overwrite` is False, OSError as the system gives it."""
    target = root / key
    is_new = _make_folder(root, target.parent)
    staged = root / STAGING / secrets.token_hex(16)
    try:
        _write_synced(staged, data)
        if overwrite:
            staged.replace(target)
        else:
            os.link(staged, target)
        _sync_folder(target.parent)
        if is_new:
            # Last, since one commit of the file system's journal then takes both.
            _sync_folder(target.parent.parent)
    finally:
        with suppress(OSError):
            staged.unlink()


def prepare(root: Path, now_s: float) -> None:
    """Make the root and its staging area, readable by the owner alone, and clear what crashes left there.

    `now_s` in seconds since 1970. What is younger than a day may belong to a put of another process.
    """
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    staging = root / STAGING
    staging.mkdir(mode=0o700, exist_ok=True)
    for left in staging.iterdir():
        with suppress(OSError):
            if left.stat().st_mtime < now_s - LEFT_BEHIND_S:
                left.unlink()


def _write_synced(path: Path, data: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _make_folder(root: Path, folder: Path) -> bool:
    """Make what is missing from the top down. True = it is new, and its own entry is the only one not synced yet."""
    if folder.is_dir():
        return False
    if folder != root and _make_folder(root, folder.parent):
        _sync_folder(folder.parent.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    return True


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""Temporary home folders for what is measured."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def a_home() -> Iterator[Path]:
    """A home folder that does not exist yet, in a place that the database's account may pass through."""
    folder = Path(tempfile.mkdtemp(prefix="docflow-load-"))
    if os.geteuid() == 0:
        folder.chmod(0o711)
    try:
        yield folder / "home"
    finally:
        shutil.rmtree(folder, ignore_errors=True)

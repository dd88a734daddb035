"""What git knows about this repository, for the tests beside it."""

import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def git(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run git here, whoever owns the folder."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git clone")
    command = ["git", "-c", "safe.directory=*", "-C", str(ROOT), *arguments]
    return subprocess.run(command, input=given, capture_output=True, text=True, check=False)


@cache
def tracked() -> tuple[Path, ...]:
    """Every tracked file that is there, relative to the root."""
    listed = git("ls-files", "-z")
    assert listed.returncode == 0, listed.stderr
    return tuple(Path(name) for name in listed.stdout.split("\0") if name and (ROOT / name).is_file())


def text_of(file: Path) -> str | None:
    """The file's text, or None when it is not text."""
    content = (ROOT / file).read_bytes()
    if b"\0" in content:
        return None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return None

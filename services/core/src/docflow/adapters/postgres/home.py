"""The data folder of one installation: who holds it, where its database lies, and its secrets."""

import fcntl
import hashlib
import json
import os
import secrets
import shutil
import tempfile
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from docflow.adapters.postgres.account import Account
from docflow.domain.errors import Conflict

_LASTING = Path("/var/lib")
_TEMPORARY = (Path("/tmp"), Path("/var/tmp"))  # noqa: S108 - private folders are made there
_MEMORY = Path("/dev/shm")  # noqa: S108 - private folders are made there
_MEMORY_BYTES = 4 * 1024**3
_LEFT_S = 60.0


def outside_of(home: Path) -> tuple[Path, ...]:
    """Where the database may go when its account cannot reach the home folder, best first.

    /var/lib, because nothing sweeps it; but what belongs to a temporary home stays temporary.
    """
    passing = any(home.resolve().is_relative_to(each.resolve()) for each in _TEMPORARY)
    return _TEMPORARY if passing else (_LASTING, *reversed(_TEMPORARY))


def parent_of_passing() -> Path | None:
    """Where to make a folder of some hundred megabytes that lives for minutes; None = where temporary ones are made.

    Memory, where there is plenty: a database is copied there in a tenth of the time (2026-11-30: 0.03 s of CPU
    instead of 0.28 s, on a busy disk).
    """
    try:
        there = os.statvfs(_MEMORY)
    except OSError:
        return None
    free = there.f_bavail * there.f_frsize
    usable = os.access(_MEMORY, os.W_OK) and not there.f_flag & (os.ST_NOEXEC | os.ST_RDONLY)
    return _MEMORY if usable and min(free, _available_bytes()) >= _MEMORY_BYTES else None


def _available_bytes() -> int:
    lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))


class HomeInUse(Conflict):
    """Another process runs this home folder; `pid` is None while it has not said who it is."""

    default_code = "home_in_use"

    def __init__(self, home: Path, pid: int | None) -> None:
        super().__init__(f"{home} is in use by process {pid or 'unknown'}; one process at a time may run it")
        self.pid = pid


class HomeLock:
    """One parent per home folder.

    The kernel holds the lock and drops it with the process, however that ends, so it cannot go stale; the pid in
    the file is for people.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._path = home / "postgres.lock"
        self._file: int | None = None

    def take(self, *, wait_s: float) -> None:
        """Wait, because children of a parent that was killed may hold the lock until they have ended too."""
        until = time.monotonic() + wait_s
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= until:
                    os.close(file)
                    raise HomeInUse(self._home, self.holder()) from None
                time.sleep(0.05)
            else:
                break
        os.ftruncate(file, 0)
        os.pwrite(file, str(os.getpid()).encode(), 0)
        self._file = file

    def release(self) -> None:
        if self._file is not None:
            os.ftruncate(self._file, 0)
            os.close(self._file)
            self._file = None

    def holder(self) -> int | None:
        try:
            return int(self._path.read_text())
        except (OSError, ValueError):
            return None


def remove_left_homes(parent: Path, prefix: str) -> None:
    """Homes below `parent` that a killed process left: they are a minute old, and nobody holds their lock."""
    for lock in parent.glob(f"{prefix}*/postgres.lock"):
        with suppress(OSError), lock.open("rb") as file:
            if time.time() - lock.stat().st_mtime > _LEFT_S:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(lock.parent, ignore_errors=True)


@dataclass(slots=True)
class Place:
    """What is kept between starts, in `postgres.json` (0600). `folder` holds `data` and copied programs."""

    folder: Path
    password: str
    port: int | None = None

    @property
    def data(self) -> Path:
        return self.folder / "data"


def read_place(home: Path) -> Place | None:
    try:
        kept = json.loads((home / "postgres.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return Place(Path(kept["folder"]), kept["password"], kept["port"])


def write_place(home: Path, place: Place) -> None:
    kept = asdict(place) | {"folder": str(place.folder)}
    write_private(home / "postgres.json", json.dumps(kept, indent=1) + "\n")


def make_home(home: Path) -> None:
    """As root the database's account must pass through: 0711 shows it nothing. Existing folders keep their mode."""
    if not home.is_dir():
        home.mkdir(parents=True, exist_ok=True)
        home.chmod(0o711 if os.geteuid() == 0 else 0o700)


def choose_place(home: Path, account: Account, outside: tuple[Path, ...]) -> Place:
    """A new place: below home, or elsewhere when the account cannot pass through to it."""
    if account.passes(home):
        folder = home / "postgres"
        folder.mkdir(mode=0o700, exist_ok=True)
    else:
        parent = next(each for each in outside if account.passes(each) and os.access(each, os.W_OK))
        named = hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:12]
        # Never a folder that somebody else may have put there beforehand.
        folder = Path(tempfile.mkdtemp(prefix=f"docflow-{named}-", dir=parent))
    folder.chmod(0o700)
    account.give(folder)
    return Place(folder.resolve(), secrets.token_urlsafe(24))


def remove_place(home: Path) -> None:
    """Delete the database and all that was kept about it."""
    if place := read_place(home):
        shutil.rmtree(place.folder, ignore_errors=True)
    for name in ("postgres.json", "postgres.lock"):
        (home / name).unlink(missing_ok=True)


def write_private(path: Path, text: str) -> None:
    """Replace a file by one that only its owner may read; as root, the owner is the folder's."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(file, "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    keep_owner(fresh)
    fresh.replace(path)


def keep_owner(path: Path) -> None:
    """As root in somebody's folder, what we make there stays theirs."""
    if os.geteuid() == 0:
        folder = path.parent.stat()
        os.chown(path, folder.st_uid, folder.st_gid)

"""PostgreSQL refuses to run as root: the account it runs as instead, and what that account can reach."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

_NOBODY = 65534


@dataclass(frozen=True, slots=True)
class Account:
    uid: int
    gid: int
    switch: bool
    """True when we are root and must become this account."""

    def reaches(self, path: Path) -> bool:
        """Whether the account may read `path` and pass every folder above it, going by the mode bits."""
        path = path.resolve()
        if not self.switch:
            return os.access(path, os.R_OK)
        if not all(self._may(parent, stat.S_IXOTH) for parent in path.parents):
            return False
        return self._may(path, stat.S_IROTH | stat.S_IXOTH if path.is_dir() else stat.S_IROTH)

    def passes(self, folder: Path) -> bool:
        """Whether the account may go through `folder` and every folder above it, without listing them."""
        folder = folder.resolve()
        if not self.switch:
            return True
        return all(self._may(each, stat.S_IXOTH) for each in (folder, *folder.parents) if each.exists())

    def _may(self, path: Path, others: int) -> bool:
        found = path.stat()
        if found.st_uid == self.uid:
            wanted = others << 6
        elif found.st_gid == self.gid:
            wanted = others << 3
        else:
            wanted = others
        return found.st_mode & wanted == wanted

    def give(self, path: Path) -> None:
        if self.switch:
            os.chown(path, self.uid, self.gid)


def account_for(home: Path, data: Path | None) -> Account:
    """Ours, unless we are root: then the owner of the data, else of the home folder, else nobody."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switch=False)
    for path in (data, home):
        if path is not None and path.exists() and path.stat().st_uid != 0:
            return Account(path.stat().st_uid, path.stat().st_gid, switch=True)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        return Account(_NOBODY, _NOBODY, switch=True)
    return Account(nobody.pw_uid, nobody.pw_gid, switch=True)

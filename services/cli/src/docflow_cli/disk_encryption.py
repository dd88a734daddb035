"""Whether a folder lies on an encrypted disk, as far as Linux tells: dm-crypt below it, or a file system that encrypts."""

from pathlib import Path

_ENCRYPTING = ("ecryptfs", "fuse.gocryptfs", "fuse.cryfs", "fuse.encfs")
_SYSTEM = Path("/sys/dev/block")
_MOUNTS = Path("/proc/self/mountinfo")


def encryption_of(folder: Path, *, mounts: Path = _MOUNTS, devices: Path = _SYSTEM) -> str | None:
    """What encrypts it; None = not known: the machine below, a network or a volume may still do so."""
    found = _mount_of(folder.resolve(), mounts)
    if found is None:
        return None
    device, kind = found
    if kind in _ENCRYPTING:
        return kind
    return "dm-crypt" if _is_crypt(devices / device) else None


def _mount_of(folder: Path, mounts: Path) -> tuple[str, str] | None:
    """Device (major:minor) and kind of the file system that holds `folder`."""
    try:
        lines = mounts.read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    best: tuple[int, tuple[str, str]] | None = None
    for line in lines:
        before, _, after = line.partition(" - ")
        parts = before.split()
        point = Path(parts[4].replace("\\040", " "))
        if folder.is_relative_to(point) and (best is None or len(point.parts) >= best[0]):
            best = len(point.parts), (parts[2], after.split()[0])
    return best and best[1]


def _is_crypt(device: Path) -> bool:
    """The device itself, or one that it is made of: a logical volume on an encrypted disk."""
    try:
        if (device / "dm" / "uuid").read_text(encoding="utf-8").startswith("CRYPT-"):
            return True
    except OSError:
        pass
    return any(_is_crypt(below) for below in device.glob("slaves/*"))

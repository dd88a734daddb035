"""Gives up root, ties its life to the parent's and becomes another program.

An account without an entry in the user database (containers give out such numbers) gets a namespace in which it
bears a name that exists: initdb insists on one.

Run as a file by a bare interpreter (`python -I -S child.py PARENT UID GID PROGRAM ARG...`); imports nothing of ours.
A program of its own instead of a `preexec_fn`: that would run Python between fork and exec of a threaded process.
"""

import ctypes
import os
import pwd
import signal
import sys

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_CLONE_NEWUSER = 0x10000000


def become(parent: int, uid: int, gid: int, command: list[str]) -> None:
    """`uid` -1 keeps the account. Never returns; ends with 1 when the parent is already gone."""
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if libc is not None:
        if not _has_name(os.getuid()):
            _take_name(libc)
        # After the change of account, which clears it.
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)
    os.umask(0o077)
    os.execv(command[0], command)  # noqa: S606 - our own command


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _take_name(libc: ctypes.CDLL) -> None:
    """Where namespaces are forbidden nothing changes, and initdb says what it misses."""
    named = min((each.pw_uid for each in pwd.getpwall() if each.pw_uid > 0), default=None)
    uid, gid = os.getuid(), os.getgid()
    if named is None or libc.unshare(_CLONE_NEWUSER) != 0:
        return
    # A process that changed its account may not write to its own /proc files otherwise.
    libc.prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)
    for name, line in (("setgroups", "deny"), ("uid_map", f"{named} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        with open(f"/proc/self/{name}", "w") as file:  # noqa: PTH123 - a bare interpreter starts faster without pathlib
            file.write(line)


if __name__ == "__main__":
    become(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])

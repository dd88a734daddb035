"""The releases before this code, as git tells of them: tags `v1.2.3`."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[3]
VERSIONS = "db/migrations/versions"


def git(*words: str) -> list[str]:
    done = subprocess.run(["git", "-C", ROOT, *words], capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout.split("\n")[:-1]


def releases() -> list[str]:
    """Tags of commits before this one, the newest release first."""
    here = set(git("tag", "--points-at", "HEAD"))
    found = git("tag", "--list", "v[0-9]*", "--merged", "HEAD", "--sort=-v:refname")
    return [tag for tag in found if tag not in here]


def revisions_in(tag: str) -> frozenset[str]:
    lines = git("grep", "-hE", "^revision = ", tag, "--", VERSIONS)
    return frozenset(re.findall(r'"(\w+)"', "\n".join(lines)))


def before_the_newest_migration() -> str:
    """The commit before the one that brought the newest migration; this one where the clone holds no history."""
    (commit,) = git("log", "-1", "--diff-filter=A", "--format=%H", "--", VERSIONS)
    return next(iter(git("log", "-1", "--skip=1", "--format=%H", commit)), commit)

"""What a service's image installs: `python image_requirements.py LOCK PROJECT... NAME...` prints requirements.

The direct dependencies of each project folder and each further name, without those of this workspace. Versions and
hashes come from the lock, which is passed beside it as constraints; a name that the lock does not know is an error.
"""

import re
import sys
import tomllib
from pathlib import Path

_NAME = re.compile(r"[A-Za-z0-9._-]+")


def wanted(lock: str, arguments: list[str]) -> list[str]:
    found: set[str] = set()
    for argument in arguments:
        project = Path(argument) / "pyproject.toml"
        found |= set(_dependencies(project)) if project.is_file() else {argument}
    locked = {_plain(line.split("==")[0].split("[")[0]) for line in lock.splitlines() if "==" in line}
    missing = sorted(each for each in found if _plain(_name(each)) not in locked)
    if missing:
        raise SystemExit(f"not in the lock: {', '.join(missing)}")
    return sorted(found)


def _dependencies(project: Path) -> list[str]:
    listed = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["dependencies"]
    return [each for each in listed if not each.startswith("docflow-")]


def _name(requirement: str) -> str:
    match = _NAME.match(requirement)
    return match.group() if match else requirement


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name.strip()).lower()


if __name__ == "__main__":
    sys.stdout.write("\n".join(wanted(Path(sys.argv[1]).read_text(encoding="utf-8"), sys.argv[2:])) + "\n")

"""What a service's image installs: `python image_requirements.py LOCK PROJECT... NAME...` prints requirements.

The direct dependencies of each project folder (`services/core[otel]` = with that extra) and each further name, without
those of this workspace. Versions and
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
        folder, _, extras = argument.rstrip("]").partition("[")
        project = Path(folder) / "pyproject.toml"
        found |= set(_dependencies(project, extras)) if project.is_file() else {argument}
    locked = {_plain(line.split("==")[0].split("[")[0]) for line in lock.splitlines() if "==" in line}
    missing = sorted(each for each in found if _plain(_name(each)) not in locked)
    if missing:
        raise SystemExit(f"not in the lock: {', '.join(missing)}")
    return sorted(found)


def _dependencies(project: Path, extras: str) -> list[str]:
    told = tomllib.loads(project.read_text(encoding="utf-8"))["project"]
    optional = [told["optional-dependencies"][extra] for extra in extras.split(",") if extra]
    listed = [each for part in (told["dependencies"], *optional) for each in part]
    return [each for each in listed if not each.startswith("docflow-")]


def _name(requirement: str) -> str:
    match = _NAME.match(requirement)
    return match.group() if match else requirement


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name.strip()).lower()


if __name__ == "__main__":
    sys.stdout.write("\n".join(wanted(Path(sys.argv[1]).read_text(encoding="utf-8"), sys.argv[2:])) + "\n")

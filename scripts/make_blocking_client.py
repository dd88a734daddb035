"""Writes the blocking form of the client's resources from the asynchronous one; a test holds the two together.

python scripts/make_blocking_client.py [--check]
"""

import re
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "services/client/src/docflow_client"
BY_HAND = frozenset({"__init__.py", "sender.py"})
_WORDS = (
    (r"^import asyncio\n", ""),
    (r"Callable\[\[float\], Awaitable\[None\]\] = asyncio\.sleep", "Callable[[float], None] = time.sleep"),
    (r"import Awaitable, Callable", "import Callable"),
    (r"docflow_client\.asynchronous", "docflow_client.blocking"),
    (r"httpx\.Async", "httpx."),
    (r"\bAsync(?=[A-Z])", ""),
    (r"\basync (?=def|with|for)", ""),
    (r"\bawait ", ""),
    (r"__a(enter|exit)__", r"__\1__"),
    (r"\baclose\b", "close"),
)


def blocking(source: str) -> str:
    """The module in its blocking form, formatted."""
    for pattern, words in _WORDS:
        source = re.sub(pattern, words, source, flags=re.MULTILINE)
    ruff = [str(Path(sys.executable).with_name("ruff"))]
    sorted_ = _piped(
        [*ruff, "check", "--select", "I", "--fix", "--quiet", "--stdin-filename", str(PACKAGE / "x.py"), "-"],
        source,
    )
    return _piped([*ruff, "format", "--stdin-filename", str(PACKAGE / "x.py"), "-"], sorted_)


def _piped(command: list[str], source: str) -> str:
    return subprocess.run(command, input=source, capture_output=True, text=True, check=True).stdout  # noqa: S603


def main(given: list[str]) -> int:
    """With --check: 1 when a module is not what this would write."""
    stale = 0
    for module in sorted((PACKAGE / "asynchronous").glob("*.py")):
        if module.name in BY_HAND:
            continue
        made, target = blocking(module.read_text(encoding="utf-8")), PACKAGE / "blocking" / module.name
        if target.is_file() and target.read_text(encoding="utf-8") == made:
            continue
        stale += 1
        if "--check" in given:
            sys.stderr.write(f"{target} is stale; run scripts/make_blocking_client.py\n")
        else:
            target.write_text(made, encoding="utf-8")
    return int("--check" in given and stale > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

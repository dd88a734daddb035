"""Print the targets of the Makefile, each with the sentence behind its `##`."""

import re
import sys
from pathlib import Path

TARGET = re.compile(r"^([a-z-]+):.*?## (.+)$", re.MULTILINE)


def described(makefile: str) -> list[tuple[str, str]]:
    """The targets that say what they do, in the order of the file."""
    return TARGET.findall(makefile)


def main() -> None:
    targets = described((Path(__file__).parents[1] / "Makefile").read_text(encoding="utf-8"))
    width = max(len(name) for name, _ in targets)
    for name, purpose in targets:
        sys.stdout.write(f"make {name.ljust(width)}  {purpose}\n")


if __name__ == "__main__":
    main()

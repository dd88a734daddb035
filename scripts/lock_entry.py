"""Print the entry of one package in requirements.lock, with its hashes."""

import sys
from pathlib import Path


def entry(lock: str, name: str) -> str:
    lines = lock.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(f"{name}=="))
    end = start
    while lines[end].endswith("\\"):
        end += 1
    return "\n".join(lines[start : end + 1])


if __name__ == "__main__":
    lock = (Path(__file__).parents[1] / "requirements.lock").read_text(encoding="utf-8")
    sys.stdout.write(entry(lock, sys.argv[1]) + "\n")

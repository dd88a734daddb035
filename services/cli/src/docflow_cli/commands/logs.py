import os
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

_LOOK_S = 0.2


def logs(
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Keep showing new lines.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="How many of the last lines.")] = 50,
) -> None:
    """Show the log of this installation, one JSON object a line."""
    from docflow_cli.installation import fail, read_state

    path = read_state().home / "logs" / "docflow.log"
    if not path.exists():
        fail(f"there is no log yet at {path}")
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in deque(file, maxlen=lines):
            typer.echo(line, nl=False)
        here = file.tell()
    if follow:
        for text in _new_text(path, here):
            typer.echo(text, nl=False)


def _new_text(path: Path, position: int) -> Iterator[str]:
    """What is written from `position` on, for ever; a file that was put aside is followed by the new one."""
    while True:
        with path.open(encoding="utf-8", errors="replace") as file:
            file.seek(position)
            while not path.exists() or path.stat().st_ino == os.fstat(file.fileno()).st_ino:
                yield file.read()
                time.sleep(_LOOK_S)
            yield file.read()
            position = 0

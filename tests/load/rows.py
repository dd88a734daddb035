"""Invoices of many rows: are all rows read or the document held, in what processor time and memory.

    python -m tests.load.rows [ROWS ...]

Each length runs in a program of its own, so that its memory is its own.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from docflow.adapters.llm.offline.reader import read_fields
from docflow.domain.reading import Row as ReadRow
from docflow.features.reading.assembly import fields_of_extraction
from docflow_ocr.pages.pdf import text_pages

from tests.data.make_invoices import LAYOUTS, Layout, Row, draw, rows_of
from tests.unit.reading.test_tables import SCHEMA

ROOT = Path(__file__).parents[2]
COUNTS = (10, 100, 800, 3_200)


@dataclass(frozen=True, slots=True)
class Measured:
    """Of one length in all layouts: `whole` were read to the last row, `silent` lack one and were not held.

    `worst_s` are processor seconds of the slowest document from its bytes to its fields, `peak_mb` the program's memory.
    """

    rows: int
    layouts: int
    whole: int
    held: int
    silent: int
    worst_s: float
    peak_mb: float


def measure() -> Mapping[str, float]:
    """The figures of the bench."""
    found = all_lengths(COUNTS)
    longest = found[-1]
    return {
        "rows_lost_silently": float(sum(one.silent for one in found)),
        f"rows_{longest.rows}_s": longest.worst_s,
        "rows_peak_mb": longest.peak_mb,
    }


def all_lengths(counts: Sequence[int]) -> list[Measured]:
    return [_apart(count) for count in counts]


def as_markdown(found: Sequence[Measured]) -> str:
    lines = [
        "| rows | layouts | every row read | held | rows lost silently | slowest, processor s | memory, MB |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    return "\n".join(
        lines
        + [
            f"| {one.rows:,} | {one.layouts} | {one.whole} | {one.held} | {one.silent} | {one.worst_s:.2f} | {one.peak_mb:.0f} |"
            for one in found
        ]
    )


def _apart(count: int) -> Measured:
    command = [sys.executable, "-m", "tests.load.rows", "--only", str(count)]
    told = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    given: dict[str, Any] = json.loads(told)
    return Measured(**given)


def _here(count: int) -> Measured:
    rows, whole, held, silent, worst = rows_of(count), 0, 0, 0, 0.0
    for layout in LAYOUTS:
        is_whole, is_held, seconds = _read(layout, rows)
        whole, held = whole + is_whole, held + is_held
        silent, worst = silent + (not is_whole and not is_held), max(worst, seconds)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Measured(count, len(LAYOUTS), whole, held, silent, worst, peak)


def _read(layout: Layout, rows: Sequence[Row]) -> tuple[bool, bool, float]:
    data = draw(layout, rows)
    began = time.process_time()
    pages = text_pages(data).pages
    found = fields_of_extraction(read_fields(pages, SCHEMA), pages, SCHEMA)
    seconds = time.process_time() - began
    read = found.tables["line_items"]
    is_whole = len(read) == len(rows) and all(
        _is_same(got, true) for got, true in zip(read, rows, strict=True)
    )
    return is_whole, bool(found.gaps), seconds


def _is_same(read: ReadRow, true: Row) -> bool:
    values = {"quantity": true.quantity, "unit_price": true.unit_price, "line_total": true.line_total}
    return all(
        name in read and Decimal(str(read[name].value)) == Decimal(value) for name, value in values.items()
    )


def main(given: Sequence[str]) -> None:
    if given[:1] == ["--only"]:
        print(json.dumps(asdict(_here(int(given[1])))))
    else:
        print(as_markdown(all_lengths([int(count) for count in given] or COUNTS)))


if __name__ == "__main__":
    main(sys.argv[1:])

"""Writes docs/quality.md: how well and at what cost the labelled sets beside the repository are read.

`python -m tests.load.quality` (some minutes: every scan goes through OCR).
"""

import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

from docflow_cli.evaluation import as_markdown, run

ROOT = Path(__file__).parents[2]
SETS = {
    "e-invoices": "Structured invoices: Factur-X and ZUGFeRD inside PDFs, XRechnung, UBL, CII",
    "sroie": "Scanned receipts (ICDAR 2019 SROIE, task 3)",
    "invoices-saas": "Invoices of software suppliers, PDF with text",
    "invoice2data": "Invoices of shops and utilities; labels name only some of what is printed",
    "forms-us": "US tax forms and sample invoices, under field names that say little of the kind",
}
HEAD = """# How well documents are read

Measured on public labelled documents by the offline reader: no model, no key, no network. `docflow eval run --set FOLDER`
measures any folder of labelled documents the same way; `python -m tests.load.quality` writes this page again.

A value is right when it is equal to the label: money to the cent, dates by the day, text by its letters and digits. F1
counts a wrong value twice, as one that should not be there and as one that is missing. "Accepted" are values at least as
sure as the threshold, which a process passes on unseen; what is wrong among them is what a person would have had to see.
These are the documents the reader was developed with; on others it will do somewhat worse.
"""


def main(folder: Path) -> None:
    parts = [
        HEAD,
        f"{datetime.now(UTC):%d %B %Y}, Python {platform.python_version()}, {platform.machine()}.\n",
    ]
    for name, title in SETS.items():
        if not (folder / name).is_dir():
            sys.exit(f"{folder / name} is not there")
        evaluation = run(folder / name, 0.80, lambda _: None)
        parts.append(f"## {title}\n\nSet `{name}`.\n\n{as_markdown(evaluation)}\n")
    (ROOT / "docs" / "quality.md").write_text("\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared" / "data")

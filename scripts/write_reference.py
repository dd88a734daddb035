"""Writes docs/reference/*.md from the code: `python -m scripts.write_reference` (`-m`: from the root)."""

from pathlib import Path

from scripts.reference import commands, events, metrics, schema, settings

FOLDER = Path(__file__).parents[1] / "docs" / "reference"
PAGES = {
    "settings.md": settings.page,
    "events.md": events.page,
    "metrics.md": metrics.page,
    "schema.md": schema.page,
    "commands.md": commands.page,
}

if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), encoding="utf-8")

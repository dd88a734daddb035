"""Writes docs/api/openapi.json from the routes; the portal's types are made from it (`npm run types`)."""

import json
from pathlib import Path

from docflow_api.app import described

if __name__ == "__main__":
    target = Path(__file__).parents[1] / "docs" / "api" / "openapi.json"
    target.write_text(
        json.dumps(described(), indent=0, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8"
    )

"""A model's text as data, or what is wrong with it. No vendor's promise to follow a schema is relied on."""

import json

from docflow.adapters.schemas.rust import failing_places
from docflow.domain.errors import pointer_to
from docflow.domain.json_types import JsonObject


def checked(text: str, schema: JsonObject) -> tuple[JsonObject | None, tuple[str, ...]]:
    """The answer, or None and its problems by place: names of the schema and rules, no values."""
    try:
        data = json.loads(_without_fence(text))
    except (ValueError, RecursionError):
        return None, ("/: is no JSON",)
    if not isinstance(data, dict):
        return None, ("/: is no object",)
    problems = tuple(
        f"{pointer_to(steps) or '/'}: {keyword}" for steps, keyword in failing_places(schema, data)
    )
    return (None, problems) if problems else (data, ())


def _without_fence(text: str) -> str:
    """Models that were asked in words like to wrap JSON in Markdown."""
    stripped = text.strip()
    if stripped.startswith("```"):
        return stripped.partition("\n")[2].rpartition("```")[0]
    return stripped

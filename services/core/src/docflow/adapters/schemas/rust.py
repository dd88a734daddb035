"""JSON Schema checks and text patterns by jsonschema-rs, whose regular expressions take linear time."""

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice

import jsonschema_rs
from jsonschema_rs import RegexOptions, ValidationError, Validator

from docflow.domain.errors import PermanentError
from docflow.domain.json_types import JsonObject, JsonValue
from docflow.domain.outcomes import Finding
from docflow.domain.stages import Severity

MAX_FINDINGS = 50
_PATTERNS = RegexOptions(size_limit=1_000_000)

# What is wrong, in words that hold no value; a keyword without words of its own gets its name.
_WORDS = {
    "required": "is required",
    "type": "has another type",
    "enum": "is not one of the allowed values",
    "const": "is not the allowed value",
    "format": "has another format",
    "pattern": "has another form",
    "minimum": "is too small",
    "exclusiveMinimum": "is too small",
    "maximum": "is too large",
    "exclusiveMaximum": "is too large",
    "minLength": "is too short",
    "maxLength": "is too long",
    "minItems": "has too few rows",
    "maxItems": "has too many rows",
    "additionalProperties": "holds names that are not foreseen",
}


def check_schema(schema: JsonObject, data: JsonValue) -> tuple[Finding, ...]:
    """Findings `schema_<keyword>` with the field's dotted path (rows as `line_items[]`), without any value.

    A schema that cannot be used, or that points to other documents, gives `schema_invalid`.
    """
    try:
        validator = _compiled(json.dumps(schema, sort_keys=True))
        return tuple(sorted(_unique(validator.iter_errors(data)), key=lambda f: (f.field or "", f.code)))
    except (ValidationError, ValueError, jsonschema_rs.ReferencingError):
        return (Finding("schema_invalid", Severity.ERROR, None, "the output schema cannot be used"),)


def failing_places(schema: JsonObject, data: JsonValue) -> tuple[tuple[Sequence[str | int], str], ...]:
    """The steps to each place that fails and the keyword it fails. Raises PermanentError `schema_invalid`."""
    try:
        errors = islice(_compiled(json.dumps(schema, sort_keys=True)).iter_errors(data), MAX_FINDINGS)
        return tuple((error.instance_path, error.kind.name) for error in errors)
    except (ValidationError, ValueError, jsonschema_rs.ReferencingError) as error:
        raise PermanentError("the configuration's schema cannot be used", code="schema_invalid") from error


def schema_fault(schema: JsonObject) -> tuple[Sequence[str | int], str] | None:
    """Where a schema itself is wrong and what about it, without its values; None when it can be used."""
    try:
        _compiled(json.dumps(schema, sort_keys=True))
    except ValidationError as error:
        return tuple(error.instance_path), f"is no valid JSON Schema ({error.kind.name})"
    except (ValueError, jsonschema_rs.ReferencingError):
        return (), "is no JSON Schema that can be used"
    return None


def found_in_text(pattern: str, text: str) -> bool:
    """Whether the pattern is found anywhere in the text; anchors hold at its ends. ValueError for a bad pattern."""
    try:
        return _compiled(json.dumps({"pattern": pattern})).is_valid(text)
    except (ValidationError, jsonschema_rs.ReferencingError) as error:
        raise ValueError("the pattern cannot be used") from error


@lru_cache(maxsize=256)
def _compiled(schema: str) -> Validator:
    return jsonschema_rs.validator_for(
        json.loads(schema), validate_formats=True, pattern_options=_PATTERNS, retriever=_refuse
    )


def _refuse(_: str) -> JsonValue:
    raise ValueError("a schema may not point to other documents")


def _unique(errors: Iterator[ValidationError]) -> Iterator[Finding]:
    """One finding for each field and keyword, however many rows fail."""
    seen: set[tuple[str, str | None]] = set()
    for error in errors:
        finding = _finding(error)
        if (finding.code, finding.field) not in seen:
            seen.add((finding.code, finding.field))
            yield finding
        if len(seen) >= MAX_FINDINGS:
            return


def _finding(error: ValidationError) -> Finding:
    keyword = error.kind.name
    path: Sequence[str | int] = error.instance_path
    if keyword == "required":
        path = [*path, error.kind.as_dict()["property"]]
    field = _dotted(path) or None
    told = _WORDS.get(keyword, f"does not satisfy {keyword}")
    return Finding(f"schema_{_snake(keyword)}", Severity.ERROR, field, f"{field or 'the result'} {told}")


def _dotted(path: Sequence[str | int]) -> str:
    dotted = ""
    for part in path:
        dotted += "[]" if isinstance(part, int) else (f".{part}" if dotted else part)
    return dotted


def _snake(keyword: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in keyword)

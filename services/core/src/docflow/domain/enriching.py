"""Values that a plugin states, in the fields of a reading: marked as its own, on no page, and never surer than before."""

from collections.abc import Mapping

from docflow.domain.confidence import CAP_UNGROUNDED
from docflow.domain.evidence import values_of
from docflow.domain.expressions.types import Plain
from docflow.domain.facts import type_of
from docflow.domain.json_types import JsonObject, JsonScalar, JsonValue
from docflow.domain.output_schema import FieldSpec, shape_of
from docflow.domain.reading import FieldSource
from docflow.domain.results import typed_data
from docflow.domain.typing_values import WrongValue, same, typed
from docflow.domain.values.kinds import text_key

READ = "read"
"""In a field that a plugin stated: the field as it was read; null where nothing was."""


def as_read(extraction: JsonObject) -> JsonObject:
    """Without what plugins stated, so that a repeat begins where the first time did. What people stated stays."""
    fields: Mapping[str, JsonObject] = extraction.get("fields") or {}
    if not any(_is_stated(one) for one in fields.values()):
        return extraction
    before = {name: one.get(READ) if _is_stated(one) else one for name, one in fields.items()}
    return {**extraction, "fields": {name: one for name, one in before.items() if one is not None}}


def enriched(extraction: JsonObject, stated: Mapping[str, JsonScalar], schema: JsonObject) -> JsonObject:
    """A copy with these values by path. None, what a person stated and what is equal stay as they are.

    Raises WrongValue for a path that the schema lacks and a value that its field cannot hold.
    """
    fields: dict[str, JsonObject] = dict(extraction.get("fields") or {})
    shape, changed = shape_of(schema), False
    for path, given in stated.items():
        spec = shape.field(path)
        if spec is None:
            raise WrongValue("is no field of the output schema")
        field = _stated(fields.get(path), spec, given)
        if field is not None:
            fields[path], changed = field, True
    if not changed:
        return extraction
    whole: dict[str, JsonValue] = {**extraction, "fields": fields}
    return {**whole, "data": typed_data(values_of(whole), schema)}


def _stated(before: JsonObject | None, spec: FieldSpec, given: JsonScalar) -> JsonObject | None:
    value = typed(spec, given)
    was = (before or {}).get("value")
    if value is None or value == was or (before or {}).get("source") == FieldSource.HUMAN.value:
        return None
    known = CAP_UNGROUNDED if before is None or was is None else float(before.get("confidence") or 0)
    return {
        "value": value,
        # Another spelling is as sure as what was read; another value stands on no page.
        "confidence": known if _is_spelling(spec, was, value) else min(known, CAP_UNGROUNDED),
        "page": None,
        "box": None,
        "source": FieldSource.PLUGIN.value,
        "text": "",
        "checks": [],
        READ: before,
    }


def _is_stated(field: JsonObject | None) -> bool:
    return bool(field) and field is not None and field.get("source") == FieldSource.PLUGIN.value


def _is_spelling(spec: FieldSpec, was: JsonScalar, value: JsonScalar) -> bool:
    """Of a number each sign counts: 12.50 and 1250 are two, and so are 5 and -5."""
    if type_of(spec) is not Plain.TEXT:
        return same(was, value)
    return text_key(str(was)) == text_key(str(value))

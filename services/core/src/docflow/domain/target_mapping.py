"""What a target is sent, made of a result by a small form: names of the target, each with where its value comes from.

    {"invoice.number": "fields.invoice_number",
     "total": {"from": "fields.grand_total", "as": "number", "required": true},
     "source": {"const": "docflow"},
     "note": {"template": "{{fields.seller_name}} {{date}}"},
     "lines": {"each": "tables.line_items", "map": {"text": "row.description"}}}

Sources are `fields.<name>`, `data.<path>`, inside `each` also `row.<column>`, and the facts of the process
(`process_id`, `process_type_id`, `external_id`, `date`, `idempotency_key`). A dot in a name of the target nests.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from docflow.domain.comparing import number
from docflow.domain.errors import PermanentError
from docflow.domain.filling import TemplateInvalid, filled, places
from docflow.domain.json_types import JsonObject, JsonScalar, JsonValue

KINDS = ("text", "number", "integer", "boolean")
_FORMS = ("from", "const", "template", "each")
_SOURCE = re.compile(
    r"(?:fields|data|row)\.\S{1,200}|process_id|process_type_id|external_id|date|idempotency_key"
)
_TABLE = re.compile(r"tables\.\S{1,200}")
MOST_NAMES = 200


@dataclass(frozen=True, slots=True)
class Source:
    """Where values come from: a result and the facts of its process. `row` is the table's row that `each` is at."""

    result: JsonObject
    facts: Mapping[str, str | None]
    row: JsonObject | None = None

    def value(self, name: str) -> JsonValue:
        """None for what the result does not have."""
        group, _, rest = name.partition(".")
        match group:
            case "fields":
                return _read((self.result.get("fields") or {}).get(rest))
            case "row":
                return _read((self.row or {}).get(rest))
            case "data":
                return _nested(self.result.get("data"), rest)
            case _:
                return self.facts.get(name)

    def texts(self) -> dict[str, str | None]:
        """Every single value by its name, for templates."""
        fields = {f"fields.{name}": _read(read) for name, read in (self.result.get("fields") or {}).items()}
        row = {f"row.{name}": _read(read) for name, read in (self.row or {}).items()}
        return {name: _text(value) for name, value in {**self.facts, **fields, **row}.items()}

    def rows(self, table: str) -> Iterator["Source"]:
        for row in (self.result.get("tables") or {}).get(table.removeprefix("tables.")) or ():
            yield replace(self, row=row)


def mapped(mapping: JsonObject, source: Source) -> dict[str, JsonValue]:
    """Raises PermanentError `action_invalid` for a form that is none, `value_missing` for a required value."""
    made: dict[str, JsonValue] = {}
    for name, form in mapping.items():
        _place(made, name, _made(form, source))
    return made


def flat(mapping: JsonObject, source: Source) -> dict[str, JsonValue]:
    """The same with the names as they stand, for columns."""
    return {name: _made(form, source) for name, form in mapping.items()}


def mapping_problems(mapping: JsonValue, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """What is wrong with a mapping, by place."""
    if not isinstance(mapping, Mapping) or not mapping:
        yield path, "names at least one value"
        return
    if len(mapping) > MOST_NAMES:
        yield path, f"names at most {MOST_NAMES} values"
        return
    for name, form in mapping.items():
        yield from _form_problems(form, (*path, str(name)))


def _form_problems(form: JsonValue, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(form, str):
        if not _SOURCE.fullmatch(form):
            yield path, "is fields.<name>, data.<path>, row.<column> or a fact of the process"
        return
    if not isinstance(form, Mapping) or sum(word in form for word in _FORMS) != 1:
        yield path, f"is a source, or an object with one of {', '.join(_FORMS)}"
        return
    if "each" in form:
        if not isinstance(form["each"], str) or not _TABLE.fullmatch(form["each"]):
            yield (*path, "each"), "is tables.<name>"
        yield from mapping_problems(form.get("map"), (*path, "map"))
    elif "from" in form:
        if not isinstance(form["from"], str) or not _SOURCE.fullmatch(form["from"]):
            yield (*path, "from"), "is fields.<name>, data.<path>, row.<column> or a fact of the process"
        if form.get("as", "text") not in KINDS:
            yield (*path, "as"), f"must be one of {', '.join(KINDS)}"
    elif "template" in form and not isinstance(form["template"], str):
        yield (*path, "template"), "is a text"


def _made(form: JsonValue, source: Source) -> JsonValue:
    if isinstance(form, str):
        return source.value(form)
    if not isinstance(form, Mapping):
        raise _invalid()
    if "const" in form:
        return form["const"]
    if "template" in form:
        return _filled(str(form["template"]), source)
    if "each" in form and isinstance(form.get("map"), Mapping):
        return [mapped(form["map"], row) for row in source.rows(str(form["each"]))]
    if "from" in form:
        return _typed(form, source.value(str(form["from"])))
    raise _invalid()


def _filled(template: str, source: Source) -> str:
    """A field that this document does not have is empty; any other unknown name is a mistake."""
    known = source.texts()
    absent = {
        name: "" for name in places(template) if name.startswith(("fields.", "row.")) and "__" not in name
    }
    try:
        return filled(template, {**absent, **known})
    except TemplateInvalid as error:
        raise PermanentError(str(error), code="action_invalid") from error


def _typed(form: JsonObject, value: JsonValue) -> JsonValue:
    if value is None:
        if form.get("required"):
            raise PermanentError("a value that the target needs was not read", code="value_missing")
        return form.get("default")
    match form.get("as"):
        case "number" | "integer" as kind:
            return _number(value, whole=kind == "integer")
        case "boolean":
            return value if isinstance(value, bool) else str(value).lower() in ("true", "1", "yes")
        case "text":
            return _text(value)
        case _:
            return value


def _number(value: JsonValue, *, whole: bool) -> int | float:
    read = number(value)
    is_whole = read is not None and read == read.to_integral_value()
    if read is None or (whole and not is_whole):
        raise PermanentError("a value is not what the target needs", code="value_missing")
    return int(read) if is_whole else float(read)


def _place(made: dict[str, JsonValue], name: str, value: JsonValue) -> None:
    *outer, last = name.split(".")
    inner = made
    for part in outer:
        following = inner.setdefault(part, {})
        if not isinstance(following, dict):
            raise _invalid()
        inner = following
    inner[last] = value


def _read(read: JsonValue) -> JsonScalar:
    value: JsonScalar = read.get("value") if isinstance(read, Mapping) else None
    return value


def _nested(value: JsonValue, path: str) -> JsonValue:
    for part in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(part)
    return value


def _text(value: JsonValue) -> str | None:
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def _invalid() -> PermanentError:
    return PermanentError("the mapping of the action cannot be used", code="action_invalid")

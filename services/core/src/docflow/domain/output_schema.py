"""What a client's JSON Schema asks to be read: fields by dotted path with their kind, and tables."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from docflow.domain.comparing import number
from docflow.domain.json_types import JsonObject, JsonScalar, JsonValue
from docflow.domain.values.kinds import FieldKind

#: Kind by canonical field name, where the schema names none.
_KIND_BY_NAME = {
    "iban": FieldKind.IBAN, "currency": FieldKind.CURRENCY, "email": FieldKind.EMAIL, "phone": FieldKind.PHONE,
    "address": FieldKind.ADDRESS, "company": FieldKind.PARTY, "issuer": FieldKind.PARTY, "merchant": FieldKind.PARTY,
    "employer": FieldKind.PARTY, "employee": FieldKind.PARTY, "date": FieldKind.DATE, "total": FieldKind.MONEY,
    "amount": FieldKind.MONEY, "description": FieldKind.TEXT, "quantity": FieldKind.QUANTITY, "line_count": FieldKind.QUANTITY,
    "type_code": FieldKind.ID, "buyer_reference": FieldKind.ID,
}  # fmt: skip
_KIND_BY_ENDING = (
    (("_date", "_start", "_end", "_on", "_at"), FieldKind.DATE),
    (
        (
            "_total",
            "_amount",
            "_price",
            "_due",
            "_gross",
            "_net",
            "_balance",
            "_pay",
            "_sum",
            "_fee",
            "_wages",
        ),
        FieldKind.MONEY,
    ),
    (("vat_id", "vat_number", "vat"), FieldKind.VAT_ID),
    (("_number", "_no", "_id", "_reference", "_code", "_ssn", "_ein", "_tin"), FieldKind.ID),
    (("_name", "_party"), FieldKind.PARTY),
    (("_address",), FieldKind.ADDRESS),
    (("_rate", "_percent"), FieldKind.RATE),
    (("_iban",), FieldKind.IBAN),
    (("_email",), FieldKind.EMAIL),
    (("_phone",), FieldKind.PHONE),
    (("_currency",), FieldKind.CURRENCY),
    (("_count", "_quantity"), FieldKind.QUANTITY),
)


class FieldRole(StrEnum):
    """What a field is to lists of processes: what `x-role` in an output schema may name."""

    SENDER = "sender"
    """Whom the document is of."""
    AMOUNT = "amount"
    """What it is about."""
    CURRENCY = "currency"
    """Of that amount."""


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One leaf. `path` is dotted; `types` are the JSON types its value may take in `data`."""

    path: str
    kind: FieldKind
    labels: tuple[str, ...] = ()
    required: bool = False
    types: tuple[str, ...] = ("string",)
    nullable: bool = False
    is_choice: bool = False
    """One of the words that the schema lists."""
    role: FieldRole | None = None

    @property
    def name(self) -> str:
        return self.path.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class TableSpec:
    """An array of objects; its columns are leaves with paths inside one row."""

    path: str
    columns: tuple[FieldSpec, ...]
    required: bool = False


@dataclass(frozen=True, slots=True)
class OutputShape:
    fields: tuple[FieldSpec, ...]
    tables: tuple[TableSpec, ...]

    def field(self, path: str) -> FieldSpec | None:
        return next((spec for spec in self.fields if spec.path == path), None)


def shape_of(schema: JsonObject) -> OutputShape:
    """Fields and tables of an output schema, in its order; what is neither (free-form arrays) is left out."""
    leaves = list(_walk(schema, "", True))
    return OutputShape(
        tuple(leaf for leaf in leaves if isinstance(leaf, FieldSpec)),
        tuple(leaf for leaf in leaves if isinstance(leaf, TableSpec)),
    )


def as_json_type(value: JsonScalar, spec: FieldSpec) -> JsonScalar:
    """A canonical value in the JSON type its schema names: "12.50" stays a string where strings are allowed."""
    if value is None or isinstance(value, bool) or "string" in spec.types or not spec.types:
        return value
    read = number(value) if isinstance(value, str) and {"integer", "number"} & set(spec.types) else None
    if read is None:
        return value
    is_whole = read == read.to_integral_value() and ("integer" in spec.types or "." not in str(value))
    return int(read) if is_whole else float(read)


def _walk(schema: JsonObject, prefix: str, required_above: bool) -> Iterator[FieldSpec | TableSpec]:
    required = set(schema.get("required", ()))
    for name, sub in (schema.get("properties") or {}).items():
        if not isinstance(sub, dict):
            continue
        path, needed = f"{prefix}{name}", required_above and name in required
        types = _types(sub)
        if "object" in types or "properties" in sub:
            yield from _walk(sub, f"{path}.", needed)
        elif "array" in types:
            columns = tuple(
                leaf for leaf in _walk(sub.get("items") or {}, "", True) if isinstance(leaf, FieldSpec)
            )
            if columns:
                yield TableSpec(path, columns, needed)
        else:
            yield FieldSpec(
                path,
                _kind(name, sub, types),
                _labels(sub),
                needed,
                types,
                _allows_null(sub),
                is_choice="enum" in sub or "const" in sub,
                role=FieldRole(named) if (named := sub.get("x-role")) in set(FieldRole) else None,
            )


def _types(sub: JsonObject) -> tuple[str, ...]:
    named: JsonValue = sub.get("type", ())
    types = (named,) if isinstance(named, str) else tuple(named)
    for choice in (*sub.get("anyOf", ()), *sub.get("oneOf", ())):
        types += _types(choice) if isinstance(choice, dict) else ()
    return tuple(kind for kind in types if kind != "null")


def _allows_null(sub: JsonObject) -> bool:
    named: JsonValue = sub.get("type", ())
    choices = [*sub.get("anyOf", ()), *sub.get("oneOf", ())]
    return (
        named == "null"
        or (not isinstance(named, str) and "null" in named)
        or any(isinstance(choice, dict) and _allows_null(choice) for choice in choices)
    )


def _labels(sub: JsonObject) -> tuple[str, ...]:
    named: JsonValue = sub.get("x-labels", ())
    if isinstance(named, dict):  # by language
        named = [
            label for labels in named.values() for label in ([labels] if isinstance(labels, str) else labels)
        ]
    return (named,) if isinstance(named, str) else tuple(str(label) for label in named)


def _kind(name: str, sub: JsonObject, types: Sequence[str]) -> FieldKind:
    if (named := sub.get("x-kind")) in set(FieldKind):
        return FieldKind(named)
    if sub.get("format") in ("date", "date-time"):
        return FieldKind.DATE
    if sub.get("format") == "email":
        return FieldKind.EMAIL
    lower = name.lower()
    if lower in _KIND_BY_NAME:
        return _KIND_BY_NAME[lower]
    for endings, kind in _KIND_BY_ENDING:
        if lower.endswith(endings):
            return kind
    if "boolean" in types:
        return FieldKind.BOOLEAN
    return FieldKind.QUANTITY if {"number", "integer"} & set(types) else FieldKind.TEXT

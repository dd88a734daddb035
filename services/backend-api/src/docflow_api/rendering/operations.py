"""What the OpenAPI document says of each operation and object, in the words of a page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Member:
    """`kind` names objects of the description by their names: `list of ReviewOut or null`."""

    name: str
    kind: str
    is_required: bool
    note: str


@dataclass(frozen=True, slots=True)
class Part:
    """The parameters of one place, or a body of one media type, or an object."""

    title: str
    about: str
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """`caller` is who may call it; `answers` maps a status to what it gives, `refusals` are the others."""

    name: str
    method: str
    path: str
    tag: str
    about: str
    caller: str
    parts: tuple[Part, ...]
    answers: tuple[tuple[str, str, str], ...]
    refusals: tuple[str, ...]


def operations(document: Document) -> list[Operation]:
    """In the order of the tags; within one as they are routed."""
    found = [
        _operation(document, path, method, given)
        for path, methods in document["paths"].items()
        for method, given in methods.items()
    ]
    order = {name: place for place, (name, _) in enumerate(tags(document))}
    return sorted(found, key=lambda one: order[one.tag])


def tags(document: Document) -> list[tuple[str, str]]:
    return [(tag["name"], tag["description"]) for tag in document["tags"]]


def objects(document: Document) -> list[Part]:
    """Every object that has members; closed choices are told where they are used."""
    schemas = document["components"]["schemas"]
    return [
        Part(name, _text(schema), _members(document, schema))
        for name, schema in sorted(schemas.items())
        if schema.get("properties")
    ]


def kind(document: Document, schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        meant = document["components"]["schemas"][name]
        return name if meant.get("properties") else kind(document, meant)
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(kind(document, each) for each in schema["anyOf"]))
    if "enum" in schema or "const" in schema:
        return ", ".join(f"`{each}`" for each in schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "array":
        return f"list of {kind(document, schema.get('items', {}))}"
    if isinstance(inner := schema.get("additionalProperties"), Mapping):
        return f"object of {kind(document, inner)}"
    return f"{schema.get('type', 'anything')}{_bounds(schema)}"


def _bounds(schema: Mapping[str, Any]) -> str:
    if "format" in schema:
        return f" ({schema['format']})"
    if "minimum" in schema or "maximum" in schema:
        return f" {schema.get('minimum', '')}..{schema.get('maximum', '')}"
    return f" of at most {schema['maxLength']} characters" if "maxLength" in schema else ""


def _operation(document: Document, path: str, method: str, given: Mapping[str, Any]) -> Operation:
    answers = given["responses"]
    return Operation(
        name=given["operationId"],
        method=method.upper(),
        path=path,
        tag=given["tags"][0],
        about=_text(given),
        caller=_caller(given),
        parts=tuple(_parts(document, given)),
        answers=tuple(
            (status, _answer(answer), _content(document, answer))
            for status, answer in answers.items()
            if status < "4"
        ),
        refusals=tuple(status for status in answers if status >= "4"),
    )


def _parts(document: Document, given: Mapping[str, Any]) -> Iterator[Part]:
    parameters = tuple(
        Member(
            each["name"],
            kind(document, each["schema"]).removesuffix(" or null"),
            each.get("required", False),
            each.get("description", ""),
        )
        for each in given.get("parameters", ())
    )
    if parameters:
        yield Part("Path, query and headers", "", parameters)
    for media, content in given.get("requestBody", {}).get("content", {}).items():
        schema = content["schema"]
        meant = document["components"]["schemas"][_name(schema)] if "$ref" in schema else schema
        yield Part(f"Body: {media}", _text(meant), _members(document, meant))


def _members(document: Document, schema: Mapping[str, Any]) -> tuple[Member, ...]:
    required = schema.get("required", ())
    return tuple(
        Member(name, kind(document, each), name in required, each.get("description", ""))
        for name, each in schema.get("properties", {}).items()
    )


def _answer(answer: Mapping[str, Any]) -> str:
    told: str = answer.get("description", "")
    return "" if told == "Successful Response" else told


def _content(document: Document, answer: Mapping[str, Any]) -> str:
    given = answer.get("content", {})
    shown = [
        kind(document, content["schema"])
        if content.get("schema") and media == "application/json"
        else f"`{media}`"
        for media, content in given.items()
    ]
    return ", ".join(dict.fromkeys(shown))


def _caller(given: Mapping[str, Any]) -> str:
    """The scope that a person's role or a key must hold; empty where nobody has to say who they are."""
    needed = [" ".join(scopes) for scheme in given.get("security", ()) for scopes in scheme.values()]
    return " or ".join(dict.fromkeys(each or "signed in" for each in needed))


def _text(given: Mapping[str, Any]) -> str:
    return str(given.get("description") or given.get("summary") or "")


def _name(schema: Mapping[str, Any]) -> str:
    return str(schema["$ref"].rpartition("/")[2])

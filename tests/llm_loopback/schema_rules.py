"""What the two vendors take as a schema of structured output."""

from collections.abc import Iterator

import jsonschema_rs

from tests.llm_loopback.exchange import Json, Refused

MAX_OPTIONAL = 24
MAX_UNIONS = 16
_ANTHROPIC_KEYS = {
    "type", "properties", "required", "additionalProperties", "items", "enum", "const", "anyOf", "allOf", "$ref", "$defs",
    "definitions", "format", "description", "title", "default",
}  # fmt: skip
_OPENAI_REFUSED = {
    "allOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "dependentRequired",
    "dependentSchemas",
    "patternProperties",
}
MAX_PROPERTIES = 5000
MAX_DEPTH = 10
MAX_ENUM = 1000
MAX_NAME_CHARACTERS = 120_000


def check_anthropic(schema: Json) -> None:
    _usable(schema)
    if _recursive(schema):
        raise Refused(
            400, "invalid_request_error", "output_config.format.schema: Recursive schemas are not supported"
        )
    for node in _nodes(schema):
        if unknown := set(node) - _ANTHROPIC_KEYS:
            raise _anthropic(f"For '{node.get('type')}' type, properties {sorted(unknown)} are not supported")
        if _is_object(node) and node.get("additionalProperties") is not False:
            raise _anthropic("For 'object' type, 'additionalProperties' must be explicitly set to false")
    counted = list(_nodes(schema, definitions=False))
    optional = sum(len(set(node.get("properties", {})) - set(node.get("required", []))) for node in counted)
    unions = sum("anyOf" in node or isinstance(node.get("type"), list) for node in counted)
    if optional > MAX_OPTIONAL or unions > MAX_UNIONS:
        raise _anthropic("Schema is too complex: too many optional or union-typed parameters")


def check_openai(schema: Json) -> None:
    _usable(schema)
    if not _is_object(schema) or "anyOf" in schema:
        raise _openai("schema must be a JSON Schema of 'type: \"object\"'")
    nodes = list(_nodes(schema))
    for node in nodes:
        if refused := _OPENAI_REFUSED & set(node):
            raise _openai(f"'{min(refused)}' is not permitted")
        if "$ref" in node and set(node) - {"$ref"}:
            raise _openai("$ref cannot have other keywords")
        if _is_object(node) and node.get("additionalProperties") is not False:
            raise _openai("'additionalProperties' is required to be supplied and to be false")
        if _is_object(node) and set(node.get("required", [])) != set(node.get("properties", {})):
            raise _openai(
                "'required' is required to be supplied and to be an array including every key in properties"
            )
    names = [name for node in nodes for name in node.get("properties", {})]
    words = [word for node in nodes for word in node.get("enum", [])]
    if len(names) > MAX_PROPERTIES or len(words) > MAX_ENUM or _depth(schema, schema) > MAX_DEPTH:
        raise _openai("schema is too large")
    if sum(map(len, names)) + sum(len(str(word)) for word in words) > MAX_NAME_CHARACTERS:
        raise _openai("schema exceeds the total string length")


def _usable(schema: Json) -> None:
    try:
        jsonschema_rs.validator_for(schema)
    except (jsonschema_rs.ValidationError, ValueError, jsonschema_rs.ReferencingError) as error:
        raise Refused(400, "invalid_request_error", "the schema is not a valid JSON Schema") from error


def _anthropic(message: str) -> Refused:
    return Refused(400, "invalid_request_error", f"output_config.format.schema: {message}")


def _openai(message: str) -> Refused:
    told = f"Invalid schema for response_format: {message}"
    return Refused(400, "invalid_request_error", told, "invalid_json_schema")


def _is_object(node: Json) -> bool:
    return node.get("type") == "object" or "properties" in node


def _children(node: Json, *, definitions: bool) -> list[Json]:
    found = [*node.get("properties", {}).values(), *node.get("anyOf", []), *node.get("allOf", [])]
    if isinstance(node.get("items"), dict):
        found.append(node["items"])
    if definitions:
        found += [*node.get("$defs", {}).values(), *node.get("definitions", {}).values()]
    return found


def _nodes(node: Json, *, definitions: bool = True) -> Iterator[Json]:
    yield node
    for child in _children(node, definitions=definitions):
        yield from _nodes(child, definitions=definitions)


def resolved(node: Json, root: Json) -> Json:
    while "$ref" in node:
        found = root
        for step in node["$ref"].split("/")[1:]:
            found = found[step]
        node = found
    return node


def _recursive(root: Json) -> bool:
    def loops(node: Json, above: tuple[str, ...]) -> bool:
        if reference := node.get("$ref"):
            return reference in above or loops(resolved(node, root), (*above, reference))
        return any(loops(child, above) for child in _children(node, definitions=False))

    return loops(root, ())


def _depth(node: Json, root: Json) -> int:
    below = [_depth(child, root) for child in _children(resolved(node, root), definitions=False)]
    return (1 if _is_object(resolved(node, root)) else 0) + max(below, default=0)

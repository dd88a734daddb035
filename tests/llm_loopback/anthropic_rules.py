"""The Messages API of 2026-10-21, as a request must be for it."""

from collections.abc import Iterable
from dataclasses import dataclass

import orjson

from tests.llm_loopback import pictures
from tests.llm_loopback.exchange import Asked, Json, Picture, Question, Refused
from tests.llm_loopback.schema_rules import check_anthropic

VERSIONS = {"2023-06-01", "2026-10-21"}
MAX_CACHE_MARKS = 4
EFFORTS = ("low", "medium", "high", "xhigh", "max")
_KEYS = {
    "model", "max_tokens", "messages", "system", "stream", "stop_sequences", "metadata", "output_config", "thinking",
    "tools", "tool_choice", "service_tier", "cache_control", "container", "diagnostics", "inference_geo", "speed",
}  # fmt: skip
_SAMPLING = {"temperature", "top_p", "top_k"}
#: A request to count tokens knows fewer names.
_NOT_COUNTED = {"max_tokens", "stream", "stop_sequences", "metadata", "service_tier"}
_BLOCKS = {
    "text": {"type", "text", "cache_control", "citations"},
    "image": {"type", "source", "cache_control", "transformations"},
    "document": {"type", "source", "title", "context", "citations", "cache_control"},
}


@dataclass(frozen=True)
class Model:
    max_tokens: int
    thinking: frozenset[str]
    forced_tools: bool = False
    context: int = 1_000_000
    edge: int = 1568


_ADAPTIVE = frozenset({"adaptive"})
MODELS = {
    "claude-haiku-5-5": Model(128_000, _ADAPTIVE | {"disabled"}, forced_tools=True),
    "claude-sonnet-5-5": Model(128_000, _ADAPTIVE | {"between_tools"}),
    "claude-opus-5-5": Model(128_000, _ADAPTIVE, edge=2576),
    "claude-fable-5-2": Model(128_000, _ADAPTIVE, edge=2576),
}


def read(asked: Asked, *, counting: bool = False) -> Question:
    """Raises Refused with the vendor's status and error type."""
    _check_headers(asked)
    body = _body(asked)
    model = _check_top(body, counting=counting)
    given = _pictures_and_texts(body, model)
    schema = _schema(body)
    return Question(
        model=body["model"],
        key=asked.key,
        system=_text_of(body.get("system", "")),
        texts=given.texts,
        pictures=given.pictures,
        schema=schema,
        max_tokens=body.get("max_tokens", 0),
        stream=bool(body.get("stream")),
        marked_prefixes=_prefixes(body),
    )


def check_key(asked: Asked) -> None:
    if not asked.key:
        raise Refused(401, "authentication_error", "x-api-key header is required")
    if asked.key == "revoked":
        raise Refused(401, "authentication_error", "invalid x-api-key")
    if asked.key == "forbidden":
        raise Refused(
            403, "permission_error", "Your API key does not have permission to use the specified resource"
        )


def _check_headers(asked: Asked) -> None:
    check_key(asked)
    if asked.headers.get("anthropic-version") not in VERSIONS:
        raise _bad("anthropic-version: unknown or missing version")
    if not asked.headers.get("content-type", "").startswith("application/json"):
        raise _bad("content-type: must be application/json")


def _body(asked: Asked) -> Json:
    try:
        body = orjson.loads(asked.body)
    except orjson.JSONDecodeError as error:
        raise _bad("The request body is not valid JSON") from error
    if not isinstance(body, dict):
        raise _bad("The request body must be an object")
    return body


def _check_top(body: Json, *, counting: bool) -> Model:
    allowed = _KEYS - _NOT_COUNTED if counting else _KEYS
    if sampling := _SAMPLING & set(body):
        raise _bad(f"{min(sampling)}: not supported in this API version")
    if unknown := set(body) - allowed:
        raise _bad(f"{min(unknown)}: Extra inputs are not permitted")
    for name in ("model", "messages") if counting else ("model", "max_tokens", "messages"):
        if name not in body:
            raise _bad(f"{name}: Field required")
    model = MODELS.get(body["model"])
    if model is None:
        raise Refused(404, "not_found_error", f"model: {body['model']}")
    limit = body.get("max_tokens", 1)
    if not isinstance(limit, int) or not 1 <= limit <= model.max_tokens:
        raise _bad(f"max_tokens: {limit} > {model.max_tokens}, which is the maximum allowed")
    _check_messages(body["messages"])
    _check_thinking(body, model)
    choice = (body.get("tool_choice") or {}).get("type")
    if choice in ("any", "tool") and not model.forced_tools:
        raise _bad("tool_choice: forced tool use is not supported by this model")
    return model


def _check_messages(messages: Json) -> None:
    if not isinstance(messages, list) or not messages:
        raise _bad("messages: at least one message is required")
    for number, message in enumerate(messages):
        if set(message) != {"role", "content"} or message["role"] not in ("user", "assistant"):
            raise _bad(f"messages.{number}: a message has a role (user, assistant) and content")
        if not message["content"]:
            raise _bad(f"messages.{number}: content must be non-empty")
    if messages[0]["role"] != "user":
        raise _bad("messages: first message must use the user role")
    if messages[-1]["role"] == "assistant":
        raise _bad("This model does not support assistant message prefill")


def _check_thinking(body: Json, model: Model) -> None:
    output, thinking = body.get("output_config") or {}, body.get("thinking")
    if unknown := set(output) - {"format", "effort"}:
        raise _bad(f"output_config.{min(unknown)}: Extra inputs are not permitted")
    effort = output.get("effort", "high")
    if effort not in EFFORTS:
        raise _bad("output_config.effort: unknown effort")
    if thinking is None:
        return
    if thinking.get("type") not in model.thinking:
        raise _bad(f"thinking.type: {thinking.get('type')} is not supported by this model")
    if thinking["type"] == "disabled" and effort in ("xhigh", "max"):
        raise _bad("thinking.type: disabled is not supported with this effort")


def _schema(body: Json) -> Json:
    form = (body.get("output_config") or {}).get("format")
    if form is None:
        return None
    if set(form) != {"type", "schema"} or form["type"] != "json_schema":
        raise _bad("output_config.format: type must be json_schema, with a schema")
    if any((block.get("citations") or {}).get("enabled") for block in _blocks(body)):
        raise _bad("output_config.format: cannot be used with citations")
    check_anthropic(form["schema"])
    return form["schema"]


@dataclass
class _Content:
    texts: list[str]
    pictures: list[Picture]


def _pictures_and_texts(body: Json, model: Model) -> _Content:
    found = _Content([], [])
    for place, block in _placed(body):
        kind = block.get("type")
        if kind not in _BLOCKS or set(block) - _BLOCKS[kind]:
            raise _bad(f"{place}: unknown block or field")
        if kind == "text":
            if not block.get("text", "").strip():
                raise _bad(f"{place}: text content blocks must be non-empty")
            if place.startswith("messages") and body["messages"][int(place.split(".")[1])]["role"] == "user":
                found.texts.append(block["text"])
        elif kind == "image":
            source = block["source"]
            if source.get("type") != "base64" or set(source) != {"type", "media_type", "data"}:
                raise _bad(f"{place}.source: only base64 sources are answered here")
            exact = (block.get("transformations") or {}).get("oversized_image") == "error"
            edge = model.edge if exact else None
            found.pictures.append(
                pictures.decoded(
                    source["data"], source["media_type"], largest_edge=edge, place=f"{place}.source"
                )
            )
    pictures.check_caps(found.pictures)
    marks = sum("cache_control" in block for block in _blocks(body)) + ("cache_control" in body)
    if marks > MAX_CACHE_MARKS:
        raise _bad(
            f"A maximum of {MAX_CACHE_MARKS} blocks with cache_control may be provided. Found {marks}."
        )
    return found


def _placed(body: Json) -> Iterable[tuple[str, Json]]:
    if isinstance(body.get("system"), list):
        yield from ((f"system.{n}", block) for n, block in enumerate(body["system"]))
    for number, message in enumerate(body["messages"]):
        content = message["content"]
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        yield from ((f"messages.{number}.content.{n}", block) for n, block in enumerate(blocks))


def _blocks(body: Json) -> list[Json]:
    return [block for _, block in _placed(body)]


def _text_of(content: Json) -> str:
    return content if isinstance(content, str) else "\n".join(block.get("text", "") for block in content)


def _prefixes(body: Json) -> list[bytes]:
    """Format and tools come before the system prompt, that before the messages."""
    before = orjson.dumps([body.get("tools"), (body.get("output_config") or {}).get("format")])
    found, so_far = [], before
    for block in _blocks(body):
        so_far += orjson.dumps({name: value for name, value in block.items() if name != "cache_control"})
        if "cache_control" in block:
            found.append(so_far)
    return found


def _bad(message: str) -> Refused:
    return Refused(400, "invalid_request_error", message)

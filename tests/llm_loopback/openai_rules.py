"""Chat Completions, as a request must be for it."""

import orjson

from tests.llm_loopback import pictures
from tests.llm_loopback.exchange import Asked, Json, Picture, Question, Refused
from tests.llm_loopback.schema_rules import check_openai

_KEYS = {
    "messages", "model", "audio", "frequency_penalty", "function_call", "functions", "logit_bias", "logprobs",
    "max_completion_tokens", "max_tokens", "metadata", "modalities", "moderation", "n", "parallel_tool_calls",
    "prediction", "presence_penalty", "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention",
    "reasoning_effort", "response_format", "safety_identifier", "seed", "service_tier", "stop", "store", "stream",
    "stream_options", "temperature", "tool_choice", "tools", "top_logprobs", "top_p", "user", "verbosity",
    "web_search_options",
}  # fmt: skip
_REASONING_REFUSES = {
    "temperature",
    "top_p",
    "presence_penalty",
    "frequency_penalty",
    "max_tokens",
    "logprobs",
}
_EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max", None)
MAX_OUTPUT = 128_000
#: Own models of OpenAI, which reason, and names under which self-hosted and compatible servers are played.
REASONING = {"gpt-6.1-terra", "gpt-6.1-sol"}
MODELS = REASONING | {"gemini-flash-latest", "qwen3-vl-8b", "qwen3-vl:8b"}


def read(asked: Asked) -> Question:
    """Raises Refused with the vendor's status and error type."""
    check_key(asked)
    try:
        body = orjson.loads(asked.body)
    except orjson.JSONDecodeError as error:
        raise _bad("We could not parse the JSON body of your request.") from error
    _check_top(body)
    texts, found = _content(body["messages"])
    system = "\n".join(
        _text_of(one["content"]) for one in body["messages"] if one["role"] in ("system", "developer")
    )
    return Question(
        model=body["model"],
        key=asked.key,
        system=system,
        texts=texts,
        pictures=found,
        schema=_schema(body.get("response_format")),
        max_tokens=body.get("max_completion_tokens") or body.get("max_tokens") or 4096,
        stream=bool(body.get("stream")),
        marked_prefixes=[orjson.dumps([body.get("response_format"), system, body.get("prompt_cache_key")])],
    )


def check_key(asked: Asked) -> None:
    if not asked.key:
        raise Refused(401, "invalid_request_error", "You didn't provide an API key.", None)
    if asked.key == "revoked":
        raise Refused(401, "invalid_request_error", "Incorrect API key provided.", "invalid_api_key")
    if asked.key == "forbidden":
        raise Refused(
            403, "insufficient_permissions", "You have insufficient permissions for this operation."
        )


def _check_top(body: Json) -> None:
    if not isinstance(body, dict):
        raise _bad("The body must be an object.")
    if unknown := set(body) - _KEYS:
        raise _bad(f"Unrecognized request argument supplied: {min(unknown)}", "unknown_parameter")
    if body.get("model") not in MODELS:
        told = f"The model `{body.get('model')}` does not exist or you do not have access to it."
        raise Refused(404, "invalid_request_error", told, "model_not_found")
    if body["model"] in REASONING and (refused := _REASONING_REFUSES & set(body)):
        raise _bad(
            f"Unsupported parameter: '{min(refused)}' is not supported with this model.",
            "unsupported_parameter",
        )
    limit = body.get("max_completion_tokens") or body.get("max_tokens") or 1
    if not isinstance(limit, int) or not 1 <= limit <= MAX_OUTPUT:
        raise _bad("max_completion_tokens is too large", "invalid_value")
    if body.get("reasoning_effort") not in _EFFORTS:
        raise _bad("Invalid value: 'reasoning_effort'", "invalid_value")
    if body.get("stream_options") is not None and not body.get("stream"):
        raise _bad("The 'stream_options' parameter is only allowed when 'stream' is enabled.")
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages or messages[-1].get("role") != "user":
        raise _bad("messages: the last one must be the user's")
    for message in messages:
        if message.get("role") not in ("system", "developer", "user", "assistant") or not message.get(
            "content"
        ):
            raise _bad("messages: each has a known role and content")


def _content(messages: list[Json]) -> tuple[list[str], list[Picture]]:
    texts, found = [], []
    for message in messages:
        if message["role"] != "user":
            continue
        if isinstance(message["content"], str):
            texts.append(message["content"])
            continue
        for number, part in enumerate(message["content"]):
            if part.get("type") == "text":
                texts.append(part["text"])
            elif part.get("type") == "image_url" and set(part) <= {
                "type",
                "image_url",
                "prompt_cache_breakpoint",
            }:
                found.append(_picture(part["image_url"], f"content[{number}]"))
            else:
                raise _bad(f"Invalid content part at content[{number}]")
    pictures.check_caps(found)
    return texts, found


def _picture(given: Json, place: str) -> Picture:
    if set(given) - {"url", "detail"} or given.get("detail", "auto") not in (
        "auto",
        "low",
        "high",
        "original",
    ):
        raise _bad(f"{place}: invalid image_url")
    head, comma, data = given["url"].partition(",")
    if not comma or not head.startswith("data:") or not head.endswith(";base64"):
        raise _bad(f"{place}: only data URLs are answered here", "invalid_image_url")
    media_type = head.removeprefix("data:").removesuffix(";base64")
    return pictures.decoded(data, media_type, largest_edge=None, place=place)


def _schema(form: Json) -> Json:
    if form is None or form.get("type") in ("text", "json_object"):
        return None
    named = form.get("json_schema") or {}
    if form.get("type") != "json_schema" or not named.get("name") or "schema" not in named:
        raise _bad("response_format: json_schema needs a name and a schema")
    if named.get("strict"):
        check_openai(named["schema"])
    return named["schema"]


def _text_of(content: Json) -> str:
    return content if isinstance(content, str) else "\n".join(part.get("text", "") for part in content)


def _bad(message: str, code: str | None = None) -> Refused:
    return Refused(400, "invalid_request_error", message, code)

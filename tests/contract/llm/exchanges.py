"""Raw requests with the status and the names each is answered with: the same list for the loopback and the vendors."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Body = dict[str, Any]

CLAUDE_HEADERS = {"anthropic-version": "2026-10-21"}
_SCHEMA = {
    "type": "object",
    "properties": {"total": {"type": "string"}},
    "required": ["total"],
    "additionalProperties": False,
}
_LIMITED = {**_SCHEMA, "properties": {"total": {"type": "string", "maxLength": 5}}}
_CLAUDE: Body = {
    "model": "claude-haiku-5-5",
    "max_tokens": 200,
    "messages": [{"role": "user", "content": "total: 12.00"}],
    "thinking": {"type": "disabled"},
    "output_config": {"format": {"type": "json_schema", "schema": _SCHEMA}, "effort": "low"},
}
_CHAT: Body = {
    "model": "gpt-6.1-terra",
    "max_completion_tokens": 500,
    "messages": [{"role": "user", "content": "total: 12.00"}],
    "response_format": {
        "type": "json_schema",
        "json_schema": {"name": "answer", "strict": True, "schema": _SCHEMA},
    },
}


@dataclass(frozen=True)
class Exchange:
    """`names` are dotted and must be in the answer. `key` None = the right one."""

    vendor: str
    what: str
    path: str
    body: Body | None
    status: int
    names: tuple[str, ...] = ()
    key: str | None = None
    headers: Mapping[str, str] = field(default_factory=lambda: CLAUDE_HEADERS)


def _changed(body: Body, change: Callable[[Body], object]) -> Body:
    changed = copy.deepcopy(body)
    change(changed)
    return changed


_ERROR = ("type", "error.type", "error.message", "request_id")
_ANSWER = (
    "id",
    "model",
    "role",
    "content",
    "stop_reason",
    "usage.input_tokens",
    "usage.output_tokens",
    "usage.cache_read_input_tokens",
    "usage.cache_creation_input_tokens",
)
_CHAT_ERROR = ("error.type", "error.message", "error.code")
_CHAT_ANSWER = (
    "id",
    "model",
    "choices",
    "usage.prompt_tokens",
    "usage.completion_tokens",
    "usage.prompt_tokens_details.cached_tokens",
)
_MESSAGES, _COMPLETIONS = "/v1/messages", "/v1/chat/completions"


def _claude(what: str, status: int, change: Callable[[Body], object], **more: Any) -> Exchange:
    names = _ANSWER if status == 200 else _ERROR
    return Exchange("anthropic", what, _MESSAGES, _changed(_CLAUDE, change), status, names, **more)


def _chat(what: str, status: int, change: Callable[[Body], object], **more: Any) -> Exchange:
    names = _CHAT_ANSWER if status == 200 else _CHAT_ERROR
    return Exchange("openai", what, _COMPLETIONS, _changed(_CHAT, change), status, names, headers={}, **more)


EXCHANGES = (
    _claude("an answer in a schema", 200, lambda body: None),
    _claude("a temperature", 400, lambda body: body.update(temperature=0)),
    _claude("a name that is not known", 400, lambda body: body.update(response_format={})),
    _claude("a model that is not there", 404, lambda body: body.update(model="claude-never")),
    _claude(
        "a length in the schema", 400, lambda body: body["output_config"]["format"].update(schema=_LIMITED)
    ),
    _claude("a prefill", 400, lambda body: body["messages"].append({"role": "assistant", "content": "{"})),
    _claude("too many tokens", 400, lambda body: body.update(max_tokens=10_000_000)),
    _claude("a wrong key", 401, lambda body: None, key="revoked"),
    _claude("no version", 400, lambda body: None, headers={}),
    Exchange(
        "anthropic",
        "a count of tokens",
        "/v1/messages/count_tokens",
        {name: _CLAUDE[name] for name in ("model", "messages")},
        200,
        ("input_tokens",),
    ),
    Exchange(
        "anthropic",
        "a model's facts",
        "/v1/models/claude-haiku-5-5",
        None,
        200,
        ("max_input_tokens", "max_tokens", "lifecycle", "capabilities.structured_outputs.supported"),
    ),
    _chat("an answer in a schema", 200, lambda body: None),
    _chat("a temperature", 400, lambda body: body.update(temperature=0)),
    _chat("a name that is not known", 400, lambda body: body.update(output_config={})),
    _chat("a model that is not there", 404, lambda body: body.update(model="gpt-never")),
    _chat(
        "a schema that is not strict",
        400,
        lambda body: body["response_format"]["json_schema"].update(schema={**_SCHEMA, "required": []}),
    ),
    _chat("a wrong key", 401, lambda body: None, key="revoked"),
)

"""The loopback refuses what the vendors refuse: else a test against it would prove nothing."""

import base64
from collections.abc import Callable
from io import BytesIO
from typing import Any

import orjson
import pytest
from PIL import Image

from tests.llm_loopback import anthropic_rules, openai_rules
from tests.llm_loopback.exchange import Asked, Refused

Change = Callable[[dict[str, Any]], object]


def _image(width: int = 10, height: int = 10, form: str = "PNG") -> str:
    out = BytesIO()
    Image.new("L", (width, height)).save(out, form)
    return base64.b64encode(out.getvalue()).decode()


def _claude(image: str = "") -> dict[str, Any]:
    schema = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
    source = {"type": "base64", "media_type": "image/png", "data": image or _image()}
    content = [{"type": "image", "source": source}, {"type": "text", "text": "Total: 1.00"}]
    return {
        "model": "claude-sonnet-5-5",
        "max_tokens": 1000,
        "messages": [{"role": "user", "content": content}],
        "output_config": {"format": {"type": "json_schema", "schema": schema}, "effort": "low"},
    }


def _claude_asked(body: object, **headers: str) -> Asked:
    given = {
        "authorization": "Bearer k",
        "anthropic-version": "2026-10-21",
        "content-type": "application/json",
    }
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Asked("POST", "/v1/messages", given | named, orjson.dumps(body))


def _schema_with(properties: dict[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties) if required is None else required,
        "additionalProperties": False,
    }


def _with_schema(schema: dict[str, Any]) -> Change:
    return lambda body: body["output_config"]["format"].update(schema=schema)


_CITED = {"type": "document", "source": {}, "citations": {"enabled": True}}
_MARKED = {"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda body: body.update(temperature=0), 400),
        (lambda body: body.update(top_k=5), 400),
        (lambda body: body.update(response_format={}), 400),
        (lambda body: body.update(model="claude-2"), 404),
        (lambda body: body.update(max_tokens=0), 400),
        (lambda body: body.update(max_tokens=200_000), 400),
        (lambda body: body.pop("max_tokens"), 400),
        (lambda body: body.update(messages=[]), 400),
        (lambda body: body["messages"].insert(0, {"role": "assistant", "content": "x"}), 400),
        (lambda body: body["messages"].append({"role": "assistant", "content": "{"}), 400),
        (lambda body: body.update(tool_choice={"type": "tool", "name": "x"}), 400),
        (lambda body: body.update(thinking={"type": "disabled"}), 400),
        (lambda body: body["output_config"].update(effort="extreme"), 400),
        (lambda body: body["messages"][0]["content"].append(_CITED), 400),
        (lambda body: body["messages"][0]["content"].extend([_MARKED] * 5), 400),
        (lambda body: body["messages"][0]["content"][0]["source"].update(media_type="image/jpeg"), 400),
        (lambda body: body["messages"][0]["content"][0]["source"].update(data="%%%"), 400),
        (lambda body: body["messages"][0]["content"][0]["source"].update(data=_image(8001, 1)), 400),
        (lambda body: body["messages"][0]["content"].extend([body["messages"][0]["content"][0]] * 600), 400),
        (_with_schema({"type": "object", "properties": {}}), 400),
        (_with_schema(_schema_with({"a": {"type": "string", "maxLength": 3}})), 400),
        (_with_schema(_schema_with({"a": {"type": "integer", "minimum": 3}})), 400),
        (_with_schema(_schema_with({f"f{n}": {"type": "string"} for n in range(25)}, [])), 400),
        (_with_schema(_schema_with({f"f{n}": {"type": ["string", "null"]} for n in range(17)})), 400),
        (_with_schema({**_schema_with({"a": {"$ref": "#"}})}), 400),
    ],
)
def test_claude_refuses(change: Change, status: int) -> None:
    body = _claude()
    change(body)
    with pytest.raises(Refused) as raised:
        anthropic_rules.read(_claude_asked(body))
    assert raised.value.status == status


def test_more_than_twenty_pictures_must_be_small() -> None:
    body = _claude(_image(2001, 10))
    anthropic_rules.read(_claude_asked(body))
    body["messages"][0]["content"] += [body["messages"][0]["content"][0]] * 20
    with pytest.raises(Refused):
        anthropic_rules.read(_claude_asked(body))


def test_a_picture_that_must_not_be_scaled_is_refused_where_it_would_be() -> None:
    body = _claude(_image(1569, 10))
    anthropic_rules.read(_claude_asked(body))
    body["messages"][0]["content"][0]["transformations"] = {"oversized_image": "error"}
    with pytest.raises(Refused):
        anthropic_rules.read(_claude_asked(body))


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"authorization": ""}, 401),
        ({"authorization": "Bearer revoked"}, 401),
        ({"authorization": "Bearer forbidden"}, 403),
        ({"anthropic_version": "2020-01-01"}, 400),
        ({"content_type": "text/plain"}, 400),
    ],
)
def test_claude_looks_at_the_headers(headers: dict[str, str], status: int) -> None:
    with pytest.raises(Refused) as raised:
        anthropic_rules.read(_claude_asked(_claude(), **headers))
    assert raised.value.status == status


def test_the_older_header_for_the_key_is_taken_too() -> None:
    asked = _claude_asked(_claude(), authorization="", x_api_key="k")
    assert anthropic_rules.read(asked).key == "k"


def _chat() -> dict[str, Any]:
    image = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{_image()}"}}
    named = {"name": "answer", "strict": True, "schema": _schema_with({"a": {"type": "string"}})}
    return {
        "model": "gpt-6.1-terra",
        "max_completion_tokens": 1000,
        "messages": [{"role": "user", "content": [image, {"type": "text", "text": "Total: 1.00"}]}],
        "response_format": {"type": "json_schema", "json_schema": named},
    }


def _chat_schema(schema: dict[str, Any]) -> Change:
    return lambda body: body["response_format"]["json_schema"].update(schema=schema)


_DEEP: dict[str, Any] = {"type": "string"}
for _ in range(11):
    _DEEP = _schema_with({"a": _DEEP})


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda body: body.update(output_config={}), 400),
        (lambda body: body.update(model="gpt-4"), 404),
        (lambda body: body.update(temperature=0), 400),
        (lambda body: body.update(max_tokens=10), 400),
        (lambda body: body.update(reasoning_effort="extreme"), 400),
        (lambda body: body.update(stream_options={"include_usage": True}), 400),
        (lambda body: body.update(messages=[]), 400),
        (lambda body: body["messages"][0]["content"].append({"type": "image"}), 400),
        (lambda body: body["messages"][0]["content"][0]["image_url"].update(url="https://host/a.png"), 400),
        (_chat_schema({"type": "string"}), 400),
        (_chat_schema(_schema_with({"a": {"type": "string"}}, [])), 400),
        (_chat_schema({"type": "object", "properties": {}, "required": []}), 400),
        (_chat_schema(_schema_with({"a": {"allOf": [{"type": "string"}]}})), 400),
        (_chat_schema(_DEEP), 400),
    ],
)
def test_chat_completions_refuse(change: Change, status: int) -> None:
    body = _chat()
    openai_rules.read(
        Asked("POST", "/v1/chat/completions", {"authorization": "Bearer k"}, orjson.dumps(body))
    )
    change(body)
    with pytest.raises(Refused) as raised:
        openai_rules.read(
            Asked("POST", "/v1/chat/completions", {"authorization": "Bearer k"}, orjson.dumps(body))
        )
    assert raised.value.status == status

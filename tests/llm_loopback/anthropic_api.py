"""Answers of the Messages API: bodies, streams, errors."""

from typing import Any

import orjson

from tests.llm_loopback import anthropic_rules
from tests.llm_loopback.exchange import Asked, Json, Question, Refused, Reply
from tests.llm_loopback.faults import Fault, Kind
from tests.llm_loopback.meter import Counted, tokens_of

_STATUS = {
    Kind.RATE_LIMITED: (429, "rate_limit_error"),
    Kind.OVERLOADED: (529, "overloaded_error"),
    Kind.SERVER: (500, "api_error"),
    Kind.UNAVAILABLE: (503, "api_error"),
    Kind.GATEWAY_TIMEOUT: (504, "timeout_error"),
    Kind.BILLING: (400, "invalid_request_error"),
    Kind.TOO_COMPLEX: (400, "invalid_request_error"),
    Kind.CONTEXT_EXCEEDED: (400, "invalid_request_error"),
}
_MESSAGES = {
    Kind.BILLING: "Your credit balance is too low to access the Anthropic API.",
    Kind.TOO_COMPLEX: "The compiled grammar is too large, which would cause performance issues.",
    Kind.CONTEXT_EXCEEDED: "prompt is too long: 1100000 tokens > 1000000 maximum",
}
CHUNK = 40


def error(refused: Refused, request_id: str) -> Reply:
    body = {
        "type": "error",
        "error": {"type": refused.kind, "message": refused.message, "details": None},
        "request_id": request_id,
    }
    return Reply(refused.status, body, {"request-id": request_id})


def fault_reply(fault: Fault, request_id: str) -> Reply | None:
    """The reply of a fault that is an answer of its own; None for those that spoil a good one."""
    if fault.kind not in _STATUS:
        return None
    status, kind = _STATUS[fault.kind]
    reply = error(Refused(status, kind, _MESSAGES.get(fault.kind, "Try again later")), request_id)
    return with_retry_after(reply, fault)


def with_retry_after(reply: Reply, fault: Fault) -> Reply:
    if fault.retry_after is not None:
        reply.headers["retry-after"] = fault.retry_after
    if fault.retry_after_ms is not None:
        reply.headers["retry-after-ms"] = fault.retry_after_ms
    return reply


def answer(question: Question, text: str, counted: Counted, fault: Fault | None, request_id: str) -> Reply:
    """`text` is the whole answer; what `max_tokens` does not hold is cut off."""
    kind = fault.kind if fault else None
    reason, details = "end_turn", None
    used = tokens_of(text)
    if kind is Kind.REFUSAL:
        text, reason = "", "refusal"
        details = {"type": "refusal", "category": None, "explanation": None}
    elif kind is Kind.TRUNCATED or used > question.max_tokens:
        text, reason = text[: min(len(text) // 2, int(question.max_tokens * 3.5))], "max_tokens"
    content: list[Json] = [{"type": "text", "text": text, "citations": None}] if text else []
    if kind is Kind.EXTRA_BLOCK:
        content.insert(0, {"type": "not_yet_known", "note": "…"})
    usage: Json = {
        "input_tokens": counted.fresh,
        "cache_read_input_tokens": counted.read,
        "cache_creation_input_tokens": counted.written,
        "output_tokens": min(used, question.max_tokens),
        "output_tokens_details": {"thinking_tokens": 0},
        "service_tier": "standard",
    }
    message: dict[str, Any] = {
        "id": f"msg_{request_id}",
        "type": "message",
        "role": "assistant",
        "model": question.model,
        "content": content,
        "stop_reason": reason,
        "stop_details": details,
        "stop_sequence": None,
        "usage": usage,
    }
    headers = {"request-id": request_id, **limits()}
    if question.stream:
        return Reply(headers=headers, events=_events(message, failing=kind is Kind.STREAM_ERROR))
    if kind is Kind.NO_USAGE:
        del message["usage"]
    return Reply(200, message, headers)


def limits() -> dict[str, str]:
    named = {"requests": 4000, "input-tokens": 2_000_000, "output-tokens": 400_000}
    found = {}
    for name, limit in named.items():
        found[f"anthropic-ratelimit-{name}-limit"] = str(limit)
        found[f"anthropic-ratelimit-{name}-remaining"] = str(limit - 1)
        found[f"anthropic-ratelimit-{name}-reset"] = "2026-11-21T00:01:00Z"
    return found


def _events(message: dict[str, Any], *, failing: bool) -> list[bytes]:
    start = {**message, "content": [], "stop_reason": None, "usage": {**message["usage"], "output_tokens": 1}}
    events = [_event("message_start", {"message": start}), _event("ping", {})]
    for index, block in enumerate(message["content"]):
        text = block.get("text", "")
        events.append(_event("content_block_start", {"index": index, "content_block": {**block, "text": ""}}))
        for at in range(0, len(text), CHUNK):
            delta = {"type": "text_delta", "text": text[at : at + CHUNK]}
            events.append(_event("content_block_delta", {"index": index, "delta": delta}))
        events.append(_event("content_block_stop", {"index": index}))
    if failing:
        trouble = {"error": {"type": "overloaded_error", "message": "Overloaded", "details": None}}
        return [*events[: max(3, len(events) // 2)], _event("error", trouble)]
    last = {key: message[key] for key in ("stop_reason", "stop_details", "stop_sequence")}
    usage = {"output_tokens": message["usage"]["output_tokens"]}
    return [*events, _event("message_delta", {"delta": last, "usage": usage}), _event("message_stop", {})]


def _event(name: str, data: Json) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + orjson.dumps({"type": name, **data}) + b"\n\n"


def models(asked: Asked, request_id: str) -> Reply:
    """GET /v1/models and /v1/models/{id}."""
    anthropic_rules.check_key(asked)
    name = asked.path.removeprefix("/v1/models").strip("/")
    if not name:
        listed = [_model(one) for one in anthropic_rules.MODELS]
        return Reply(200, {"data": listed, "has_more": False, "first_id": None, "last_id": None})
    if name not in anthropic_rules.MODELS:
        raise Refused(404, "not_found_error", f"model: {name}")
    return Reply(200, _model(name), {"request-id": request_id})


def _model(name: str) -> Json:
    model = anthropic_rules.MODELS[name]
    yes, no = {"supported": True}, {"supported": False}
    types = {
        kind: {"supported": kind in model.thinking}
        for kind in ("adaptive", "disabled", "between_tools", "enabled")
    }
    return {
        "type": "model",
        "id": name,
        "display_name": name,
        "created_at": "2026-09-01T00:00:00Z",
        "lifecycle": "active",
        "deprecated_at": None,
        "retires_at": None,
        "line": None,
        "max_input_tokens": model.context,
        "max_tokens": model.max_tokens,
        "capabilities": {
            "batch": yes, "citations": yes, "code_execution": no, "image_input": yes, "pdf_input": yes,
            "structured_outputs": yes, "server_tools": no, "context_management": no,
            "effort": {"supported": True, **dict.fromkeys(anthropic_rules.EFFORTS, yes)},
            "thinking": {"supported": True, "types": types},
        },
    }  # fmt: skip

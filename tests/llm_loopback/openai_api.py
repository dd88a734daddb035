"""Answers of Chat Completions: bodies, streams, errors."""

from typing import Any

import orjson

from tests.llm_loopback.anthropic_api import CHUNK, with_retry_after
from tests.llm_loopback.exchange import Json, Question, Refused, Reply
from tests.llm_loopback.faults import Fault, Kind
from tests.llm_loopback.meter import Counted, tokens_of

_STATUS = {
    Kind.RATE_LIMITED: (429, "requests", "rate_limit_exceeded"),
    Kind.OVERLOADED: (503, "server_error", "overloaded"),
    Kind.SERVER: (500, "server_error", None),
    Kind.UNAVAILABLE: (503, "server_error", None),
    Kind.GATEWAY_TIMEOUT: (504, "server_error", None),
    Kind.BILLING: (429, "insufficient_quota", "insufficient_quota"),
    Kind.TOO_COMPLEX: (400, "invalid_request_error", "invalid_json_schema"),
    Kind.CONTEXT_EXCEEDED: (400, "invalid_request_error", "context_length_exceeded"),
}


def error(refused: Refused, request_id: str) -> Reply:
    body = {"error": {"message": refused.message, "type": refused.kind, "param": None, "code": refused.code}}
    return Reply(refused.status, body, {"x-request-id": request_id})


def fault_reply(fault: Fault, request_id: str) -> Reply | None:
    if fault.kind not in _STATUS:
        return None
    status, kind, code = _STATUS[fault.kind]
    return with_retry_after(error(Refused(status, kind, "Try again later", code), request_id), fault)


def answer(question: Question, text: str, counted: Counted, fault: Fault | None, request_id: str) -> Reply:
    kind = fault.kind if fault else None
    used = tokens_of(text)
    message: dict[str, Any] = {"role": "assistant", "content": text, "refusal": None}
    reason = "stop"
    if kind is Kind.REFUSAL:
        message = {"role": "assistant", "content": None, "refusal": "I'm sorry, I cannot help with that."}
    elif kind is Kind.TRUNCATED or used > question.max_tokens:
        message["content"] = text[: min(len(text) // 2, int(question.max_tokens * 3.5))]
        reason = "length"
    if kind is Kind.EXTRA_BLOCK:
        message["annotations_of_tomorrow"] = [{"note": "…"}]
    prompt = counted.fresh + counted.read
    usage = {
        "prompt_tokens": prompt,
        "completion_tokens": min(used, question.max_tokens),
        "total_tokens": prompt + min(used, question.max_tokens),
        "prompt_tokens_details": {"cached_tokens": counted.read},
        "completion_tokens_details": {"reasoning_tokens": 0},
    }
    whole: dict[str, Any] = {
        "id": f"chatcmpl-{request_id}",
        "object": "chat.completion",
        "created": 1_795_000_000,
        "model": question.model,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": reason}],
        "usage": None if kind is Kind.NO_USAGE else usage,
    }
    headers = {"x-request-id": request_id, **limits()}
    if question.stream:
        return Reply(headers=headers, events=_events(whole, failing=kind is Kind.STREAM_ERROR))
    return Reply(200, whole, headers)


def limits() -> dict[str, str]:
    return {
        "x-ratelimit-limit-requests": "5000",
        "x-ratelimit-remaining-requests": "4999",
        "x-ratelimit-reset-requests": "12ms",
        "x-ratelimit-limit-tokens": "800000",
        "x-ratelimit-remaining-tokens": "799000",
        "x-ratelimit-reset-tokens": "1m0.5s",
    }


def _events(whole: dict[str, Any], *, failing: bool) -> list[bytes]:
    choice = whole["choices"][0]
    base = {**whole, "object": "chat.completion.chunk", "usage": None}
    text = choice["message"]["content"] or ""
    deltas: list[Json] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": text[at : at + CHUNK]} for at in range(0, len(text), CHUNK)]
    if choice["message"]["refusal"]:
        deltas.append({"refusal": choice["message"]["refusal"]})
    events = [
        _event({**base, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}) for delta in deltas
    ]
    if failing:
        trouble = {
            "error": {"message": "Overloaded", "type": "server_error", "param": None, "code": "overloaded"}
        }
        return [*events[: max(2, len(events) // 2)], _event(trouble)]
    last = {"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]}
    events.append(_event({**base, "choices": [last]}))
    if whole["usage"]:
        events.append(_event({**base, "choices": [], "usage": whole["usage"]}))
    return [*events, b"data: [DONE]\n\n"]


def _event(data: Json) -> bytes:
    return b"data: " + orjson.dumps(data) + b"\n\n"

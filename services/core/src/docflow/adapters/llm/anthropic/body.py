"""A question as the Messages API takes it. What stays the same comes first and ends in a mark of the prompt cache."""

import base64
from typing import Any

from docflow.adapters.llm import layout
from docflow.adapters.llm.anthropic.facts import facts_of
from docflow.domain.ports.llm import CompletionRequest, PageImage, Repair

Block = dict[str, Any]
_CACHED: Block = {"type": "ephemeral"}


def body_of(request: CompletionRequest, repair: Repair | None, mark: str) -> dict[str, Any]:
    facts = facts_of(request.model)
    output: dict[str, Any] = {"effort": request.effort.value} if facts.takes_effort else {}
    if request.structured:
        output["format"] = {"type": "json_schema", "schema": dict(request.wire_schema)}
    body: dict[str, Any] = {
        "model": request.model,
        "max_tokens": output_room(request),
        "system": [_text(layout.system_text(request), cached=True)],
        "messages": _messages(request, repair, mark),
        "metadata": {"user_id": layout.caller(request.client_id)},
    }
    if output:
        body["output_config"] = output
    if facts.thinking is not None:
        body["thinking"] = dict(facts.thinking)
    return body


def output_room(request: CompletionRequest) -> int:
    """What the model may write, with its thinking where that cannot be switched off."""
    facts = facts_of(request.model)
    return min(facts.max_output_tokens, request.max_output_tokens + facts.thinking_tokens)


def _messages(request: CompletionRequest, repair: Repair | None, mark: str) -> list[dict[str, Any]]:
    messages = []
    # Examples are of the document's vendor: the cached prefix ends before them.
    for example in request.examples:
        shown, answered = layout.example_texts(example)
        messages.append({"role": "user", "content": [_text(shown)]})
        messages.append({"role": "assistant", "content": [_text(answered)]})
    images = [_image(part.image) for part in request.parts if part.image is not None]
    texts = [_text(text) for text in layout.page_texts(request.parts, mark)]
    messages.append({"role": "user", "content": [*images, *texts, _text(layout.closing_text(request, mark))]})
    if repair is not None:
        messages.append({"role": "assistant", "content": [_text(repair.answer.strip() or "{}")]})
        messages.append({"role": "user", "content": [_text(layout.repair_text(repair))]})
    return messages


def _text(text: str, *, cached: bool = False) -> Block:
    return {"type": "text", "text": text, **({"cache_control": _CACHED} if cached else {})}


def _image(image: PageImage) -> Block:
    """Never scaled on their side: places that are told are places on the picture that was sent."""
    data = base64.b64encode(image.data).decode()
    source = {"type": "base64", "media_type": image.media_type, "data": data}
    return {"type": "image", "source": source, "transformations": {"oversized_image": "error"}}

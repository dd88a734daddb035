"""A question as Chat Completions takes it; what stays the same comes first, so that servers find it in their cache."""

import base64
from typing import Any

from docflow.adapters.llm import layout
from docflow.adapters.llm.openai.profiles import OPENAI, Profile
from docflow.domain.ports.llm import CompletionRequest, PageImage, Repair
from docflow.domain.wire_schema import without_references


def body_of(request: CompletionRequest, repair: Repair | None, mark: str, profile: Profile) -> dict[str, Any]:
    body: dict[str, Any] = {
        "model": request.model,
        "messages": _messages(request, repair, mark),
        profile.limit_field: output_room(request, profile),
        "response_format": _form(request, profile),
    }
    if profile.effort:
        body["reasoning_effort"] = request.effort.value
    if profile is OPENAI:
        body["safety_identifier"] = layout.caller(request.client_id)
        # Requests with one prefix go to the machines that have it; another client's prefix is another key.
        body["prompt_cache_key"] = (
            f"{layout.caller(request.client_id)[:16]}-{layout.schema_name(request.wire_schema)}"
        )
    return body


def output_room(request: CompletionRequest, profile: Profile) -> int:
    return min(profile.max_output_tokens, request.max_output_tokens)


def _form(request: CompletionRequest, profile: Profile) -> dict[str, Any]:
    if not request.structured:
        return {"type": "json_object"}
    schema = dict(request.wire_schema) if profile.references else without_references(request.wire_schema)
    named = {"name": layout.schema_name(request.wire_schema), "schema": schema}
    return {"type": "json_schema", "json_schema": {**named, **({"strict": True} if profile.strict else {})}}


def _messages(request: CompletionRequest, repair: Repair | None, mark: str) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = [{"role": "system", "content": layout.system_text(request)}]
    for example in request.examples:
        shown, answered = layout.example_texts(example)
        messages += [{"role": "user", "content": shown}, {"role": "assistant", "content": answered}]
    images = [_image(part.image) for part in request.parts if part.image is not None]
    texts = [*layout.page_texts(request.parts, mark), layout.closing_text(request, mark)]
    messages.append(
        {"role": "user", "content": [*images, *({"type": "text", "text": text} for text in texts)]}
    )
    if repair is not None:
        messages.append({"role": "assistant", "content": repair.answer.strip() or "{}"})
        messages.append({"role": "user", "content": layout.repair_text(repair)})
    return messages


def _image(image: PageImage) -> dict[str, Any]:
    data = base64.b64encode(image.data).decode()
    return {
        "type": "image_url",
        "image_url": {"url": f"data:{image.media_type};base64,{data}", "detail": "high"},
    }

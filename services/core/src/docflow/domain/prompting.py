"""Placeholders of prompts: `{{name}}`, filled without any logic. Which names a stage knows, and which it needs."""

import re
from collections.abc import Mapping

from docflow.domain.configuration import PromptStage
from docflow.domain.errors import Problem

MAX_TEMPLATE = 50_000
"""Characters."""

#: What the placeholders of a document lead to: where it stands. They are never filled with it, so nothing that a document
#: says is taken for the prompt, and the prompt is the same for every document.
HERE = "the document between the marks"
VALUES_HERE = "the values between the marks of page 0"
FINDINGS_HERE = "the findings between the marks of page 0"

_PLACEHOLDER = re.compile(r"\{\{\s*([a-z][a-z0-9_]*)\s*\}\}")

_ALWAYS = frozenset({"process_type_id", "process_type_name", "language"})
#: What is known by the time a stage asks its model.
VARIABLES: Mapping[PromptStage, frozenset[str]] = {
    PromptStage.CLASSIFICATION: _ALWAYS | {"process_types", "document_text"},
    PromptStage.OCR: _ALWAYS | {"output_schema", "document_text"},
    PromptStage.VALIDATION: _ALWAYS | {"output_schema", "document_text", "data", "findings"},
    PromptStage.SUMMARIZATION: _ALWAYS | {"document_text", "data", "findings"},
}
#: Without these a prompt says nothing about the document it is for.
NEEDED: Mapping[PromptStage, str] = {
    PromptStage.CLASSIFICATION: "document_text",
    PromptStage.OCR: "document_text",
    PromptStage.VALIDATION: "data",
    PromptStage.SUMMARIZATION: "data",
}


def placeholders(template: str) -> frozenset[str]:
    return frozenset(_PLACEHOLDER.findall(template))


def filled(template: str, values: Mapping[str, str]) -> str:
    """The template with its names filled in once; what a value itself looks like changes nothing. Unknown = empty."""
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], ""), template)


def template_problems(template: str, stage: PromptStage) -> list[Problem]:
    """What keeps a template from being published; empty = nothing."""
    used = placeholders(template)
    known = ", ".join(sorted(VARIABLES[stage]))
    told = [
        f"{{{{{name}}}}} is not known in this stage; known are {known}"
        for name in sorted(used - VARIABLES[stage])
    ]
    if "{{" in _PLACEHOLDER.sub("", template):
        told.append("{{ opens something that is no placeholder")
    if NEEDED[stage] not in used:
        told.append(f"{{{{{NEEDED[stage]}}}}} is missing")
    return [Problem("/prompt_template", one) for one in told]

"""Copies of the templates with ids of their own: n8n makes secrets out of them."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from docflow.domain.errors import NotFound, UserError

from docflow_cli.n8n.rules import Workflow, called_by

API_URL = "__DOCFLOW_API_URL__"
"""Stands in the templates where the address of the API is to stand."""


def read_workflows(file: Path) -> list[Workflow]:
    """A file holds one workflow or a list of them. Raises UserError for anything else."""
    try:
        held = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{file.name} cannot be read as JSON", code="workflow_unreadable") from error
    workflows = held if isinstance(held, list) else [held]
    if not workflows or not all(isinstance(one, dict) for one in workflows):
        raise UserError(f"{file.name} holds no workflow", code="workflow_unreadable")
    return workflows


def read_templates(folder: Path) -> dict[str, Workflow]:
    """By name, which is that of the file and the template's id. Raises NotFound where there are none."""
    found = {file.stem: read_workflows(file)[0] for file in sorted(folder.glob("*.json"))}
    if not found:
        raise NotFound(f"no templates in {folder}")
    return found


def with_called(templates: Mapping[str, Workflow], names: Iterable[str]) -> list[str]:
    """The named templates and those they call, each once. Raises NotFound for a name that is none."""
    chosen: list[str] = []
    waiting = list(names)
    while waiting:
        name = waiting.pop(0)
        if name not in templates:
            raise NotFound(f"no template {name}; there are {', '.join(templates)}")
        if name not in chosen:
            chosen.append(name)
            waiting += [called for _, called in called_by(templates[name])]
    return chosen


def render(templates: Iterable[Workflow], *, api_url: str, new_id: Callable[[], str]) -> list[Workflow]:
    """The same workflows with new ids, calling each other, and the API's address in its place."""
    given = list(templates)
    workflow_ids = {workflow["id"]: new_id() for workflow in given}
    return [_rendered(workflow, workflow_ids, api_url.rstrip("/"), new_id) for workflow in given]


def _rendered(
    workflow: Workflow, workflow_ids: Mapping[str, str], api_url: str, new_id: Callable[[], str]
) -> Workflow:
    copy: Workflow = json.loads(json.dumps(workflow).replace(API_URL, json.dumps(api_url)[1:-1]))
    copy["id"] = workflow_ids[workflow["id"]]
    for node in copy["nodes"]:
        node["id"] = new_id()
        if "webhookId" in node:
            node["webhookId"] = new_id()
        for reference in _references(node):
            reference["value"] = workflow_ids[reference["value"]]
    return copy


def _references(node: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    reference = node["parameters"].get("workflowId")
    if isinstance(reference, dict):
        yield reference

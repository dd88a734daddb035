"""What a workflow must keep to before anybody imports it: n8n's own import checks next to nothing.

Every rule is a function from workflows to findings; `findings` asks them all.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from docflow_cli.n8n.nodes import CALLERS, SETTINGS, STICKY, SUB_WORKFLOW, TRIGGERS, VERSIONS, WAIT, WEBHOOK

SETTINGS_NAME = "Settings"
"""The one node of a workflow in which addresses stand."""
_RANDOM_ID = re.compile(
    r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=.*[0-9A-Z])[A-Za-z0-9]{16,21}"
)
"""As n8n makes them itself, and as they are rendered. What is readable can be guessed."""
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_SECRET = re.compile(
    r"dfk_\w+_|whsec_\w|\bBearer\s+[\w.-]{12}|\b\d{6,}:[\w-]{30}|\bsk-[\w-]{16}|\bAKIA[0-9A-Z]{12}|-----BEGIN"
)
_SECRET_NAME = re.compile(r"pass(word|phrase)|secret|token|api_?key|authorization", re.IGNORECASE)
_RESUME_URL = "$execution.resumeUrl"
_LEFT_OUT = ("pinData", "staticData", "meta")

Workflow = dict[str, Any]
Node = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """`node` is a node's name, empty for the workflow as a whole."""

    workflow: str
    node: str
    rule: str
    message: str


def findings(workflows: Sequence[Workflow], *, are_templates: bool = False) -> list[Finding]:
    """Everything that is wrong with workflows imported together. Templates have readable ids until they are rendered."""
    misshapen = [found for one in workflows for found in _shape(one)]
    if misshapen:
        return misshapen
    rules = (*RULES, *(() if are_templates else (_random_ids,)))
    alone = [found for one in workflows for rule in rules for found in rule(one)]
    return [*alone, *_ids_across(workflows), *_called_workflows(workflows)]


def nodes_of(workflow: Workflow) -> list[Node]:
    """Without its notes."""
    return [node for node in workflow["nodes"] if node["type"] != STICKY]


def _shape(workflow: Workflow) -> Iterator[Finding]:
    name = str(workflow.get("name") or workflow.get("id") or "?")
    for key, kind in (("id", str), ("name", str), ("nodes", list), ("connections", dict), ("settings", dict)):
        if not isinstance(workflow.get(key), kind) or (kind is str and not workflow[key]):
            yield Finding(name, "", "shape", f"`{key}` is missing; n8n refuses or breaks the import")
            return
    for node in workflow["nodes"]:
        keys = ("id", "name", "type", "typeVersion", "position", "parameters")
        missing = [key for key in keys if key not in node]
        if missing:
            yield Finding(name, str(node.get("name", "?")), "shape", f"has no {', '.join(missing)}")


def _clean(workflow: Workflow) -> Iterator[Finding]:
    """No test data of somebody's, and the order of execution of today."""
    for key in _LEFT_OUT:
        if workflow.get(key):
            yield Finding(workflow["name"], "", "clean", f"`{key}` belongs to the n8n it was taken from")
    if workflow.get("active"):
        yield Finding(workflow["name"], "", "clean", "is imported inactive, and published once it is set up")
    if workflow["settings"].get("executionOrder") != "v1":
        yield Finding(workflow["name"], "", "clean", 'settings need `"executionOrder": "v1"`')


def _names(workflow: Workflow) -> Iterator[Finding]:
    for name, times in Counter(node["name"] for node in workflow["nodes"]).items():
        if times > 1:
            yield Finding(workflow["name"], name, "names", "two nodes have this name; connections go by it")


def _types(workflow: Workflow) -> Iterator[Finding]:
    for node in workflow["nodes"]:
        known = VERSIONS.get(node["type"])
        if known is None:
            yield Finding(workflow["name"], node["name"], "types", f"{node['type']} is no known node")
        elif node["typeVersion"] not in known:
            told = f"{node['type']} has no version {node['typeVersion']} in every n8n that is meant"
            yield Finding(workflow["name"], node["name"], "types", told)


def _connections(workflow: Workflow) -> Iterator[Finding]:
    known = {node["name"] for node in nodes_of(workflow)}
    reached = set()
    for source, target in _edges(workflow):
        reached.add(target)
        for name in (source, target):
            if name not in known:
                yield Finding(
                    workflow["name"], name, "connections", "a connection names it, and it is not there"
                )
    for node in nodes_of(workflow):
        if node["type"] not in TRIGGERS and node["name"] not in reached:
            yield Finding(workflow["name"], node["name"], "connections", "nothing leads to it")


def _edges(workflow: Workflow) -> Iterator[tuple[str, str]]:
    for source, outputs in workflow["connections"].items():
        for output in outputs.get("main", ()):
            for each in output or ():
                yield source, each["node"]


def _no_secrets(workflow: Workflow) -> Iterator[Finding]:
    for node in workflow["nodes"]:
        for path, text in _texts(node.get("parameters")):
            name = path.rpartition(".")[2]
            is_literal = bool(text) and not text.startswith("=")
            if _SECRET.search(text) or (_SECRET_NAME.search(name) and is_literal):
                yield Finding(
                    workflow["name"], node["name"], "secrets", f"{path} holds what looks like a secret"
                )
        for kind, reference in (node.get("credentials") or {}).items():
            if not isinstance(reference, dict) or set(reference) != {"id", "name"}:
                told = f"the credential {kind} is a reference: `id` and `name` alone"
                yield Finding(workflow["name"], node["name"], "secrets", told)


def _addresses(workflow: Workflow) -> Iterator[Finding]:
    for node in workflow["nodes"]:
        if node["name"] == SETTINGS_NAME and node["type"] == SETTINGS:
            continue
        if any(_ADDRESS.search(text) for _, text in _texts(node.get("parameters"))):
            told = f"addresses stand in the node {SETTINGS_NAME} alone"
            yield Finding(workflow["name"], node["name"], "addresses", told)


def _texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text with where it stands; of a list of `{"name", "value"}`, the value stands under that name."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each, path)
    elif isinstance(value, dict):
        named = value.get("name") if "value" in value else None
        for key, each in value.items():
            yield from _texts(each, f"{path}.{named if named and key == 'value' else key}".lstrip("."))


def _waiting(workflow: Workflow) -> Iterator[Finding]:
    """Who gives away the address at which it can be woken also waits there, and not for ever."""
    nodes = nodes_of(workflow)
    waits = [n for n in nodes if n["type"] == WAIT and n["parameters"].get("resume") == "webhook"]
    gives = [n for n in nodes if any(_RESUME_URL in text for _, text in _texts(n["parameters"]))]
    if gives and not waits:
        told = "gives away its resume address, and no Wait node resumes by webhook"
        yield Finding(workflow["name"], gives[0]["name"], "waiting", told)
    for node in waits:
        asked = node["parameters"]
        if asked.get("httpMethod") != "POST" or not asked.get("limitWaitTime"):
            yield Finding(workflow["name"], node["name"], "waiting", "waits for a POST, with a limit")
        if not node.get("webhookId"):
            yield Finding(workflow["name"], node["name"], "waiting", "has no webhookId")


def _error_branches(workflow: Workflow) -> Iterator[Finding]:
    for node in nodes_of(workflow):
        if node["type"] not in CALLERS:
            continue
        outputs = workflow["connections"].get(node["name"], {}).get("main", [])
        if node.get("onError") != "continueErrorOutput" or len(outputs) < 2 or not outputs[1]:
            yield Finding(workflow["name"], node["name"], "errors", "what happens on an error is not drawn")


def _proven_callers(workflow: Workflow) -> Iterator[Finding]:
    for node in nodes_of(workflow):
        if node["type"] != WEBHOOK:
            continue
        if node["parameters"].get("authentication", "none") == "none" or not node.get("credentials"):
            yield Finding(
                workflow["name"], node["name"], "callers", "anybody may call it; choose an authentication"
            )


def _note(workflow: Workflow) -> Iterator[Finding]:
    if not any(node["type"] == STICKY for node in workflow["nodes"]):
        yield Finding(workflow["name"], "", "note", "no sticky note says what to set")


def _random_ids(workflow: Workflow) -> Iterator[Finding]:
    """Telegram's secret is made of the workflow's and the node's id, WhatsApp's verify token is the node's id."""
    if not _RANDOM_ID.fullmatch(workflow["id"]):
        yield Finding(workflow["name"], "", "ids", "its id can be guessed; render the template")
    for node in workflow["nodes"]:
        given = [node["id"], *([node["webhookId"]] if "webhookId" in node else [])]
        if not all(_RANDOM_ID.fullmatch(str(one)) for one in given):
            yield Finding(workflow["name"], node["name"], "ids", "its id can be guessed; render the template")


def _ids_across(workflows: Sequence[Workflow]) -> Iterator[Finding]:
    used: dict[str, str] = {}
    for workflow in workflows:
        for node_name, given in _ids(workflow):
            if given in used:
                told = f"its id is also that of {used[given]}"
                yield Finding(workflow["name"], node_name, "ids", told)
            used.setdefault(given, f"{workflow['name']} / {node_name}".rstrip(" /"))


def _ids(workflow: Workflow) -> Iterator[tuple[str, str]]:
    yield "", workflow["id"]
    for node in workflow["nodes"]:
        yield node["name"], node["id"]
        if "webhookId" in node:
            yield node["name"], node["webhookId"]


def _called_workflows(workflows: Sequence[Workflow]) -> Iterator[Finding]:
    known = {workflow["id"] for workflow in workflows}
    for workflow in workflows:
        for node, called in called_by(workflow):
            if called not in known:
                yield Finding(
                    workflow["name"], node, "calls", "the workflow it calls is not among these files"
                )


def called_by(workflow: Workflow) -> Iterator[tuple[str, str]]:
    """Names of nodes that call another workflow, with its id."""
    for node in nodes_of(workflow):
        if node["type"] == SUB_WORKFLOW:
            yield node["name"], str((node["parameters"].get("workflowId") or {}).get("value", ""))


RULES: tuple[Callable[[Workflow], Iterator[Finding]], ...] = (
    _clean, _names, _types, _connections, _no_secrets, _addresses, _waiting, _error_branches, _proven_callers, _note,
)  # fmt: skip

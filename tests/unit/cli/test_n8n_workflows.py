"""The workflows that are shipped, what is made of them, and what the rules find in broken ones."""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from docflow_cli.main import app
from docflow_cli.n8n.nodes import STICKY
from docflow_cli.n8n.rendering import API_URL, read_templates, render, with_called
from docflow_cli.n8n.rules import Finding, findings, nodes_of
from typer.testing import CliRunner, Result

FOLDER = Path(__file__).parents[3] / "deploy" / "n8n" / "workflows"
TEMPLATES = read_templates(FOLDER)
API = "http://backend-api:8000"

Workflow = dict[str, Any]


def ids() -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"{next(numbers):032x}"


def rendered(*names: str) -> list[Workflow]:
    chosen = with_called(TEMPLATES, names or TEMPLATES)
    return render((TEMPLATES[name] for name in chosen), api_url=API + "/", new_id=ids())


def every_id(workflow: Workflow) -> Iterator[str]:
    yield workflow["id"]
    for node in workflow["nodes"]:
        yield from (node[key] for key in ("id", "webhookId") if key in node)


def call(*words: str) -> Result:
    return CliRunner().invoke(app, ["n8n", *words], catch_exceptions=True)


def test_every_template_keeps_to_the_rules_and_is_called_like_its_file() -> None:
    assert findings(list(TEMPLATES.values()), are_templates=True) == []
    assert all(name == workflow["id"] for name, workflow in TEMPLATES.items())


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_that_was_not_rendered_is_refused_for_its_ids(name: str) -> None:
    assert {"ids"} <= {found.rule for found in findings([TEMPLATES[name]])}


def test_rendered_workflows_keep_to_every_rule_and_call_each_other() -> None:
    assert findings(rendered()) == []


def test_no_id_is_used_twice_nor_taken_from_the_template() -> None:
    made = [one for workflow in rendered() for one in every_id(workflow)]
    shipped = {one for workflow in TEMPLATES.values() for one in every_id(workflow)}
    assert len(set(made)) == len(made)
    assert not shipped & set(made)


def test_the_address_of_the_api_is_put_in_its_place() -> None:
    text = json.dumps(rendered())
    assert API_URL not in text
    assert f'"{API}"' in text


def test_a_template_brings_those_that_it_calls() -> None:
    assert with_called(TEMPLATES, ["mail-inbox"]) == ["mail-inbox", "submit-and-wait", "answer"]


def hands_in(workflow: Workflow) -> Iterator[dict[str, Any]]:
    for node in nodes_of(workflow):
        asked = node["parameters"]
        if asked.get("contentType") == "multipart-form-data":
            yield asked


def test_whatever_hands_a_file_in_carries_a_key_of_its_source() -> None:
    found = [asked for workflow in TEMPLATES.values() for asked in hands_in(workflow)]
    assert len(found) == 3
    for asked in found:
        headers = {one["name"]: one["value"] for one in asked["headerParameters"]["parameters"]}
        fields = {one["name"]: one.get("value") for one in asked["bodyParameters"]["parameters"]}
        assert headers["Idempotency-Key"] == fields["external_id"] == "={{ $json.key }}"
        assert "metadata" in fields


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("telegram-bot", "tg-${update.update_id}"),
        ("whatsapp-bot", "wa-${message.id}"),
        ("mail-inbox", "mail-${message_id.slice(0, 150)}-${sha256}"),
        ("bucket-folder", "s3-${$json.sha256}-"),
        ("web-upload", "web-${sha256}"),
    ],
)
def test_the_key_is_the_messages_own(name: str, key: str) -> None:
    code = [
        node["parameters"]["jsCode"] for node in TEMPLATES[name]["nodes"] if "jsCode" in node["parameters"]
    ]
    assert any(f"`{key}" in text for text in code)
    assert "$execution.id" not in json.dumps(TEMPLATES[name])


def node(workflow: Workflow, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in workflow["nodes"] if one["name"] == name)
    return found


def no_id(workflow: Workflow) -> None:
    del workflow["id"]


def no_version(workflow: Workflow) -> None:
    del node(workflow, "Hand in")["typeVersion"]


def foreign_version(workflow: Workflow) -> None:
    node(workflow, "Hand in")["typeVersion"] = 99


def foreign_type(workflow: Workflow) -> None:
    node(workflow, "Hand in")["type"] = "n8n-nodes-base.httpRequests"


def lost_target(workflow: Workflow) -> None:
    workflow["connections"]["Settings"]["main"][0][0]["node"] = "Hand it in"


def loose_node(workflow: Workflow) -> None:
    del workflow["connections"]["Start"]


def same_id(workflow: Workflow) -> None:
    node(workflow, "Hand in")["id"] = node(workflow, "Settings")["id"]


def same_name(workflow: Workflow) -> None:
    node(workflow, "Known")["name"] = "Settings"


def readable_id(workflow: Workflow) -> None:
    node(workflow, "Hand in")["id"] = "submit-and-wait.hand-in"


def readable_webhook(workflow: Workflow) -> None:
    node(workflow, "Wait for DocFlow")["webhookId"] = "00000000-0000-4000-8000-docflow"


def key_in_a_header(workflow: Workflow) -> None:
    headers = node(workflow, "Hand in")["parameters"]["headerParameters"]["parameters"]
    headers.append({"name": "Authorization", "value": "Basic YWJj"})


def key_in_code(workflow: Workflow) -> None:
    node(workflow, "Refused")["parameters"]["jsCode"] = "return 'dfk_live_0a1b_c2d3'"


def secret_in_a_credential(workflow: Workflow) -> None:
    node(workflow, "Hand in")["credentials"]["httpHeaderAuth"]["data"] = {"value": "x"}


def address_in_a_node(workflow: Workflow) -> None:
    node(workflow, "Read process")["parameters"]["url"] = "https://docflow.example.com/v1/processes"


def nobody_waits(workflow: Workflow) -> None:
    node(workflow, "Wait for DocFlow")["parameters"] = {"amount": 5}


def waits_for_ever(workflow: Workflow) -> None:
    del node(workflow, "Wait for DocFlow")["parameters"]["limitWaitTime"]


def waits_for_a_get(workflow: Workflow) -> None:
    node(workflow, "Wait for DocFlow")["parameters"]["httpMethod"] = "GET"


def errors_end_it(workflow: Workflow) -> None:
    del node(workflow, "Hand in")["onError"]


def errors_lead_nowhere(workflow: Workflow) -> None:
    workflow["connections"]["Hand in"]["main"].pop()


def no_note(workflow: Workflow) -> None:
    workflow["nodes"] = [one for one in workflow["nodes"] if one["type"] != STICKY]


def calls_another(workflow: Workflow) -> None:
    node(workflow, "Answer")["parameters"]["workflowId"]["value"] = "f" * 32


def pinned(workflow: Workflow) -> None:
    workflow["pinData"] = {"Start": [{"json": {"a": 1}}]}


def active(workflow: Workflow) -> None:
    workflow["active"] = True


def old_order(workflow: Workflow) -> None:
    workflow["settings"] = {}


BROKEN: list[tuple[Callable[[Workflow], None], str]] = [
    (no_id, "shape"), (no_version, "shape"), (foreign_version, "types"), (foreign_type, "types"),
    (lost_target, "connections"), (loose_node, "connections"), (same_id, "ids"), (same_name, "names"),
    (readable_id, "ids"), (readable_webhook, "ids"), (key_in_a_header, "secrets"), (key_in_code, "secrets"),
    (secret_in_a_credential, "secrets"), (address_in_a_node, "addresses"), (nobody_waits, "waiting"),
    (waits_for_ever, "waiting"), (waits_for_a_get, "waiting"), (errors_end_it, "errors"), (errors_lead_nowhere, "errors"),
    (no_note, "note"), (calls_another, "calls"), (pinned, "clean"), (active, "clean"), (old_order, "clean"),
]  # fmt: skip


@pytest.mark.parametrize(("breaks", "rule"), BROKEN, ids=[breaks.__name__ for breaks, _ in BROKEN])
def test_a_broken_workflow_is_found_by_its_rule(breaks: Callable[[Workflow], None], rule: str) -> None:
    workflows = deepcopy(rendered("submit-and-wait"))
    breaks(workflows[0])
    found = findings(workflows)
    assert rule in {one.rule for one in found}
    assert all(isinstance(one, Finding) and one.message for one in found)


def test_a_webhook_that_anybody_may_call_is_found() -> None:
    (workflow,) = rendered("web-upload")
    node(workflow, "Upload")["parameters"]["authentication"] = "none"
    assert [found.rule for found in findings([workflow])] == ["callers"]


def test_two_files_of_the_same_ids_are_found() -> None:
    (workflow,) = rendered("web-upload")
    assert {found.rule for found in findings([workflow, deepcopy(workflow)])} == {"ids"}


def test_the_command_renders_what_it_then_finds_nothing_wrong_with(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    for out in (first, second):
        assert (
            call(
                "render", "telegram-bot", "--out", str(out), "--api-url", "https://docs.example.com"
            ).exit_code
            == 0
        )
    names = sorted(file.name for file in first.glob("*.json"))
    assert names == ["answer.json", "chat-decision.json", "submit-and-wait.json", "telegram-bot.json"]
    checked = call("check", *(str(first / name) for name in names))
    assert (checked.exit_code, "4 workflows, nothing wrong" in checked.output) == (0, True)
    for name in names:
        one, other = (json.loads((out / name).read_text(encoding="utf-8")) for out in (first, second))
        assert not set(every_id(one)) & set(every_id(other))


def test_the_command_says_what_is_wrong(tmp_path: Path) -> None:
    answer = call("check", str(FOLDER / "web-upload.json"))
    assert answer.exit_code == 1
    assert "can be guessed" in answer.output
    assert call("check", "--templates", *map(str, sorted(FOLDER.glob("*.json")))).exit_code == 0
    broken = tmp_path / "x.json"
    broken.write_text("{", encoding="utf-8")
    unreadable = call("check", str(broken))
    assert (unreadable.exit_code, getattr(unreadable.exception, "code", None)) == (1, "workflow_unreadable")
    unknown = call("render", "no-such", "--out", str(tmp_path))
    assert (unknown.exit_code, getattr(unknown.exception, "code", None)) == (1, "not_found")


def test_the_command_lists_what_there_is() -> None:
    listed = call("list").output
    assert all(name in listed for name in TEMPLATES)

"""What the committed description says of every operation; that it is the running one is tested beside the gateway."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docflow.domain.webhook_events import TEST_EVENT, WebhookEvent

ROOT = Path(__file__).parents[3]
DOCUMENT: dict[str, Any] = json.loads((ROOT / "docs/api/openapi.json").read_text(encoding="utf-8"))
OPERATIONS: dict[str, dict[str, Any]] = {
    operation["operationId"]: operation for item in DOCUMENT["paths"].values() for operation in item.values()
}
TAGS = {tag["name"] for tag in DOCUMENT["tags"]}
EVENT = re.compile(r"\"((?:process|document|quota)\.[a-z_]+)\"")
NEVER_A_PROBLEM = {"healthz", "readyz"}


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_is_named_told_and_filed(name: str) -> None:
    operation = OPERATIONS[name]
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", name)
    assert operation["summary"] and operation["description"]
    assert operation["tags"] and set(operation["tags"]) <= TAGS


@pytest.mark.parametrize("name", sorted(set(OPERATIONS) - NEVER_A_PROBLEM))
def test_an_operation_declares_what_its_shape_can_be_refused_for(name: str) -> None:
    operation = OPERATIONS[name]
    declared = {int(status) for status in operation["responses"]}
    expected = {429, 500, 503} | ({401, 403} if operation["security"] else set())
    kinds = {parameter["in"] for parameter in operation.get("parameters", ())}
    headers = {p["name"].lower() for p in operation.get("parameters", ()) if p["in"] == "header"}
    expected |= {400, 413, 415, 422} if "requestBody" in operation else set()
    expected |= {404} if "path" in kinds else set()
    expected |= {422} if "query" in kinds else set()
    expected |= {412} if "if-match" in headers else set()
    expected |= {409, 422} if "idempotency-key" in headers else set()
    assert expected <= declared
    assert declared & {200, 201, 202, 204, 207}


CHANGES = {
    operation["operationId"]: operation
    for item in DOCUMENT["paths"].values()
    for method, operation in item.items()
    if method in ("patch", "put")
}
WITHOUT_A_VERSION = {
    "assign_review", "send_upload", "set_budgets", "set_notification_preferences", "set_publish_gate", "set_retention",
    "set_second_factor_rule", "set_secret",
}  # fmt: skip
"""They set one whole thing, or touch no version: there is nothing to have read before."""


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_a_change_of_what_has_a_version_needs_the_one_it_goes_by(name: str) -> None:
    headers = {one["name"].lower(): one["required"] for one in CHANGES[name].get("parameters", ())}
    has_a_version = name not in WITHOUT_A_VERSION
    assert headers.get("if-match", False) is has_a_version
    assert ("428" in CHANGES[name]["responses"]) is has_a_version


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_refusal_is_declared_as_a_problem(name: str) -> None:
    refusals = {
        status: list(_answer(answer)["content"])
        for status, answer in OPERATIONS[name]["responses"].items()
        if status[0] in "45" and name not in NEVER_A_PROBLEM
    }
    assert set(map(tuple, refusals.values())) <= {("application/problem+json",)}


def _answer(given: dict[str, Any]) -> dict[str, Any]:
    """The answer itself, where it is told elsewhere."""
    if "$ref" not in given:
        return given
    answer: dict[str, Any] = DOCUMENT["components"]["responses"][given["$ref"].rpartition("/")[2]]
    return answer


@pytest.mark.parametrize("name", [name for name, one in OPERATIONS.items() if "requestBody" in one])
def test_every_body_has_an_example(name: str) -> None:
    content = OPERATIONS[name]["requestBody"]["content"]
    assert [kind for kind, given in content.items() if not list(_examples(given))] == []


def _examples(given: dict[str, Any]) -> Iterator[Any]:
    yield from given.get("examples", {}).values()
    yield from (given["example"],) if "example" in given else ()
    schema = given["schema"]
    if "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    yield from schema.get("examples", ())


def _answer(given: dict[str, Any]) -> dict[str, Any]:
    """The answer itself, where it is told elsewhere."""
    if "$ref" not in given:
        return given
    answer: dict[str, Any] = DOCUMENT["components"]["responses"][given["$ref"].rpartition("/")[2]]
    return answer


@pytest.mark.parametrize("name", [name for name, one in OPERATIONS.items() if "requestBody" in one])
def test_the_examples_of_a_body_fit_its_schema(name: str) -> None:
    import jsonschema_rs

    content = OPERATIONS[name]["requestBody"]["content"]
    for kind, given in content.items():
        if kind.endswith("json"):
            schema = {**given["schema"], "components": DOCUMENT["components"]}
            for example in _examples(given):
                jsonschema_rs.validate(schema, example)


def test_every_event_that_is_sent_has_its_entry() -> None:
    domain = ROOT / "services/core/src/docflow/domain"
    sent = {
        event for file in ("acts.py", "announcing.py") for event in EVENT.findall((domain / file).read_text())
    }
    # These are written by SQL, by the endpoints themselves and by what knows of earlier documents.
    others = {WebhookEvent.QUOTA_WARNING, TEST_EVENT, WebhookEvent.DOCUMENT_DUPLICATE}
    assert set(DOCUMENT["webhooks"]) == sent | others


def test_both_ways_to_prove_who_calls_are_named() -> None:
    assert set(DOCUMENT["components"]["securitySchemes"]) == {"accessToken", "apiKey"}


def test_the_description_is_valid_openapi() -> None:
    from openapi_spec_validator import validate

    validate(DOCUMENT)

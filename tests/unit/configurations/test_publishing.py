"""What keeps a configuration from being published, each fault by its place."""

from dataclasses import replace
from typing import Any

import pytest
from docflow.adapters.schemas.rust import found_in_text, schema_fault
from docflow.domain.publishing import (
    MAX_SCHEMA_BYTES,
    Draft,
    Known,
    problems_of,
    written_problems,
)
from docflow.domain.stages import ActionType
from docflow_output.connectors import ACTION_TYPES

KNOWN = Known(schema_fault, found_in_text, frozenset({"a_plugin"}))
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "total": {"type": "string", "x-kind": "money", "x-labels": {"en": ["Total"], "de": "Summe"}},
        "seller": {"type": "object", "properties": {"name": {"type": "string"}}},
        "lines": {"type": "array", "items": {"type": "object", "properties": {"amount": {"type": "string"}}}},
    },
}
SOUND = Draft(
    input_schema={"type": "object"},
    output_schema=SCHEMA,
    validation_rules=(
        {"field": "total", "rule": "sum_equals", "compare_to": ["lines[].amount"], "value": "0.01"},
        {"field": "seller.name", "rule": "regex", "value": "^[A-Z]"},
    ),
    plugin_name="a_plugin",
    workflow={},
    output_actions=(
        {"action_type": "webhook", "target_config": {"url": "https://hook.test/in"}, "max_retries": 3},
        {"action_type": "file_export", "target_config": {"format": "csv"}},
    ),
    llm_policy={"max_tokens": 4000, "provider": "offline"},
)


def at(**changes: Any) -> list[str]:
    """The places that are wrong once a sound draft has these changes."""
    return [problem.pointer for problem in problems_of(replace(SOUND, **changes), KNOWN)]


def with_property(**schema: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"total": {"type": "string", **schema}}}


def nested(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(levels):
        schema = {"items": schema}
    return schema


def test_a_sound_draft_has_no_faults() -> None:
    assert problems_of(SOUND, KNOWN) == []


@pytest.mark.parametrize(
    ("schema", "place"),
    [
        ({"type": "objct"}, "/output_schema/type"),
        (with_property(type=5), "/output_schema/properties/total/type"),
        (with_property(pattern="("), "/output_schema/properties/total/pattern"),
        (with_property(**{"$ref": "https://x.test/a"}), "/output_schema/properties/total/$ref"),
        (with_property(**{"$ref": "file:///etc/passwd"}), "/output_schema/properties/total/$ref"),
        ({"$schema": "https://x.test/own"}, "/output_schema"),
        (with_property(**{"x-kind": "colour"}), "/output_schema/properties/total/x-kind"),
        (with_property(**{"x-kind": {}}), "/output_schema/properties/total/x-kind"),
        (with_property(**{"x-role": "payer"}), "/output_schema/properties/total/x-role"),
        (with_property(**{"x-labels": [1]}), "/output_schema/properties/total/x-labels"),
        (with_property(description="x" * MAX_SCHEMA_BYTES), "/output_schema"),
        (nested(40), "/output_schema"),
        (nested(5000), "/output_schema"),
        ({}, "/output_schema"),
        ({"properties": {"total": True}}, "/output_schema/properties/total"),
        (with_property(anyOf=[True]), "/output_schema/properties/total/anyOf/0"),
        (with_property(type="array", items=True), "/output_schema/properties/total/items"),
        ({"properties": {f"f{n}": {"type": "string"} for n in range(501)}}, "/output_schema"),
    ],
)
def test_an_output_schema_that_cannot_be_used_is_told_by_its_place(
    schema: dict[str, Any], place: str
) -> None:
    assert at(output_schema=schema, validation_rules=()) == [place]


def test_an_input_schema_may_not_point_elsewhere() -> None:
    assert at(input_schema={"$ref": "http://x.test"}) == ["/input_schema/$ref"]


@pytest.mark.parametrize(
    "rule",
    [
        "total",
        {"field": "total"},
        {"field": "total", "rule": "guess"},
        {"field": "nowhere", "rule": "required"},
        {"field": "lines", "rule": "required"},
        {"field": "total", "rule": "equals", "compare_to": "nowhere"},
        {"field": "total", "rule": "regex", "value": "("},
        {"field": "total", "rule": "required", "severity": "fatal"},
    ],
)
def test_a_rule_that_could_never_hold_or_fail_is_told(rule: object) -> None:
    assert at(validation_rules=({"field": "total", "rule": "required"}, rule)) == ["/validation_rules/1"]


def steps(*stages: str) -> dict[str, Any]:
    return {"steps": [{"name": f"step{place}", "stage": stage} for place, stage in enumerate(stages)]}


PIPELINE = ("INGEST", "INTELLIGENT_OCR", "INTELLIGENT_PROCESS", "OUTPUT")


def test_a_stage_may_come_twice_in_its_place() -> None:
    assert at(workflow=steps(*PIPELINE[:3], "INTELLIGENT_PROCESS", "OUTPUT")) == []


def test_how_stacks_are_split_is_one_of_two_words() -> None:
    assert at(workflow={"splitting": "review"}) == []
    assert at(workflow={"splitting": "never"}) == ["/workflow/splitting"]


@pytest.mark.parametrize(
    ("workflow", "places"),
    [
        ({"steps": "all"}, [""]),
        ({"steps": [{"stage": "INGEST"}]}, ["/0/name"]),
        ({"steps": [3]}, ["/0"]),
        (steps("INGEST", "OUTPUT"), ["/0"]),
        (steps(*PIPELINE[1:]), ["/0"]),
        (steps(*reversed(PIPELINE)), ["/0", "/0", "/1", "/2", "/3"]),
        (steps(*PIPELINE, "GUESS"), ["/4/stage"]),
        (steps(*PIPELINE[:3], *["OUTPUT"] * 20), [""]),
        (
            {"steps": [{"name": "same", "stage": stage} for stage in PIPELINE]},
            ["/1/name", "/2/name", "/3/name"],
        ),
    ],
)
def test_a_workflow_that_leaves_out_a_stage_or_turns_them_round_is_told(
    workflow: dict[str, Any], places: list[str]
) -> None:
    assert at(workflow=workflow) == [f"/workflow/steps{place}" for place in places]


@pytest.mark.parametrize(
    ("action", "place"),
    [
        ("webhook", "/output_actions/0/action_type"),
        ({"action_type": "fax"}, "/output_actions/0/action_type"),
        ({"action_type": ["webhook"]}, "/output_actions/0/action_type"),
        ({"action_type": "webhook", "target_config": 3}, "/output_actions/0/target_config"),
        ({"action_type": "webhook"}, "/output_actions/0/target_config/url"),
        (
            {"action_type": "file_export", "target_config": {"format": "doc"}},
            "/output_actions/0/target_config/format",
        ),
        ({"action_type": "file_export", "max_retries": 99}, "/output_actions/0/max_retries"),
    ],
)
def test_an_output_action_without_form_is_told(action: object, place: str) -> None:
    assert at(output_actions=(action,)) == [place]


def test_a_plugin_that_is_not_installed_is_told() -> None:
    assert at(plugin_name="another") == ["/plugin_name"]
    assert at(plugin_name=None) == []


SECRETS = [
    {"password": "x"},
    {"apiKey": "x"},
    {"headers": {"X-Auth-Token": "x"}},
    {"headers": {"Authorization": "Basic dXNlcjpwYXNz"}},
    {"anything": "Bearer abcdefgh"},
    {"note": "sk-ant-0123456789abcdef0123"},
    {"note": "-----BEGIN RSA PRIVATE KEY-----"},
    {"note": "eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.abc"},
    {"url": "https://user:pass@host.test/in"},
    {"url": "https://host.test/in?access_token=abc"},
    {"dsn": "postgresql://app:secret@db/x"},
    {"list": [{"client_secret": "x"}]},
]


@pytest.mark.parametrize("config", SECRETS)
def test_what_looks_like_a_secret_is_told_and_not_repeated(config: dict[str, Any]) -> None:
    found = list(written_problems([{"action_type": "webhook", "target_config": config}], {}))
    assert [problem.pointer.startswith("/output_actions/0/target_config/") for problem in found] == [True]
    assert "abc" not in found[0].message


@pytest.mark.parametrize(
    "config",
    [
        {"url": "https://host.test/in?page=2", "headers": {"X-Source": "docflow"}},
        {"max_tokens": 4000, "tokenizer": "words", "passenger": "Jane"},
        {"password": ""},
        {"file_name": "{process_id}-{date}"},
    ],
)
def test_what_only_sounds_like_a_secret_passes(config: dict[str, Any]) -> None:
    assert list(written_problems([{"action_type": "webhook", "target_config": config}], config)) == []


def test_the_kinds_of_actions_are_those_that_the_output_worker_knows() -> None:
    assert set(ActionType) == ACTION_TYPES

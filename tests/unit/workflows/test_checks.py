"""What publishing tells of a workflow, and that templates pass."""

from typing import Any

import pytest
from docflow.domain.errors import UserError
from docflow.domain.publishing import _actions
from docflow.domain.workflow import FULL_PIPELINE, actions_of, workflow_from
from docflow.domain.workflow_checks import Around, workflow_problems
from docflow.domain.workflow_steps import STEP_KINDS, StepType
from docflow.domain.workflow_templates import TEMPLATES, WorkflowTemplate, filled_in

from tests.unit.workflows.made import SCHEMA, by_amount, step

PIPELINE = [
    step("take", "ingest"),
    step("read", "ocr"),
    step("check", "process"),
    step("send", "output"),
]


def told(written: dict[str, Any], *, enable_hitl: bool = True) -> dict[str, str]:
    around = Around(SCHEMA, enable_hitl, frozenset({"a_plugin"}), _actions)
    return {
        problem.pointer.removeprefix("/workflow/steps"): problem.message
        for problem in workflow_problems(written, around)
    }


def instead(place: int, *steps: dict[str, Any]) -> dict[str, Any]:
    """The pipeline with these where the one of that place stood."""
    return {"steps": [*PIPELINE[:place], *steps, *PIPELINE[place + 1 :]]}


@pytest.mark.parametrize(
    "written",
    [
        {},
        {"steps": PIPELINE},
        by_amount(),
        by_amount("metadata.anything == 'x' && size(documents) > 1"),
        instead(3, step("a", "output", ("b", "total > 1")), step("b", "output")),
        instead(2, step("check", "process", confidence_threshold=0.9, plugin_name="a_plugin")),
        instead(1, step("read", "ocr", llm_policy={"order": ["offline"]})),
    ],
)
def test_what_can_be_published(written: dict[str, Any]) -> None:
    assert told(written) == {}


@pytest.mark.parametrize(
    ("written", "places"),
    [
        ({"steps": [{**PIPELINE[0], "colour": "red"}, *PIPELINE[1:]]}, ["/0/colour"]),
        ({"steps": PIPELINE, "stages": []}, ["/workflow/stages"]),
        (instead(0, step("x" * 61, "ingest")), ["/0/name"]),
        (instead(0, step("take", "lunch")), ["/0/type"]),
        (instead(0, {"name": "take", "type": "ingest", "stage": "OUTPUT"}), ["/0/stage"]),
        (instead(2, step("check", "process", confidence_threshold=1.5)), ["/2/config/confidence_threshold"]),
        (instead(2, step("check", "process", plugin_name="other")), ["/2/config/plugin_name"]),
        (instead(2, step("check", "process", speed=1)), ["/2/config/speed"]),
        (instead(1, step("read", "ocr", llm_policy={"at_limit": "x"})), ["/1/config/llm_policy/at_limit"]),
        (
            instead(3, step("send", "output", actions=[{"action_type": "fax"}])),
            ["/3/config/actions/0/action_type"],
        ),
        (instead(2, {"name": "check", "type": "process", "next": "send"}), ["/2/next"]),
        (instead(2, {"name": "check", "type": "process", "next": [{"go": "send"}]}), ["/2/next/0"]),
        (instead(2, {"name": "check", "type": "process", "next": [{"to": 3}]}), ["/2/next/0/to"]),
        (
            instead(2, {"name": "check", "type": "process", "next": [{"to": "send", "when": 3}]}),
            ["/2/next/0/when"],
        ),
        (instead(2, step("check", "process", ("nowhere", None))), ["/2/next/0/to"]),
        (instead(2, step("check", "process", ("take", None))), ["/2/next/0", "/3"]),
        (
            instead(2, step("check", "process", ("send", "total > 1"))),
            ["/2/next/0/when"],
        ),
        (
            instead(2, step("check", "process", ("send", None), ("send", "total > 1"))),
            ["/2/next/1/when", "/2/next/1"],
        ),
        (instead(3), ["/2"]),
        (instead(2), ["/1"]),
        ({"steps": PIPELINE[1:]}, ["/0"]),
        (instead(3, step("send", "output", ("send", None))), ["/3/next/0"]),
        (
            instead(3, step("send", "output"), step("more", "output")) | {},
            [],
        ),
        (instead(3, step("send", "output", ("", None)), step("lonely", "output")), ["/4"]),
        (by_amount("totl > 1"), ["/2/next/0/when"]),
        (by_amount("total > "), ["/2/next/0/when"]),
        (by_amount("total + 1"), ["/2/next/0/when"]),
        (by_amount("currency.matches('E')"), ["/2/next/0/when"]),
        (by_amount("documents.exists(d, d.type == 'order')"), ["/2/next/0/when"]),
        (by_amount(when="findings.all > 1"), ["/3/config/when"]),
        (by_amount(approvals=0), ["/3/config/approvals"]),
        (by_amount(approvals=True), ["/3/config/approvals"]),
        (instead(0, step("take", "ingest", ("read", "total > 1"), ("read", None))), ["/0/next/0/when"]),
        (
            instead(1, step("read", "ocr", ("check", "findings.errors > 1"), ("check", None))),
            ["/1/next/0/when"],
        ),
    ],
)
def test_every_fault_is_told_with_its_place(written: dict[str, Any], places: list[str]) -> None:
    assert sorted(told(written)) == sorted(places)


def test_a_fault_of_a_condition_tells_where_in_it() -> None:
    assert told(by_amount("total > 1 && totl > 1")) == {
        "/2/next/0/when": "the condition names totl, which is not known (at character 14)"
    }


def test_a_review_step_needs_people() -> None:
    assert list(told(by_amount(), enable_hitl=False)) == ["/3/type"]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_every_template_can_be_published(template: WorkflowTemplate) -> None:
    parameters = {"field": "total"} if "field" in template.parameters.model_fields else template.example
    written = filled_in({"template": template.name, "parameters": parameters})
    assert told(dict(written)) == {}
    assert len(workflow_from(written).steps) >= 4


def test_a_template_takes_its_parameters() -> None:
    written = filled_in(
        {"template": "four_eyes_above_amount", "parameters": {"field": "totals.gross", "above": "2500.50"}}
    )
    ways = [step["next"] for step in written["steps"] if step["name"] == "check"]
    assert ways == [[{"to": "review", "when": "fields.totals.gross > 2500.50"}, {"to": "output"}]]


def test_how_stacks_are_split_stands_beside_a_template_and_beside_steps() -> None:
    written = filled_in({"template": "straight_through", "splitting": "review"})
    assert (written["splitting"], told(dict(written))) == ("review", {})


def test_what_is_no_template_stays_as_it_is() -> None:
    assert filled_in({"steps": PIPELINE}) == {"steps": PIPELINE}


@pytest.mark.parametrize(
    ("written", "places"),
    [
        ({"template": "guess"}, ["/workflow/template"]),
        ({"template": ["straight_through"]}, ["/workflow/template"]),
        ({"template": "straight_through", "steps": []}, ["/workflow/steps"]),
        ({"template": "straight_through", "parameters": {"a": 1}}, ["/workflow/parameters/a"]),
        ({"template": "review_above_amount", "parameters": {"above": "1e9"}}, ["/workflow/parameters/above"]),
        ({"template": "review_above_amount", "parameters": {"field": "a > 1 || b"}}, ["/workflow/parameters/field"]),
        ({"template": "archive_and_erp"}, ["/workflow/parameters/erp_url"]),
    ],
)  # fmt: skip
def test_what_a_template_does_not_take_is_told(written: dict[str, Any], places: list[str]) -> None:
    with pytest.raises(UserError) as refused:
        filled_in(written)
    assert [problem.pointer for problem in refused.value.problems] == places


def test_actions_in_steps_are_found_for_the_guard_of_addresses() -> None:
    written = filled_in({"template": "archive_and_erp", "parameters": {"erp_url": "https://erp.test/in"}})
    kinds = [[one["action_type"] for one in actions] for actions in actions_of(written)]
    assert kinds == [["file_export"], ["webhook"]]


def test_the_default_is_the_full_pipeline_by_the_names_of_its_stages() -> None:
    assert [step.name for step in FULL_PIPELINE.steps] == [
        "ingest", "intelligent_ocr", "intelligent_process", "output",
    ]  # fmt: skip


def test_each_kind_of_step_publishes_the_form_of_its_config() -> None:
    assert list(STEP_KINDS) == list(StepType)
    for kind in STEP_KINDS.values():
        assert kind.model_json_schema()["additionalProperties"] is False

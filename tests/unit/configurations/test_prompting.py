import pytest
from docflow.domain.configuration import PromptStage
from docflow.domain.prompting import VARIABLES, placeholders, template_problems


def test_placeholders_are_found_with_and_without_blanks() -> None:
    assert placeholders("{{data}} and {{ findings }}, {not} {{NOT}}") == {"data", "findings"}


@pytest.mark.parametrize("stage", PromptStage)
def test_all_that_a_stage_knows_may_be_used(stage: PromptStage) -> None:
    assert template_problems(" ".join(f"{{{{{name}}}}}" for name in VARIABLES[stage]), stage) == []


def test_a_json_answer_in_the_text_is_no_placeholder() -> None:
    template = '{{document_text}} answer {"fields": {name: {"value": 1}}}'
    assert template_problems(template, PromptStage.OCR) == []


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("{{document_text}} {{guess}}", "{{guess}} is not known in this stage"),
        ("{{document_text}} {{data}}", "{{data}} is not known in this stage"),
        ("{{document_text}} {{a.b}}", "{{ opens something that is no placeholder"),
        ("{{document_text}} {{", "{{ opens something that is no placeholder"),
        ("nothing", "{{document_text}} is missing"),
    ],
)
def test_what_cannot_be_filled_in_is_told(template: str, told: str) -> None:
    (problem,) = template_problems(template, PromptStage.OCR)
    assert problem.message.partition(";")[0] == told


def test_a_name_that_is_not_known_is_told_with_those_that_are() -> None:
    (problem,) = template_problems("{{data}} {{finding}}", PromptStage.VALIDATION)
    assert all(name in problem.message for name in ("{{finding}}", "findings", "output_schema"))

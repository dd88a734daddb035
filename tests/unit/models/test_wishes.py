from decimal import Decimal
from typing import Any

import pytest
from docflow.domain.llm_policy import policy_problems
from docflow.domain.model_wishes import ModelWishes, SecondReading, wishes_of
from docflow.domain.stages import Severity


def test_without_a_word_only_what_saves_a_person_is_asked() -> None:
    assert wishes_of({"order": ["anthropic/claude-haiku-5-5"]}) == ModelWishes(
        classification=True, validation=None, summarization=False, second_reading=SecondReading(doubtful=True)
    )


def test_a_configuration_says_what_else_it_wants() -> None:
    written = {
        "classification": "never",
        "validation": "error",
        "summarization": "on",
        "second_reading": {"doubtful": False, "above": "10000.00", "share": 0.03},
    }
    assert not list(policy_problems(written))
    assert wishes_of(written) == ModelWishes(
        False, Severity.ERROR, True, SecondReading(False, Decimal("10000.00"), 0.03)
    )


@pytest.mark.parametrize(
    ("written", "pointer"),
    [
        ({"classification": True}, "classification"),
        ({"validation": "fatal"}, "validation"),
        ({"summarization": ["on"]}, "summarization"),
        ({"second_reading": "always"}, "second_reading"),
        ({"second_reading": {"often": 1}}, "second_reading"),
        ({"second_reading": {"doubtful": "yes"}}, "second_reading/doubtful"),
        ({"second_reading": {"above": 100}}, "second_reading/above"),
        ({"second_reading": {"above": "NaN"}}, "second_reading/above"),
        ({"second_reading": {"above": "-1"}}, "second_reading/above"),
        ({"second_reading": {"share": 1.5}}, "second_reading/share"),
        ({"second_reading": {"share": True}}, "second_reading/share"),
    ],
)
def test_a_wish_that_cannot_be_had_is_told_by_its_place(written: dict[str, Any], pointer: str) -> None:
    assert [problem.pointer for problem in policy_problems(written)] == [f"/llm_policy/{pointer}"]
    with pytest.raises(ValueError, match=next(policy_problems(written)).message[:2]):
        wishes_of(written)


@pytest.mark.parametrize("written", [{"at_limit": []}, {"at_limit": {}}, {"redact_before_send": [{}]}])
def test_a_policy_of_another_form_is_told_by_its_place(written: dict[str, Any]) -> None:
    assert [problem.pointer for problem in policy_problems(written)] == [f"/llm_policy/{next(iter(written))}"]

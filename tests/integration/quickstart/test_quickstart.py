from pathlib import Path

import pytest

from tests.integration.quickstart.guide import cloned, followed


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone with an environment of its own, as a reader has it."""
    return cloned(tmp_path / "docflow")


@pytest.mark.full
@pytest.mark.timeout(300)
def test_the_commands_of_the_quick_start_work_in_their_order(clone: Path) -> None:
    assert "MAPLE & PINE HARDWARE" in followed("docs/quickstart.md", clone)


@pytest.mark.full
@pytest.mark.timeout(300)
def test_the_tutorial_leads_from_a_clone_to_a_delivered_result(clone: Path) -> None:
    said = followed("docs/tutorial.md", clone)
    assert "field_missing" in said
    assert "\nprocess.completed " in said
    assert '"begins_on": "2027-01-01"' in said


@pytest.mark.full
@pytest.mark.timeout(300)
def test_a_prompt_is_drafted_tried_published_and_taken_back(clone: Path) -> None:
    said = followed("docs/how-to/prompts.md", clone, "make setup")
    assert "\ncompleted\npublished\npublished\n" in said
    assert '"state": "retired"' in said

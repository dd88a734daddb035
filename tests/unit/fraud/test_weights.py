"""The table of weights, and what is made of them."""

import re
from pathlib import Path

import pytest
from docflow.domain import fraud
from docflow.domain.fraud_weights import WEIGHTS, Family, flag
from docflow.domain.spellings import differ_by

PAGE = (Path(__file__).parents[3] / "docs" / "fraud.md").read_text(encoding="utf-8")


def test_every_weight_is_a_share_with_a_source() -> None:
    assert all(
        0 < one.weight < 1 and one.source.startswith(("judged", "documented")) for one in WEIGHTS.values()
    )
    # A plugin gives each of its signals a score of its own.
    assert {one.family for one in WEIGHTS.values()} == set(Family) - {Family.PLUGIN}


@pytest.mark.parametrize("code", WEIGHTS)
def test_every_code_is_explained_with_its_weight(code: str) -> None:
    row = next((line for line in PAGE.splitlines() if line.startswith(f"| `{code}` |")), None)
    assert row is not None
    assert re.search(rf"\| {WEIGHTS[code].weight:g} \|", row)


def test_families_multiply_and_a_family_counts_once() -> None:
    flags = fraud.as_json([
        flag("text_changed", "", {}), flag("hidden_text", "", {}), flag("totals_mismatch", "", {})
    ])  # fmt: skip
    assert fraud.score_of(flags) == round(1 - 0.2 * 0.65, 4)


@pytest.mark.parametrize(("score", "people"), [(0.0, 1), (0.79, 1), (0.8, 2), (1.0, 2)])
def test_from_four_fifths_on_two_people_must_approve(score: float, people: int) -> None:
    assert fraud.approvals_required(score) == people


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("musterag", "musterag", False),
        ("musterag", "mustreag", True),
        ("musterag", "mustergmbh", False),
        ("musterag", "musteraag", True),
        ("musterag", "must", False),
        ("ab", "cd", True),
    ],
)
def test_names_a_few_letters_apart(one: str, other: str, alike: bool) -> None:
    assert differ_by(one, other, 2) is alike

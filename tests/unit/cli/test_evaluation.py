"""What counts as right, accepted and slipped in a labelled set."""

import json
from pathlib import Path

import pytest
from docflow.domain.errors import UserError
from docflow.domain.field_scores import FieldScore, same
from docflow.domain.output_schema import FieldSpec
from docflow.domain.reading import FieldSource, ReadField
from docflow.domain.values.kinds import FieldKind
from docflow_cli.evaluation import Evaluation, as_markdown, evaluate

TOTAL = FieldSpec("total", FieldKind.MONEY)


def read(value: str | None, confidence: float = 0.9) -> ReadField:
    return ReadField(value, confidence, FieldSource.OCR)


@pytest.mark.parametrize(
    ("kind", "value", "truth", "expected"),
    [
        (FieldKind.MONEY, "1190.00", "1.190,00 €", True),
        (FieldKind.MONEY, "1190.00", "1,190.01", False),
        (FieldKind.DATE, "2026-05-01", "1 May 2026", True),
        (FieldKind.RATE, "0", "0%", True),
        (FieldKind.PARTY, "ACME Sdn. Bhd.", "acme sdn bhd", True),
        (FieldKind.PARTY, "ACME", "ACME Sdn Bhd", False),
        (FieldKind.ID, "FI-156", "FI156", True),
        (FieldKind.TEXT, "17:45:22 Uhr", "17:45", True),
        (FieldKind.TEXT, "17:45:22", "17:45:23", False),
        (FieldKind.TEXT, "17:46", "17:45:22", False),
    ],
)
def test_equal_is_by_kind(kind: FieldKind, value: str, truth: str, expected: bool) -> None:
    assert same(kind, value, truth) is expected


@pytest.mark.parametrize(
    ("truth", "given", "score"),
    [
        ("9.00", read("9.00"), FieldScore(labelled=1, right=1, accepted=1)),
        ("9.00", read("9.00", 0.5), FieldScore(labelled=1, right=1)),
        ("9.00", read("8.00"), FieldScore(labelled=1, wrong=1, accepted=1, slipped=1)),
        (None, read("8.00"), FieldScore(empty=1, wrong=1, invented=1, accepted=1, slipped=1, unlabelled=1)),
        (None, read(None), FieldScore(empty=1)),
        ("9.00", read(None), FieldScore(labelled=1)),
        (["9.00", "8.00"], read("8.00"), FieldScore(labelled=1, right=1, accepted=1)),
    ],
    ids=["right", "right but unsure", "wrong", "invented", "rightly nothing", "missing", "one of several"],
)
def test_a_value_is_counted_once(truth: object, given: ReadField, score: FieldScore) -> None:
    evaluation = Evaluation(0.8)
    evaluation.count(TOTAL, truth, given, day_first=True)
    assert evaluation.fields["total"] == score


@pytest.mark.parametrize(
    ("given", "counts"),
    [
        ({"9.00": read("9.00"), "8.00": read("8.00")}, (1, 0)),
        ({"9.00": read("9.00"), "8.00": read("7.00")}, (1, 1)),
        ({"9.00": read("9.00"), "8.00": read("8.00", 0.5)}, (0, 0)),
        ({"9.00": read("9.00"), "8.00": read(None)}, (0, 0)),
        ({"9.00": read("9.00"), None: read(None)}, (1, 0)),
        ({"9.00": read("9.00"), None: read("7.00")}, (1, 1)),
        ({None: read("7.00")}, (0, 0)),
    ],
    ids=["all sure", "one wrong", "one unsure", "one missing", "nothing to read", "one invented", "nothing labelled"],
)  # fmt: skip
def test_a_document_passes_unattended_where_all_its_labelled_values_are_accepted(
    given: dict[str | None, ReadField], counts: tuple[int, int]
) -> None:
    evaluation = Evaluation(0.8)
    evaluation.count_document(
        [evaluation.count(TOTAL, truth, one, day_first=True) for truth, one in given.items()]
    )
    assert (evaluation.unattended, evaluation.passed_wrong) == counts


async def test_a_set_of_plain_text_is_read_and_scored(tmp_path: Path) -> None:
    (tmp_path / "labels").mkdir()
    (tmp_path / "schema.json").write_text(
        json.dumps({"fields": {"total": {"type": "money"}, "date": {"type": "date"}}})
    )
    (tmp_path / "a.txt").write_text("Date 1 May 2026\nTotal   119.00\n")
    label = {"file": "a.txt", "fields": {"total": "119.00", "date": "2026-05-02"}}
    (tmp_path / "labels" / "a.json").write_text(json.dumps(label))
    evaluation = await evaluate(tmp_path, 0.8)
    assert (evaluation.total.right, evaluation.total.wrong, evaluation.pages) == (1, 1, 1)
    assert "| total | 1 | 1 | 1 | 0 | 100.0 |" in as_markdown(evaluation)


def test_fields_of_which_nothing_was_read_are_told_in_one_line() -> None:
    evaluation = Evaluation(0.8, documents=1, seconds=[0.1])
    evaluation.count(TOTAL, "9.00", read("9.00"), day_first=True)
    for name in ("rent", "royalties"):
        evaluation.count(FieldSpec(name, FieldKind.MONEY), "5.00", None, day_first=True)
    page = as_markdown(evaluation)
    assert "| rent |" not in page
    assert "2 more fields are labelled, 2 values in all, and none of them was read." in page
    assert "| **all** | 3 | 1 | 1 |" in page


def test_what_is_not_labelled_is_told_apart_from_what_is_wrong() -> None:
    evaluation = Evaluation(0.8, documents=1, seconds=[0.1])
    evaluation.count(TOTAL, "9.00", read("9.00"), day_first=True)
    evaluation.count(TOTAL, None, read("9.34"), day_first=True)
    told = as_markdown(evaluation)
    assert "1 of them wrong (50.0 %); 1 of these stand where the label has no value" in told
    assert "of the 1 that a label tells of 0 are wrong (0.0 %)" in told


async def test_a_folder_without_labels_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="schema"):
        await evaluate(tmp_path, 0.8)

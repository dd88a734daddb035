import pytest
from docflow.domain.errors import PermanentError
from docflow_ocr.page_reader import OcrBudget, timed


def test_a_document_whose_pages_cost_too_much_together_is_given_up() -> None:
    budget = OcrBudget(10)
    for seconds in (4, 4, 4):
        budget.check()
        budget.spend(seconds)
    with pytest.raises(PermanentError) as refused:
        budget.check()
    assert refused.value.code == "timeout"


def test_what_a_page_cost_is_measured_beside_its_words() -> None:
    words, took_s = timed(lambda picture: (), b"picture")
    assert words == ()
    assert took_s >= 0

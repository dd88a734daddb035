import pytest
from docflow.runtime.settings import Settings
from pydantic import ValidationError


@pytest.mark.parametrize(
    "given", ["n8n:5678,10.0.0.0/8:443", ' ["n8n:5678", "10.0.0.0/8:443"]', "n8n:5678, 10.0.0.0/8:443,"]
)
def test_a_list_is_given_with_commas_or_as_json(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCFLOW_EGRESS__ALLOW", given)
    assert Settings(_env_file=None).egress.allow == ["n8n:5678", "10.0.0.0/8:443"]


@pytest.mark.parametrize("given", ["", "[]"])
def test_an_empty_list_is_empty(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCFLOW_EGRESS__ALLOW", given)
    assert Settings(_env_file=None).egress.allow == []


def test_a_list_that_is_cut_off_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCFLOW_EGRESS__ALLOW", '["n8n:5678"')
    with pytest.raises(ValidationError) as caught:
        Settings(_env_file=None)
    assert [each["loc"] for each in caught.value.errors()] == [("egress", "allow")]

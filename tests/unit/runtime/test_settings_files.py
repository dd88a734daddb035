from pathlib import Path

import pytest
from docflow.domain.errors import UserError
from docflow.runtime.settings import Settings

URL = "postgresql+psycopg://docflow_app:secret@db:5432/docflow"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DOCFLOW_DB__URL", raising=False)


def given(path: Path, content: str) -> str:
    path.write_text(content, encoding="utf-8")
    return str(path)


def test_a_secret_comes_out_of_the_file_that_its_variable_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DOCFLOW_DB__URL_FILE", given(tmp_path / "url", f"{URL}\n"))
    url = Settings().db.url
    assert url is not None
    assert url.get_secret_value() == URL


def test_files_and_variables_fill_one_group_together(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCFLOW_DB__URL_FILE", given(tmp_path / "url", URL))
    monkeypatch.setenv("DOCFLOW_DB__POOL_SIZE", "3")
    settings = Settings()
    assert settings.db.pool_size == 3
    assert settings.db.url is not None


def test_a_setting_given_twice_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCFLOW_DB__URL", URL)
    monkeypatch.setenv("DOCFLOW_DB__URL_FILE", given(tmp_path / "url", URL))
    with pytest.raises(UserError, match="DOCFLOW_DB__URL_FILE are both set"):
        Settings()


def test_a_file_that_is_missing_is_named_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DOCFLOW_AUTH__SECRET_FILE", str(tmp_path / "missing"))
    with pytest.raises(UserError, match="DOCFLOW_AUTH__SECRET_FILE cannot be read: No such file") as error:
        Settings()
    assert error.value.code == "settings_file"


def test_a_list_in_a_file_is_json(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCFLOW_AUTH__SEALING_KEYS_FILE", given(tmp_path / "keys", '["one", "two"]'))
    assert Settings().auth.sealing_secrets() == ["one", "two"]


def test_a_list_of_one_in_a_file_needs_no_brackets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCFLOW_LLM__ANSWER_KEYS_FILE", given(tmp_path / "key", "0123e9\n"))
    assert [key.get_secret_value() for key in Settings().llm.answer_keys] == ["0123e9"]


@pytest.mark.parametrize(
    ("service", "needed"),
    [
        (None, ["DOCFLOW_AUTH__SECRET", "DOCFLOW_DB__URL"]),
        ("worker-output", ["DOCFLOW_AUTH__SECRET", "DOCFLOW_DB__URL"]),
        ("worker-ocr", ["DOCFLOW_DB__URL"]),
        ("service-audit", ["DOCFLOW_DB__AUDIT_URL"]),
    ],
)
def test_production_asks_a_service_for_no_more_than_it_uses(service: str | None, needed: list[str]) -> None:
    assert Settings(env="production").missing_in_production(service) == needed

from pathlib import Path

from docflow.runtime.settings import DatabaseSettings, Settings
from docflow_cli.databases import audit_url
from pydantic import SecretStr


def test_the_log_can_be_checked_with_the_audit_login_alone(tmp_path: Path) -> None:
    url = "postgresql+psycopg://docflow_audit:hidden@db:5432/docflow"
    assert audit_url(Settings(home=tmp_path, db=DatabaseSettings(audit_url=SecretStr(url)))) == url


def test_the_audit_login_is_taken_before_the_services_one(tmp_path: Path) -> None:
    db = DatabaseSettings(
        url=SecretStr("postgresql+psycopg://docflow_app:hidden@db:5432/docflow"),
        audit_url=SecretStr("postgresql+psycopg://docflow_audit:hidden@db:5432/docflow"),
    )
    assert "docflow_audit" in audit_url(Settings(home=tmp_path, db=db))

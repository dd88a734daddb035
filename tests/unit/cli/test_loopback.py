import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from docflow.domain.errors import UserError
from docflow.runtime.settings import Settings
from docflow_cli.loopback import Loopback, open_loopback

ROOT = Path(__file__).parents[3]


def test_outside_a_clone_the_demo_says_where_it_can_be_run(tmp_path: Path) -> None:
    with pytest.raises(UserError) as raised, open_loopback(tmp_path):
        pass
    assert raised.value.code == "loopback_missing"
    assert "clone" in raised.value.message


def test_all_vendors_of_the_demo_are_on_this_machine() -> None:
    given = Settings.model_validate(
        {"llm": {"gemini": {"api_key": "real"}, "anthropic": {"api_key": "real"}}}
    )
    llm = Loopback("http://127.0.0.1:9").settings(given).llm
    assert (llm.anthropic.base_url, llm.openai.base_url) == ("http://127.0.0.1:9", "http://127.0.0.1:9/v1")
    assert llm.anthropic.api_key is not None
    assert llm.anthropic.api_key.get_secret_value() == "loopback"
    assert llm.gemini.api_key is None


def test_the_vendors_end_with_the_block() -> None:
    with open_loopback() as loopback:
        assert httpx.get(f"{loopback.url}/__admin/requests").json() == []
        loopback.fails_with([{"kind": "overloaded"}])
        loopback.is_well()
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{loopback.url}/__admin/requests")


def test_they_end_with_whoever_started_them_too() -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.llm_loopback", "--port", "0", "--until-eof"],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert child.stdout is not None
    assert child.stdout.readline().startswith(b"anthropic http://127.0.0.1:")
    child.communicate(timeout=10)
    assert child.returncode == 0

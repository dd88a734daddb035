"""The receivers of docs/how-to/webhook-receiver.md, as a reader copies them."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from docflow.domain.webhook_signing import new_secret, signed_headers

from tests.unit.project.repository import ROOT

PAGE = (ROOT / "docs/how-to/webhook-receiver.md").read_text(encoding="utf-8")
BODY = b'{"type":"process.completed","data":{"process_id":"x"}}'
SECRET, OTHER = new_secret(), new_secret()
NOW = datetime.now(UTC)

Receiver = Callable[[str, Mapping[str, str], bytes], bool]


def _block(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def _python() -> Receiver:
    names: dict[str, Any] = {}
    exec(_block("python"), names)
    receiver: Receiver = names["is_ours"]
    return receiver


def _node(folder: Path) -> Receiver:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not here")
    (folder / "receiver.mjs").write_text(_block("js"), encoding="utf-8")
    (folder / "ask.mjs").write_text(
        'import { isOurs } from "./receiver.mjs";\n'
        "const [secret, headers, body] = process.argv.slice(2);\n"
        "console.log(isOurs(secret, JSON.parse(headers), Buffer.from(body)));\n",
        encoding="utf-8",
    )

    def receiver(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
        asked = [node, str(folder / "ask.mjs"), secret, json.dumps(headers), body.decode()]
        return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip() == "true"

    return receiver


@pytest.fixture(params=["python", "node"])
def is_ours(request: pytest.FixtureRequest, tmp_path: Path) -> Receiver:
    return _python() if request.param == "python" else _node(tmp_path)


def test_a_message_of_ours_is_taken(is_ours: Receiver) -> None:
    assert is_ours(SECRET, signed_headers("msg-1", BODY, [SECRET], at=NOW), BODY)


def test_a_message_that_two_secrets_sign_is_taken_with_either(is_ours: Receiver) -> None:
    headers = signed_headers("msg-1", BODY, [OTHER, SECRET], at=NOW)
    assert is_ours(SECRET, headers, BODY)
    assert is_ours(OTHER, headers, BODY)


def test_a_message_that_was_changed_is_refused(is_ours: Receiver) -> None:
    headers = signed_headers("msg-1", BODY, [SECRET], at=NOW)
    assert not is_ours(SECRET, headers, BODY.replace(b"completed", b"cancelled"))
    assert not is_ours(SECRET, {**headers, "webhook-id": "msg-2"}, BODY)


def test_a_message_that_another_signed_is_refused(is_ours: Receiver) -> None:
    assert not is_ours(SECRET, signed_headers("msg-1", BODY, [OTHER], at=NOW), BODY)
    assert not is_ours(SECRET, {}, BODY)


def test_an_old_message_is_refused(is_ours: Receiver) -> None:
    headers = signed_headers("msg-1", BODY, [SECRET], at=NOW - timedelta(minutes=6))
    assert not is_ours(SECRET, headers, BODY)

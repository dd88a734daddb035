"""The verbs that ask a gateway: what they say of its answers, and how they end."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from docflow.domain.errors import TransientError, UserError
from docflow_cli.gateway import address_of, open_gateway
from docflow_cli.main import app
from typer.testing import CliRunner, Result

PROCESS = {
    "process_id": "0193a6a4-0000-7000-8000-000000000000",
    "process_type_id": "simple_invoice",
    "status": "pending",
    "current_stage": "INGEST",
    "version": 1,
    "created_at": "2026-11-20T12:00:00Z",
    "updated_at": "2026-11-20T12:00:01Z",
}
REFUSED = {
    "code": "file_unsupported",
    "detail": "this type is not read",
    "errors": [{"pointer": "/files/0", "message": "is a program"}],
}


class Gateway(ThreadingHTTPServer):
    """Refuses a file that holds `MZ`, takes any other; keeps less and less the fewer days are asked for."""

    asked: list[str]


class _Answers(BaseHTTPRequestHandler):
    server: Gateway

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self._answer(200, {"keep_days": 30, "due": 7 if urlsplit(self.path).query else 0})

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["content-length"]))
        self._answer(*((415, REFUSED) if b"MZ" in sent else (202, PROCESS)))

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def gateway(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    server = Gateway(("127.0.0.1", 0), _Answers)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("DOCFLOW_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DOCFLOW_API_URL", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("DOCFLOW_API_KEY", "dfk_dev_a_b")
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def call(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_a_file_that_is_refused_is_named_and_the_next_ones_are_sent(gateway: Gateway, tmp_path: Path) -> None:
    program, invoice = tmp_path / "setup.exe", tmp_path / "invoice.txt"
    program.write_bytes(b"MZ")
    invoice.write_bytes(b"Invoice 1")
    done = call("submit", str(program), str(invoice), "--type", "simple_invoice")
    assert done.exit_code == 1
    refused = "refused  setup.exe: this type is not read; files/0 is a program [file_unsupported]"
    assert refused in done.output
    assert f"{PROCESS['process_id']}  pending  invoice.txt" in done.output


def test_what_a_retention_would_erase_is_said_and_nothing_set(gateway: Gateway) -> None:
    told = call("retention", "--if-days", "10").output
    assert "with --days 10 7 documents would go within an hour; nothing was changed" in told
    assert "erased after 30 days without a change\n" in told
    assert gateway.asked == ["/v1/retention?if_days=10"]


def test_a_set_that_is_neither_a_folder_nor_an_id_asks_nobody(gateway: Gateway) -> None:
    refused = call("eval", "run", "--set", "spring")
    assert (refused.exit_code, gateway.asked) == (2, [])
    assert "docflow eval sets" in refused.output


@pytest.mark.parametrize("left_out", ["DOCFLOW_API_URL", "DOCFLOW_API_KEY"])
def test_half_an_address_does_not_lead_to_the_program_that_runs_here(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, left_out: str
) -> None:
    monkeypatch.delenv(left_out)
    with pytest.raises(UserError, match=f"{left_out} is not set") as refused:
        address_of(tmp_path)
    assert refused.value.code == "settings_missing"


async def test_a_refusal_keeps_its_places_and_a_long_wait_is_said() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(422, json=REFUSED))
    with pytest.raises(UserError) as refused:
        async with open_gateway("http://x", "k", transport=transport) as client:
            await client.retention.get()
    assert [(one.pointer, one.message) for one in refused.value.problems] == [("/files/0", "is a program")]
    with pytest.raises(TransientError, match="docflow result") as late:
        async with open_gateway("http://x", "k", transport=transport):
            raise TimeoutError("process x is still pending")
    assert late.value.code == "timeout"

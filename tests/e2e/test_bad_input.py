"""Bad input sent to the running program: each ends with its code, and good documents pass afterwards."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.e2e.books import Books
from tests.e2e.conftest import folder_for_servers
from tests.e2e.documents import DEMO, TEXT_PDF, XML, until_final
from tests.e2e.program import Program

TYPES = """
    INSERT INTO process_types (process_type_id, display_name, is_active, default_version)
    VALUES ('put_away', 'Put away', false, 1), ('unset', 'Not configured', true, NULL)
"""
LARGEST_BYTES = 200_000
PDF = "application/pdf"

#: Locked with a password that nobody knows: the check values are made up.
LOCKED = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]>>endobj\n"
    b"4 0 obj<</Filter/Standard/V 1/R 2/P -4/O<" + b"5a" * 32 + b">/U<" + b"a5" * 32 + b">>>endobj\n"
    b"trailer<</Root 1 0 R/Encrypt 4 0 R/ID[<0123456789abcdef0123456789abcdef><0123456789abcdef0123456789abcdef>]"
    b"/Size 5>>\n%%EOF\n"
)

File = tuple[str, bytes, str]

AT_THE_DOOR: dict[str, tuple[File, dict[str, str], int, str]] = {
    "empty": (("a.pdf", b"", PDF), {}, 422, "file_empty"),
    "too large": (("a.pdf", b"%PDF-1.4\n" + b"x" * LARGEST_BYTES, PDF), {}, 413, "file_too_large"),
    "unsupported": (("a.exe", b"MZ\x90\x00\x03", "application/octet-stream"), {}, 415, "file_unsupported"),
    "another type than it says": (("a.pdf", b"\x89PNG\r\n\x1a\n", PDF), {}, 415, "file_type_mismatch"),
    "unknown type": (("a.pdf", LOCKED, PDF), {"process_type_id": "nothing"}, 422, "process_type_unknown"),
    "inactive type": (("a.pdf", LOCKED, PDF), {"process_type_id": "put_away"}, 422, "process_type_inactive"),
    "no configuration": (("a.pdf", LOCKED, PDF), {"process_type_id": "unset"}, 422, "configuration_missing"),
    "metadata that is no JSON": (("a.pdf", LOCKED, PDF), {"metadata": "{"}, 422, "validation_failed"),
    "inner address": (("a.pdf", LOCKED, PDF), {"callback_url": "http://127.0.0.1/"}, 422, "egress_refused"),
}
IN_READING: dict[str, tuple[File, str]] = {
    "encrypted": (("locked.pdf", LOCKED, PDF), "file_encrypted"),
    "cut off": (("damaged.pdf", (DEMO / "damaged-invoice.pdf").read_bytes(), PDF), "file_corrupt"),
    "nothing but a head": (("head.pdf", b"%PDF-1.7\n", PDF), "file_corrupt"),
    "entities": (
        ("bomb.xml", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "application/xml"),
        "file_unsafe",
    ),
}


@pytest.fixture(scope="module")
def program() -> Iterator[Program]:
    """One running program for all; small files only."""
    with folder_for_servers() as folder:
        started = Program(folder / "home", LIMITS__FILE_BYTES=str(LARGEST_BYTES))
        try:
            started.ready()
            with Books(started).connected() as connection:
                connection.execute(TYPES)
            yield started
        finally:
            started.end()


def send(http: httpx.Client, file: File, **fields: str) -> httpx.Response:
    return http.post(
        "/v1/processes", data={"process_type_id": "simple_invoice", **fields}, files={"files": file}
    )


def test_bad_input_ends_with_its_code_and_good_documents_pass_afterwards(program: Program) -> None:
    with program.http() as http:
        refused = {name: send(http, case[0], **case[1]) for name, case in AT_THE_DOOR.items()}
        assert {name: _told(answer) for name, answer in refused.items()} == {
            name: (status, code) for name, (_, _, status, code) in AT_THE_DOOR.items()
        }
        assert http.get("/v1/processes").json()["data"] == []
        taken = {name: send(http, file).json()["process_id"] for name, (file, _) in IN_READING.items()}
        assert {name: _end(http, process_id) for name, process_id in taken.items()} == {
            name: ("failed", code, code) for name, (_, code) in IN_READING.items()
        }
        good = [send(http, (name, (DEMO / name).read_bytes(), PDF)) for name in (TEXT_PDF,)]
        good += [send(http, (XML, (DEMO / XML).read_bytes(), "application/xml"))]
        ends = [until_final(http, answer.json()["process_id"]) for answer in good]
    assert ends == ["completed", "completed"]
    assert program.process.poll() is None


def _told(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def _end(http: httpx.Client, process_id: str) -> tuple[Any, Any, Any]:
    """Status, the process's code, its document's code."""
    status = until_final(http, process_id)
    shown = http.get(f"/v1/processes/{process_id}").json()
    return status, (shown["error"] or {}).get("code"), (shown["documents"][0]["error"] or {}).get("code")

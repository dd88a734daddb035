import io
import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from docflow.domain.errors import TransientError, UserError
from docflow_cli.demonstration import Sample, demonstrate, read_samples
from docflow_cli.gateway import open_gateway
from rich.console import Console

AT = "2026-11-20T12:00:00+00:00"
DOCUMENT = {
    "document_id": str(uuid4()),
    "file_name": "a.pdf",
    "file_size": 7,
    "mime_type": "application/pdf",
    "sha256": "0" * 64,
    "status": "completed",
    "text_source": "xml",
}
LATER = "2026-11-20T12:00:02+00:00"


class FakeGateway:
    """Answers like the gateway; each document goes straight to the end that its file name asks for."""

    def __init__(self) -> None:
        self.processes: dict[str, dict[str, Any]] = {}

    def answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if request.method == "POST":
            return httpx.Response(202, json=self._accept(request))
        if path == "/v1/processes":
            wanted = request.url.params.get("external_id")
            found = [each for each in self.processes.values() if wanted in (None, each["external_id"])]
            return httpx.Response(200, json={"data": found, "has_more": False, "next_cursor": None})
        if path.endswith("/result"):
            return httpx.Response(200, json={"fields": {"invoice_number": {"value": "R-1"}}})
        return httpx.Response(200, json=self.processes[path.rpartition("/")[2]])

    def _accept(self, request: httpx.Request) -> dict[str, Any]:
        name = request.headers["Idempotency-Key"]
        status = next(each for each in ("completed", "hitl_review", "failed") if each in name)
        process = {
            "process_id": str(uuid4()),
            "process_type_id": "simple_invoice",
            "version": 1,
            "external_id": name,
            "status": status,
            "current_stage": "OUTPUT",
            "created_at": AT,
            "updated_at": LATER,
            "overall_confidence": "0.97",
            "review_reasons": [{"code": "confidence_low", "field": "total", "message": "read twice"}]
            if status == "hitl_review"
            else [],
            "error": {"code": "file_corrupt"} if status == "failed" else None,
            "documents": [DOCUMENT],
        }
        self.processes[str(process["process_id"])] = process
        return process


def sample(tmp_path: Path, name: str, **expected: str) -> Sample:
    (tmp_path / name).write_bytes(b"content")
    return Sample(tmp_path / name, name, "simple_invoice", expected)


async def shown(fake: FakeGateway, *samples: Sample) -> tuple[bool, str]:
    out = io.StringIO()
    console = Console(file=out, width=160)
    async with open_gateway("http://gateway", "key", transport=httpx.MockTransport(fake.answer)) as gateway:
        good = await demonstrate(gateway, samples, timeout_s=5, console=console)
    return good, out.getvalue()


async def test_documents_in_their_expected_states_make_a_good_demo(tmp_path: Path) -> None:
    good, text = await shown(
        FakeGateway(),
        sample(tmp_path, "completed.pdf", status="completed"),
        sample(tmp_path, "failed.pdf", status="failed", code="file_corrupt"),
    )
    assert good
    assert "2 of 2 documents reached their expected state" in text


async def test_the_table_shows_key_fields_confidence_seconds_and_source(tmp_path: Path) -> None:
    _, text = await shown(FakeGateway(), sample(tmp_path, "completed.pdf", status="completed"))
    row = next(line for line in text.splitlines() if "completed.pdf" in line)
    assert [cell.strip() for cell in row.strip("│ ").split("│")] == [
        *("completed.pdf", "simple_invoice", "completed", "R-1", "0.97", "2.0", "XML inside")
    ]


async def test_what_waits_for_a_person_is_named_with_its_reason(tmp_path: Path) -> None:
    _, text = await shown(FakeGateway(), sample(tmp_path, "hitl_review.pdf", status="hitl_review"))
    assert "1 wait for a person" in text
    assert "confidence_low (total): read twice" in text


@pytest.mark.parametrize(
    "expected",
    [
        {"status": "completed"},
        {"status": "failed", "code": "file_empty"},
        {"status": "failed", "reason": "x"},
    ],
)
async def test_another_state_code_or_reason_than_expected_is_no_good_demo(
    tmp_path: Path, expected: dict[str, str]
) -> None:
    good, text = await shown(FakeGateway(), sample(tmp_path, "failed.pdf", **expected))
    assert not good
    assert "failed.pdf: expected" in text


async def test_documents_of_an_earlier_demo_are_not_submitted_again(tmp_path: Path) -> None:
    fake = FakeGateway()
    document = sample(tmp_path, "completed.pdf", status="completed")
    await shown(fake, document)
    good, text = await shown(fake, document)
    assert good
    assert len(fake.processes) == 1
    assert "1 of 1 documents are here from an earlier demo" in text


def test_the_committed_documents_are_all_there() -> None:
    samples = read_samples(None)
    assert len(samples) == 10
    assert all(each.path.is_file() for each in samples)
    assert len({each.external_id for each in samples}) == 10


def test_a_folder_without_a_manifest_is_an_error_for_people(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="run it from a clone"):
        read_samples(tmp_path)


async def test_the_gateways_refusal_keeps_its_code() -> None:
    problem = {"code": "file_empty", "detail": "the file is empty"}
    transport = httpx.MockTransport(lambda _: httpx.Response(422, content=json.dumps(problem)))
    with pytest.raises(UserError, match="the file is empty") as refusal:
        async with open_gateway("http://gateway", "key", transport=transport) as gateway:
            await gateway.processes.get("p1")
    assert refusal.value.code == "file_empty"


async def test_a_gateway_that_does_not_answer_is_named() -> None:
    def silent(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with pytest.raises(TransientError, match="http://gateway does not answer") as refusal:
        async with open_gateway("http://gateway", "key", transport=httpx.MockTransport(silent)) as gateway:
            await gateway.processes.get("p1")
    assert refusal.value.code == "gateway_unreachable"

import io
import json
from pathlib import Path

import httpx
import pytest
from docflow_client import ApiError

from tests.contract.client.conftest import KEY, PROCESS, Face, Service, done


def json_of(request: httpx.Request) -> object:
    return json.loads(request.content)


async def test_a_submission_is_one_form_with_its_key(client_of: Face) -> None:
    service = Service(lambda _: httpx.Response(202, json=PROCESS))
    client = client_of(service)
    made = await done(
        client.processes.submit([("a.pdf", b"%PDF-")], "simple_invoice", wait_s=5, idempotency_key="k")
    )
    [request] = service.sent
    assert made.is_settled
    assert str(request.url) == "http://docflow.test/v1/processes?wait=5"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.headers["idempotency-key"] == "k"
    assert b'filename="a.pdf"' in request.content


async def test_paths_bytes_and_streams_are_sent_alike(client_of: Face, tmp_path: Path) -> None:
    service = Service(lambda _: httpx.Response(202, json=PROCESS))
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-of-a-path")
    stream = io.BytesIO(b"skipped%PDF-of-a-stream")
    stream.seek(len(b"skipped"))
    files = [path, ("b.pdf", b"%PDF-of-bytes"), ("c.pdf", stream)]
    await done(client_of(service).processes.submit(files, "auto", metadata={"n": 1}))
    content = service.sent[0].content
    assert all(
        part in content for part in (b"%PDF-of-a-path", b"%PDF-of-bytes", b"%PDF-of-a-stream", b'{"n": 1}')
    )
    assert b"skipped" not in content


async def test_what_creates_keeps_its_generated_key_over_all_attempts(client_of: Face) -> None:
    answers = iter([httpx.Response(503), httpx.Response(502), httpx.Response(202, json=PROCESS)])
    service = Service(lambda _: next(answers))
    await done(client_of(service).processes.submit([("a.pdf", io.BytesIO(b"%PDF-"))], "auto"))
    keys = {request.headers["idempotency-key"] for request in service.sent}
    assert (len(service.sent), len(keys)) == (3, 1)
    assert all(b"%PDF-" in request.content for request in service.sent)


async def test_a_retry_waits_as_long_as_the_service_asks(client_of: Face) -> None:
    answers = iter([httpx.Response(429, headers={"Retry-After": "3"}), httpx.Response(200, json=PROCESS)])
    service = Service(lambda _: next(answers))
    await done(client_of(service).processes.get("x"))
    assert service.pauses == [3.25]


async def test_a_wait_beyond_patience_is_the_callers_to_decide(client_of: Face) -> None:
    service = Service(lambda _: httpx.Response(429, headers={"Retry-After": "3600"}))
    with pytest.raises(ApiError) as refused:
        await done(client_of(service).processes.get("x"))
    assert (refused.value.after_s, len(service.sent)) == (3600.0, 1)


async def test_a_broken_connection_is_tried_again_and_told_in_the_end(client_of: Face) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("gone")

    service = Service(answer)
    with pytest.raises(httpx.ReadError):
        await done(client_of(service).processes.get("x"))
    assert (len(service.sent), service.pauses) == (5, [0.25, 0.5, 1.0, 2.0])


async def test_what_may_have_happened_is_not_done_twice_without_a_key(client_of: Face) -> None:
    service = Service(lambda _: httpx.Response(504))
    with pytest.raises(ApiError):
        await done(client_of(service).processes.cancel("x"))
    assert len(service.sent) == 1


async def test_a_decision_names_the_version_it_was_made_on(client_of: Face) -> None:
    service = Service(lambda _: httpx.Response(200, json=PROCESS))
    await done(client_of(service).reviews.decide("x", "approve", corrections={"total": "1.00"}, version=7))
    assert service.sent[0].headers["if-match"] == '"7"'
    assert json_of(service.sent[0]) == {"decision": "approve", "reason": "", "corrections": {"total": "1.00"}}


async def test_a_list_is_walked_page_by_page(client_of: Face) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        last = "cursor" in request.url.params
        return httpx.Response(200, json={"data": [PROCESS], "next_cursor": None if last else "c"})

    service = Service(answer)
    found = await done(client_of(service).processes.list(status=["completed", "failed"], limit=1))
    assert len(found) == 2
    assert service.sent[1].url.query == b"status=completed&status=failed&limit=1&cursor=c"


async def test_a_proxys_error_page_is_an_error_without_our_code(client_of: Face) -> None:
    service = Service(lambda _: httpx.Response(500, text="<html>"))
    with pytest.raises(ApiError) as refused:
        await done(client_of(service).processes.get("x"))
    assert (refused.value.code, refused.value.status) == ("http_error", 500)


async def test_a_large_file_goes_by_itself_and_is_named_in_the_submission(
    client_of: Face, tmp_path: Path
) -> None:
    large = tmp_path / "large.pdf"
    large.write_bytes(b"%PDF-" + bytes(8 * 1024 * 1024))

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/uploads":
            place = {"url": "http://store.test/put", "method": "PUT", "headers": {"X-Proof": "p"}}
            return httpx.Response(201, json={"upload_id": "u1", **place})
        return httpx.Response(200 if request.method == "PUT" else 202, json=PROCESS)

    service = Service(answer)
    await done(client_of(service).processes.submit([large], "auto"))
    asked, put, made = service.sent
    assert json_of(asked) == {
        "file_name": "large.pdf",
        "mime_type": "application/pdf",
        "file_size": large.stat().st_size,
    }
    assert (str(put.url), put.headers["x-proof"], "authorization" in put.headers) == (
        "http://store.test/put",
        "p",
        False,
    )
    assert put.headers["content-length"] == str(large.stat().st_size)
    assert len(put.content) == large.stat().st_size
    assert json_of(made) == {"process_type_id": "auto", "documents": [{"upload_id": "u1"}]}


async def test_without_uploads_a_large_file_goes_as_a_form(client_of: Face) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(404) if request.url.path == "/v1/uploads" else httpx.Response(202, json=PROCESS)

    service = Service(answer)
    client = client_of(service)
    for _ in range(2):
        await done(client.processes.submit([("large.pdf", bytes(8 * 1024 * 1024))], "auto"))
    assert [request.url.path for request in service.sent] == ["/v1/uploads", "/v1/processes", "/v1/processes"]


async def test_how_long_documents_are_kept_is_set_and_read_alike(client_of: Face) -> None:
    service = Service(lambda _: httpx.Response(200, json={"keep_days": 30, "due": 2}))
    client = client_of(service)
    set_to = await done(client.retention.set(30))
    read = await done(client.retention.get())
    assert [(one.keep_days, one.due) for one in (set_to, read)] == [(30, 2)] * 2
    assert [request.method for request in service.sent] == ["PUT", "GET"]
    assert service.sent[0].content == b'{"keep_days":30}'

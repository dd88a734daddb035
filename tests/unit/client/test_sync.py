import json
from collections.abc import Callable

import httpx
import pytest
from docflow_client import ApiError, DocflowClient

PROCESS = {
    "process_id": "0193a6a4-0000-7000-8000-000000000000",
    "process_type_id": "simple_invoice",
    "status": "completed",
    "current_stage": "OUTPUT",
    "version": 7,
    "created_at": "2026-11-20T12:00:00Z",
    "updated_at": "2026-11-20T12:00:01Z",
    "something_new": 1,
}


def client(answer: Callable[[httpx.Request], httpx.Response]) -> DocflowClient:
    return DocflowClient("http://docflow.test", "dfk_live_a_b", transport=httpx.MockTransport(answer))


def test_a_submission_is_one_multipart_post_with_its_key() -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(202, json=PROCESS)

    with client(answer) as docflow:
        made = docflow.submit([("a.pdf", b"%PDF-")], "simple_invoice", wait_s=5, idempotency_key="k")
    [request] = sent
    assert made.is_settled
    assert str(request.url) == "http://docflow.test/v1/processes?wait=5"
    assert request.headers["authorization"] == "Bearer dfk_live_a_b"
    assert request.headers["idempotency-key"] == "k"
    assert b'filename="a.pdf"' in request.content


def test_waiting_asks_until_the_process_is_settled() -> None:
    states = iter(["pending", "extracting", "hitl_review"])
    with client(lambda _: httpx.Response(200, json=PROCESS | {"status": next(states)})) as docflow:
        assert docflow.wait("x", pause=lambda _: None).status == "hitl_review"


def test_waiting_ends_with_its_time() -> None:
    times = iter([0.0, 1.0, 2.0])
    with (
        client(lambda _: httpx.Response(200, json=PROCESS | {"status": "pending"})) as docflow,
        pytest.raises(TimeoutError),
    ):
        docflow.wait("x", timeout_s=2.0, pause=lambda _: None, clock=lambda: next(times))


def test_a_decision_names_the_version_it_was_made_on() -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json=PROCESS)

    with client(answer) as docflow:
        docflow.decide("x", "approve", corrections={"total": "1.00"}, version=7)
    assert sent[0].headers["if-match"] == '"7"'
    assert json.loads(sent[0].content) == {
        "decision": "approve",
        "reason": "",
        "corrections": {"total": "1.00"},
    }


def test_a_proxys_error_page_is_an_error_without_our_code() -> None:
    with (
        client(lambda _: httpx.Response(502, text="<html>", headers={"Retry-After": "3"})) as docflow,
        pytest.raises(ApiError) as refused,
    ):
        docflow.get("x")
    assert (refused.value.code, refused.value.after_s) == ("http_error", 3.0)

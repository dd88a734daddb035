from datetime import UTC, datetime

import pytest
from docflow.domain.webhook_signing import new_secret, signed_headers
from docflow_client import WebhookError, verify_webhook

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
BODY = b'{"type":"process.completed","timestamp":"2026-11-20T12:00:00Z","data":{"process_id":"p"}}'


def judged(body: bytes, headers: dict[str, str], secret: str | list[str], late_s: float = 0.0) -> str:
    try:
        return verify_webhook(body, headers, secret, clock=lambda: AT.timestamp() + late_s).type
    except WebhookError as error:
        return error.code


def test_what_the_service_signed_is_trusted() -> None:
    secret = new_secret()
    headers = signed_headers("msg_1", BODY, [secret], at=AT)
    event = verify_webhook(
        BODY, {name.title(): value for name, value in headers.items()}, secret, clock=AT.timestamp
    )
    assert (event.webhook_id, event.type, event.data) == ("msg_1", "process.completed", {"process_id": "p"})


def test_either_secret_holds_while_they_are_rotated() -> None:
    old, new = new_secret(), new_secret()
    assert judged(BODY, signed_headers("m", BODY, [old, new], at=AT), new) == "process.completed"
    assert judged(BODY, signed_headers("m", BODY, [old], at=AT), [new, old]) == "process.completed"


def test_another_body_id_or_secret_is_refused() -> None:
    secret = new_secret()
    headers = signed_headers("m", BODY, [secret], at=AT)
    assert judged(BODY + b" ", headers, secret) == "signature_wrong"
    assert judged(BODY, headers | {"webhook-id": "n"}, secret) == "signature_wrong"
    assert judged(BODY, headers, new_secret()) == "signature_wrong"
    assert judged(BODY, headers | {"webhook-signature": "v1,é v2,x"}, secret) == "signature_wrong"


def test_an_old_a_future_and_a_strange_timestamp_are_refused() -> None:
    secret = new_secret()
    headers = signed_headers("m", BODY, [secret], at=AT)
    assert judged(BODY, headers, secret, late_s=301) == "timestamp_outside"
    assert judged(BODY, headers, secret, late_s=-301) == "timestamp_outside"
    assert judged(BODY, headers | {"webhook-timestamp": "1e9"}, secret) == "timestamp_outside"
    assert judged(BODY, headers | {"webhook-timestamp": "9" * 400}, secret) == "timestamp_outside"


def test_a_missing_header_and_a_body_that_is_no_event_are_refused() -> None:
    secret = new_secret()
    assert judged(BODY, {}, secret) == "header_missing"
    assert judged(b"[]", signed_headers("m", b"[]", [secret], at=AT), secret) == "body_invalid"


def test_a_secret_that_is_none_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="whsec_"):
        verify_webhook(BODY, signed_headers("m", BODY, [new_secret()], at=AT), "whsec_", clock=AT.timestamp)

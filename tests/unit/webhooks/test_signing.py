import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from docflow.domain.webhook_signing import new_secret, signed_headers
from hypothesis import given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

BODY = json.dumps({"type": "process.completed", "data": {"name": "Müller"}}, ensure_ascii=False).encode()


def now() -> datetime:
    return datetime.now(UTC)


def test_an_independent_receiver_verifies_the_signature() -> None:
    secret = new_secret()
    assert Webhook(secret).verify(BODY, signed_headers("msg_1", BODY, [secret], at=now()))


def test_while_a_secret_is_rotated_both_verify() -> None:
    new, old = new_secret(), new_secret()
    headers = signed_headers("msg_1", BODY, [new, old], at=now())
    assert Webhook(new).verify(BODY, headers)
    assert Webhook(old).verify(BODY, headers)


@pytest.mark.parametrize(("body", "webhook_id"), [(BODY + b" ", "msg_1"), (BODY, "msg_2")])
def test_a_changed_message_does_not_verify(body: bytes, webhook_id: str) -> None:
    secret = new_secret()
    headers = {**signed_headers("msg_1", BODY, [secret], at=now()), "webhook-id": webhook_id}
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body, headers)


def test_an_old_message_does_not_verify() -> None:
    secret = new_secret()
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(BODY, signed_headers("m", BODY, [secret], at=now() - timedelta(minutes=6)))


def test_a_secret_is_long_enough_and_new_each_time() -> None:
    first, second = new_secret(), new_secret()
    assert first != second
    assert len(base64.b64decode(first.removeprefix("whsec_"))) == 32


@settings(deadline=None)
@given(st.text())
def test_every_text_can_be_signed(text: str) -> None:
    secret, body = new_secret(), json.dumps({"text": text}).encode()
    assert Webhook(secret).verify(body, signed_headers("m", body, [secret], at=now())) == {"text": text}

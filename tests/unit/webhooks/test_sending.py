from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from docflow.domain.ports.egress import HttpAnswer
from docflow.domain.webhook_signing import new_secret
from docflow.testing.egress import RecordingEgress, Sent
from docflow_output.connectors.webhook import Letter, WebhookSender, retry_after_s, valid_secrets

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class StillClock:
    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0


async def sent(headers: Mapping[str, str]) -> Sent:
    egress = RecordingEgress()
    url = "https://a.example/hook?x=%7e&&y"
    await WebhookSender(egress, StillClock()).send(Letter(url, "msg_1", b"{}", (new_secret(),), headers))
    return egress.sent[0]


async def test_static_headers_go_along() -> None:
    assert (await sent({"X-Tenant": "acme"})).headers["X-Tenant"] == "acme"


@pytest.mark.parametrize("name", ["Webhook-Signature", "webhook-id", "WEBHOOK-TIMESTAMP", "Content-Type"])
async def test_static_headers_cannot_replace_ours(name: str) -> None:
    assert "forged" not in (await sent({name: "forged"})).headers.values()


async def test_the_address_is_sent_as_it_was_given() -> None:
    assert (await sent({})).url == "https://a.example/hook?x=%7e&&y"


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ("120", 120.0),
        ("Fri, 20 Nov 2026 12:02:00 GMT", 120.0),
        ("Fri, 20 Nov 2026 11:00:00 GMT", 0.0),
        ("999999999999999", 86_400.0),
        ("-5", 0.0),
        ("soon", 0.0),
        ("", 0.0),
        ("²", 0.0),
    ],
)
def test_a_receiver_says_when_to_come_back(given: str, seconds: float) -> None:
    assert retry_after_s(HttpAnswer(503, {"retry-after": given}, b"", 1), NOW) == seconds


def test_the_old_secret_signs_until_its_time_is_over() -> None:
    later, earlier = datetime(2026, 11, 21, tzinfo=UTC), datetime(2026, 11, 19, tzinfo=UTC)
    assert valid_secrets(b"new", b"old", later, NOW) == (b"new", b"old")
    assert valid_secrets(b"new", b"old", earlier, NOW) == (b"new",)
    assert valid_secrets(b"new", None, None, NOW) == (b"new",)

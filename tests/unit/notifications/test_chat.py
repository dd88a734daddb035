"""Chats over the real library, whose calls end in an egress that we watch."""

import asyncio
import json
from typing import Any

import pytest
from docflow.adapters.chat.apprise import AppriseChat
from docflow.adapters.egress.guarded import GuardedEgress
from docflow.domain.errors import DocflowError, PermanentError, TransientError, UserError
from docflow.domain.ports.egress import HttpAnswer
from docflow.testing.egress import RecordingEgress

SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
ADDRESSES = {
    "slack": (SLACK, "https://hooks.slack.com/", b"ok"),
    "teams": (
        "workflows://example.logic.azure.test:443/abc123/sigABC",
        "https://example.logic.azure.test",
        b"",
    ),
    "telegram": (
        "tgram://123456789:abcdefg_hijklmnop/12315544",
        "https://api.telegram.org/",
        b'{"ok": true}',
    ),
    "sms": (
        f"twilio://AC{'5' * 32}:{'e' * 32}@15558675309/15551234567",
        "https://api.twilio.com/",
        b"{}",
    ),
    "mattermost": (
        "mmosts://chat.example.test/3ccdd113474722377935511fc85d3dd4",
        "https://chat.example.test",
        b"ok",
    ),
    "discord": ("discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV", "https://discord.com/", b""),
}


@pytest.mark.parametrize("kind", ADDRESSES)
async def test_each_kind_goes_through_the_guard_alone(kind: str) -> None:
    url, host, body = ADDRESSES[kind]
    egress = RecordingEgress(HttpAnswer(200, {}, body, 1))
    chat = AppriseChat(egress)
    target = await chat.check(kind, url)
    await chat.send(target.url, "two reviews wait", "look there")
    assert egress.sent and all(one.url.startswith(host) for one in egress.sent)
    assert b"look" in egress.sent[-1].content


async def test_an_address_as_the_service_shows_it_is_taken() -> None:
    chat = AppriseChat(RecordingEgress())
    shown = "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
    assert (await chat.check("slack", shown)).url == SLACK
    flow = "https://a.logic.azure.test/workflows/abc/triggers/manual/paths/invoke?api-version=1&sig=S1"
    assert (await chat.check("teams", flow)).url == "workflows://a.logic.azure.test:443/abc/S1"


@pytest.mark.parametrize(
    ("kind", "url"),
    [
        ("slack", "json://inner.test/hook"),
        ("slack", "file:///etc/passwd"),
        ("slack", "slack://too/short"),
        ("teams", "workflows://a.test:443/abc/sig?template=/etc/passwd"),
        ("slack", "https://elsewhere.test/services/T/B/C"),
        ("email", SLACK),
        ("slack", "slack://" + "x" * 2_000),
    ],
)
async def test_what_is_no_address_of_the_kind_is_refused(kind: str, url: str) -> None:
    with pytest.raises(UserError) as refused:
        await AppriseChat(RecordingEgress()).check(kind, url)
    assert refused.value.code == "channel_invalid"
    assert "passwd" not in refused.value.message


@pytest.mark.parametrize(
    "url", ["mmost://10.0.0.1:8065/" + "3c" * 13, "mmost://user:word@chat.test/" + "3c" * 13]
)
async def test_a_private_host_and_a_password_are_refused_when_set(url: str) -> None:
    with pytest.raises(UserError) as refused:
        await AppriseChat(GuardedEgress()).check("mattermost", url)
    assert refused.value.code == "egress_refused"


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (HttpAnswer(500, {}, b"", 1), TransientError, "receiver_refused"),
        (HttpAnswer(429, {"retry-after": "60"}, b"", 1), TransientError, "receiver_refused"),
        (HttpAnswer(403, {}, b"invalid_token", 1), PermanentError, "channel_refused"),
        (HttpAnswer(302, {"location": "http://10.0.0.1/"}, b"", 1), PermanentError, "channel_refused"),
        (HttpAnswer(200, {}, b"no", 1), PermanentError, "channel_refused"),
    ],
)
async def test_a_refusal_says_whether_another_try_may_help(
    answer: HttpAnswer, kind: type[DocflowError], code: str
) -> None:
    egress = RecordingEgress(answer)
    with pytest.raises(kind) as refused:
        await AppriseChat(egress).send(SLACK, "title", "text")
    assert (refused.value.code, len(egress.sent)) == (code, 1)
    if isinstance(refused.value, TransientError) and answer.status == 429:
        assert refused.value.after_s == 60


async def test_nobody_there_is_worth_another_try() -> None:
    chat = AppriseChat(GuardedEgress(["127.0.0.1"], connect_timeout_s=1.0))
    with pytest.raises(TransientError) as refused:
        await chat.send("mmost://127.0.0.1:1/" + "3c" * 13, "title", "text")
    assert refused.value.code == "connect_failed"


async def test_no_secret_is_in_what_is_shown() -> None:
    target = await AppriseChat(RecordingEgress()).check("slack", SLACK)
    assert target.shown == "hooks.slack.com"
    assert "TIiajk" not in json.dumps(target.shown)


class Silent(RecordingEgress):
    """A service that takes the call and never answers."""

    async def request(self, *_: Any, **__: Any) -> HttpAnswer:
        await asyncio.Event().wait()
        raise AssertionError("nobody answers")


async def test_services_that_do_not_answer_leave_threads_to_the_rest_of_the_program() -> None:
    chat = AppriseChat(Silent())
    sends = [asyncio.create_task(chat.send(SLACK, "title", "text")) for _ in range(64)]
    await asyncio.sleep(0.2)
    try:
        async with asyncio.timeout(5):
            assert await asyncio.to_thread(lambda: "written") == "written"
    finally:
        for send in sends:
            send.cancel()
        await asyncio.gather(*sends, return_exceptions=True)

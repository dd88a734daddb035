import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from docflow.adapters.sealing.fernet import FernetSealing
from docflow.domain.errors import PermanentError, TransientError
from docflow.domain.ids import new_id
from docflow.domain.notifying import Language
from docflow.features.mails.kinds import MailKind
from docflow.features.mails.letters import write_letter
from docflow.features.mails.repository import TakenMail
from docflow.testing.mail import MemoryMail
from docflow_output.mails import DELAYS_S, MailLane
from structlog.testing import capture_logs

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SEALING = FernetSealing(["s" * 43])
VALUES = {"email": "ada@acme.test", "token": "dft_1", "client_name": "Acme"}


class Fixed:
    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0


def lane(mail: MemoryMail) -> MailLane:
    """These letters need nothing looked up, so there is no database."""
    return MailLane(None, mail, SEALING, Fixed(), portal_url="https://docs.acme.test", chance=lambda: 0.0)


def taken(*, failures: int = 0, age_s: float = 0.0, kind: MailKind = MailKind.INVITATION) -> TakenMail:
    sealed = SEALING.seal(json.dumps(VALUES).encode())
    client_id: UUID = new_id()
    made_at = NOW - timedelta(seconds=age_s)
    return TakenMail(new_id(), client_id, kind, sealed, failures + 1, failures, made_at)


async def test_a_letter_is_sent_once_and_forgotten() -> None:
    mail = MemoryMail()
    outcome = await lane(mail).carry_out(taken())
    assert (outcome.state, outcome.retry_in_s) == ("sent", None)
    assert [letter.to for letter in mail.sent] == ["ada@acme.test"]


@pytest.mark.parametrize("failures", range(len(DELAYS_S)))
async def test_while_the_server_is_away_it_is_tried_again_ever_later(failures: int) -> None:
    mail = MemoryMail()
    mail.refusal = TransientError(code="mail_unavailable", after_s=0)
    outcome = await lane(mail).carry_out(taken(failures=failures))
    assert (outcome.state, outcome.retry_in_s, outcome.counts) == ("pending", DELAYS_S[failures], True)


async def test_after_the_last_try_it_is_given_up() -> None:
    mail = MemoryMail()
    mail.refusal = TransientError(code="mail_unavailable")
    outcome = await lane(mail).carry_out(taken(failures=len(DELAYS_S)))
    assert (outcome.state, outcome.retry_in_s) == ("failed", None)


async def test_what_the_server_refuses_is_not_tried_again() -> None:
    mail = MemoryMail()
    mail.refusal = PermanentError(code="mail_refused")
    with capture_logs() as logs:
        assert (await lane(mail).carry_out(taken())).state == "failed"
    # The row is gone with that: nothing else tells why.
    assert [(line["event"], line["code"]) for line in logs] == [("mail.given_up", "mail_refused")]


async def test_what_nobody_can_unseal_is_given_up() -> None:
    work = taken()
    broken = TakenMail(work.mail_id, work.client_id, work.kind, b"x", 1, 0, NOW)
    assert (await lane(MemoryMail()).carry_out(broken)).state == "failed"


def test_the_token_stands_behind_the_hash_so_that_no_server_sees_it() -> None:
    letter = write_letter(MailKind.INVITATION, VALUES, portal_url="https://docs.acme.test")
    assert "https://docs.acme.test/invite#token=dft_1" in letter.text
    assert 'href="https://docs.acme.test/invite#token=dft_1"' in letter.html


def test_values_cannot_become_markup_or_headers() -> None:
    name = '<img src=x onerror="1">\r\nBcc: eve@evil.test $token ${email}'
    letter = write_letter(MailKind.INVITATION, {**VALUES, "client_name": name}, portal_url="https://p.test")
    assert "<img" not in letter.html
    assert "\n" not in letter.subject and "\r" not in letter.subject
    assert "$token ${email}" in letter.text


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", MailKind)
def test_a_letter_loads_nothing_from_elsewhere(kind: MailKind, language: Language) -> None:
    letter = write_letter(kind, VALUES, portal_url="https://p.test", language=language)
    assert not any(mark in letter.html for mark in ("<img", "<link", "<script", "url("))
    assert "$" not in letter.text + letter.subject + letter.html
    assert f'<html lang="{language}">' in letter.html


@pytest.mark.parametrize("kind", MailKind)
def test_a_letter_says_the_same_in_each_language_in_other_words(kind: MailKind) -> None:
    english, german = [
        write_letter(kind, VALUES, portal_url="https://p.test", language=language) for language in Language
    ]
    assert english.subject != german.subject
    assert re.findall(r"https://\S+", english.text) == re.findall(r"https://\S+", german.text)
    assert re.findall(r"ada@acme.test|Acme", english.text) == re.findall(r"ada@acme.test|Acme", german.text)


async def test_an_invitation_is_in_the_language_it_names_and_one_from_before_in_english() -> None:
    mail = MemoryMail()
    for more in ({"language": "de"}, {}):
        work = taken()
        sealed = SEALING.seal(json.dumps({**VALUES, **more}).encode())
        await lane(mail).carry_out(replace(work, sealed=sealed))
    assert [letter.subject for letter in mail.sent] == ["Einladung zu Acme", "You are invited to Acme"]

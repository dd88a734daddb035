"""What every way to send a letter keeps to, and what SMTP adds."""

import stat
from collections.abc import AsyncIterator, Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from docflow.adapters.clock.system import SystemClock
from docflow.adapters.mail.folder import FolderMail, letters_in
from docflow.adapters.mail.smtp import Safety, SmtpMail, SmtpServer
from docflow.domain.errors import PermanentError, TransientError
from docflow.domain.ports.mail import Letter, Mail

from tests.contract.mail.smtp_server import SmtpServerDouble, certificate

LETTER = Letter(
    to="ada@acme.test",
    subject="Ünïted: choose a password",
    text="Open http://portal.test/reset#token=dft_1\n\n.\nAn end.\n",
    html="<p>Open <a href='http://portal.test/reset#token=dft_1'>this</a></p>",
)
SENDER = "DocFlow AI <no-reply@docflow.test>"


def through(server: SmtpServerDouble, safety: Safety = Safety.NONE, **more: object) -> SmtpMail:
    given = {"sender": SENDER, "timeout_s": 5.0, **more}
    login = {"username": "docflow", "password": "s3cret"} if safety is not Safety.NONE else {}
    return SmtpMail(SmtpServer("127.0.0.1", server.port, safety, **login), SystemClock(), **given)


@pytest.fixture(params=["folder", "smtp"])
async def sending(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[tuple[Mail, Callable[[], list[bytes]]]]:
    """A way to send, and the messages that arrived."""
    if request.param == "folder":
        folder = tmp_path / "mail"
        yield (
            FolderMail(folder, SystemClock(), sender=SENDER),
            lambda: [file.read_bytes() for file in letters_in(folder)],
        )
        return
    async with SmtpServerDouble().running() as server:
        yield through(server), lambda: server.received


def read(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n."), policy=default)
    assert isinstance(message, EmailMessage)
    return message


async def test_a_letter_arrives_in_both_forms(sending: tuple[Mail, Callable[[], list[bytes]]]) -> None:
    mail, arrived = sending
    await mail.send(LETTER)
    (raw,) = arrived()
    message = read(raw)
    assert (message["To"], message["From"], message["Subject"]) == (LETTER.to, SENDER, LETTER.subject)
    assert message["Auto-Submitted"] == "auto-generated"
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None and html is not None
    assert text.get_content().replace("\r\n", "\n") == LETTER.text
    assert html.get_content().strip() == LETTER.html
    assert raw.isascii()


@pytest.mark.parametrize("to", ["ada@acme.test\nBcc: eve@evil.test", "ada@acme.test, eve@evil.test", "ada"])
async def test_an_address_cannot_bring_more_headers_or_readers(
    sending: tuple[Mail, Callable[[], list[bytes]]], to: str
) -> None:
    mail, arrived = sending
    letter = Letter(to=to, subject="s", text="t", html="h")
    with pytest.raises(PermanentError) as refused:
        await mail.send(letter)
    assert refused.value.code == "mail_refused"
    assert arrived() == []


async def test_a_letter_in_the_folder_is_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    await FolderMail(folder, SystemClock(), sender=SENDER).send(LETTER)
    (file,) = letters_in(folder)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (folder, file)] == [0o700, 0o600]


async def test_a_folder_that_takes_nothing_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("in the way")
    with pytest.raises(TransientError):
        await FolderMail(tmp_path / "mail", SystemClock(), sender=SENDER).send(LETTER)


@pytest.mark.parametrize("safety", [Safety.TLS, Safety.STARTTLS])
async def test_the_password_travels_encrypted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, safety: Safety
) -> None:
    tls, trusted = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    double = SmtpServerDouble(tls=tls, offers_starttls=safety is Safety.STARTTLS)
    async with double.running() as server:
        await through(server, safety).send(LETTER)
    assert (len(server.received), server.logins) == (1, ["docflow:s3cret"])


@pytest.mark.parametrize("safety", [Safety.TLS, Safety.STARTTLS])
async def test_a_certificate_that_nobody_vouches_for_gets_no_letter(tmp_path: Path, safety: Safety) -> None:
    tls, _ = certificate(tmp_path)
    double = SmtpServerDouble(tls=tls, offers_starttls=safety is Safety.STARTTLS)
    async with double.running() as server:
        with pytest.raises(TransientError):
            await through(server, safety).send(LETTER)
    assert (server.received, server.logins) == ([], [])


async def test_a_server_without_starttls_gets_no_password(tmp_path: Path) -> None:
    async with SmtpServerDouble().running() as server:
        with pytest.raises(TransientError) as refused:
            await through(server, Safety.STARTTLS).send(LETTER)
    assert (refused.value.code, server.received, server.logins) == ("mail_unavailable", [], [])


@pytest.mark.parametrize(
    ("refusals", "kind"),
    [
        ({"RCPT": b"550 no such person"}, PermanentError),
        ({"RCPT": b"450 come back"}, TransientError),
        ({"CONTENT": b"554 spam"}, PermanentError),
        ({"CONTENT": b"451 later"}, TransientError),
        ({"MAIL": b"550 not from here"}, TransientError),
        ({"EHLO": b"421 closing", "HELO": b"421 closing"}, TransientError),
    ],
)
async def test_what_the_server_says_of_the_letter_is_final(
    refusals: dict[str, bytes], kind: type[Exception]
) -> None:
    async with SmtpServerDouble(refusals=refusals).running() as server:
        with pytest.raises(kind) as refused:
            await through(server).send(LETTER)
    assert "ada" not in str(refused.value)


async def test_a_server_that_says_nothing_is_given_up_in_time() -> None:
    async with SmtpServerDouble(silent=True).running() as server:
        with pytest.raises(TransientError):
            await through(server, timeout_s=0.2).send(LETTER)


async def test_a_server_that_is_not_there_is_tried_again() -> None:
    async with SmtpServerDouble().running() as server:
        gone = through(server)
    with pytest.raises(TransientError):
        await gone.send(LETTER)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtps://me%40x:p%3Aw@mx.test", SmtpServer("mx.test", 465, Safety.TLS, "me@x", "p:w")),
        ("smtp://mx.test", SmtpServer("mx.test", 587, Safety.STARTTLS)),
        ("smtp+plain://mail:1025", SmtpServer("mail", 1025, Safety.NONE)),
    ],
)
def test_a_url_says_how_the_server_is_reached(url: str, expected: SmtpServer) -> None:
    assert SmtpServer.of(url) == expected


@pytest.mark.parametrize("url", ["http://mx.test", "smtps://", "smtp+plain://me:pw@mx.test"])
def test_a_url_that_cannot_be_used_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ValueError) as refused:
        SmtpServer.of(url)
    assert "pw" not in str(refused.value)

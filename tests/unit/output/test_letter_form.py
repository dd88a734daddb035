import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest
from docflow.adapters.clock.system import SystemClock
from docflow.adapters.mail.folder import FolderMail, letters_in, read_letter
from docflow.adapters.mail.message import message_from
from docflow.adapters.mail.smtp import Safety, SmtpMail, SmtpServer
from docflow.domain.errors import PermanentError, TransientError
from docflow.domain.ports.mail import Letter

SENDER = "DocFlow AI <no-reply@docflow.test>"


@pytest.mark.parametrize("text", ["Vorgänge warten auf Prüfung\n", f"{'Prüfung ' * 30}\n"])
async def test_a_letter_in_any_language_lies_in_the_folder_and_reads_as_written(
    tmp_path: Path, text: str
) -> None:
    letter = Letter("ada@acme.test", "Prüfung", text, f"<p>{text}</p>")
    await FolderMail(tmp_path, SystemClock(), sender=SENDER).send(letter)
    (file,) = letters_in(tmp_path)
    plain = read_letter(file).get_body(("plain",))
    assert plain is not None
    assert plain.get_content().replace("\r\n", "\n") == text
    assert file.read_bytes().isascii()


@pytest.mark.parametrize(
    "to", ["@", "a@", "@x.test", "(a@x.test", "a@b@c", "a@[1", "<a@x.test>", "jörg@x.test"]
)
def test_what_is_no_address_is_refused_for_good(to: str) -> None:
    with pytest.raises(PermanentError) as refused:
        message_from(
            Letter(to, "s", "t"), sender=SENDER, message_id="<k@x.test>", at=datetime(2026, 1, 1, tzinfo=UTC)
        )
    assert refused.value.code == "mail_refused"


def test_a_host_of_any_language_is_written_as_servers_find_it() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    message = message_from(Letter("ada@bücher.test", "s", "t"), sender=SENDER, message_id="<k@x.test>", at=at)
    assert b"To: ada@xn--bcher-kva.test\r\n" in bytes(message)


async def test_the_roots_are_read_once_for_all_letters() -> None:
    read: list[ssl.SSLContext] = []

    def roots() -> ssl.SSLContext:
        read.append(ssl.create_default_context())
        return read[-1]

    nowhere = SmtpServer("127.0.0.1", 1, Safety.TLS)
    mail = SmtpMail(nowhere, SystemClock(), sender=SENDER, timeout_s=5.0, tls=roots)
    for _ in range(3):
        with pytest.raises(TransientError):
            await mail.send(Letter("ada@acme.test", "s", "t"))
    assert len(read) == 1

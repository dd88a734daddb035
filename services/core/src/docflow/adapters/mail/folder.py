"""Letters as files, for a machine without a mail server. `docflow mail` shows them."""

import asyncio
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from docflow.adapters.mail.message import message_from
from docflow.adapters.postgres.home import write_private
from docflow.domain.errors import TransientError
from docflow.domain.ids import new_id
from docflow.domain.ports.clock import Clock
from docflow.domain.ports.mail import Letter

SUFFIX = ".eml"


class FolderMail:
    """Each letter is a file for its owner's eyes only: it may hold a token. Names sort by time.

    A letter that has a key is one file, however often it is sent.
    """

    def __init__(self, folder: Path, clock: Clock, *, sender: str) -> None:
        self._folder = folder
        self._clock = clock
        self._sender = sender

    async def send(self, letter: Letter) -> int:
        name = letter.key or new_id().hex
        message = message_from(
            letter, sender=self._sender, message_id=f"<{name}@docflow.local>", at=self._clock.now()
        )
        await asyncio.to_thread(self._write, name, bytes(message))
        return 0

    async def aclose(self) -> None:
        """Nothing is open."""

    def _write(self, name: str, content: bytes) -> None:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private(self._folder / f"{name}{SUFFIX}", content.decode("ascii"))
        except OSError as error:
            raise TransientError("the mail folder cannot be written", code="mail_unavailable") from error


def letters_in(folder: Path) -> list[Path]:
    """Oldest first; none where no letter was written yet."""
    return sorted(folder.glob(f"*{SUFFIX}"))


def read_letter(file: Path) -> EmailMessage:
    message = message_from_bytes(file.read_bytes(), policy=default)
    assert isinstance(message, EmailMessage)
    return message

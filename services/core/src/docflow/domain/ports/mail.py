from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Attachment:
    file_name: str
    mime_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """One message: the same words as plain text and, where there is one, as HTML."""

    to: str
    subject: str
    text: str
    html: str = ""
    also_to: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    key: str | None = None
    """What the Message-ID is made of: the same for the same letter, so that a repeat can be told. None = a new one."""


class Mail(Protocol):
    async def send(self, letter: Letter) -> int:
        """How many of the addresses were refused, when the letter was accepted for delivery to the others.

        Raises TransientError `mail_unavailable` where another try may help, PermanentError `mail_refused` where
        none will, such as an address that the server does not take.
        """

    async def aclose(self) -> None: ...

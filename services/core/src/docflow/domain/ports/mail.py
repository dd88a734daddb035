from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to one person: the same words as plain text and as HTML."""

    to: str
    subject: str
    text: str
    html: str


class Mail(Protocol):
    async def send(self, letter: Letter) -> None:
        """Returns when the letter was accepted for delivery.

        Raises TransientError `mail_unavailable` where another try may help, PermanentError `mail_refused` where
        none will, such as an address that the server does not take.
        """

    async def aclose(self) -> None: ...

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ChatTarget:
    """`url` is the form that `send` takes; it holds secrets. `shown` is what of it may be seen."""

    kind: str
    url: str
    shown: str


class Chat(Protocol):
    """Short messages to the chats and phones that people read, through the guarded way out alone."""

    async def check(self, kind: str, url: str) -> ChatTarget:
        """Raises UserError `channel_invalid` for an address that is none of this kind, `egress_refused` for a host
        that may not be called. Sends nothing.
        """

    async def send(self, url: str, title: str, text: str) -> None:
        """Returns when the service took it.

        Raises TransientError (`host_unresolved`, `connect_failed`, `timeout`, `receiver_refused`) where another try may
        help, UserError `egress_refused` and PermanentError (`channel_refused`, `channel_invalid`) where none will.
        """

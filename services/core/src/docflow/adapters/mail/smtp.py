"""Letters through an SMTP server, one connection each."""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parseaddr
from enum import StrEnum
from functools import cache
from urllib.parse import unquote, urlsplit

import aiosmtplib

from docflow.adapters.egress.guarded import trusted_roots
from docflow.adapters.mail.message import message_from
from docflow.domain.errors import DocflowError, PermanentError, TransientError
from docflow.domain.ids import new_id
from docflow.domain.ports.clock import Clock
from docflow.domain.ports.mail import Letter


class Safety(StrEnum):
    """How the connection is encrypted; a server that does not offer it gets no letter."""

    TLS = "smtps"
    STARTTLS = "smtp"
    NONE = "smtp+plain"


_PORTS = {Safety.TLS: 465, Safety.STARTTLS: 587, Safety.NONE: 25}
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class SmtpServer:
    host: str
    port: int
    safety: Safety
    username: str | None = None
    password: str | None = None

    @classmethod
    def of(cls, url: str) -> "SmtpServer":
        """`smtps://user:password@host:465`; `smtp://` insists on STARTTLS, `smtp+plain://` on nothing.

        Raises ValueError for another form, and for a password that would travel in clear text.
        """
        parts = urlsplit(url)
        safety = Safety(parts.scheme)
        host = parts.hostname
        if not host:
            raise ValueError("the mail URL names no host")
        if safety is Safety.NONE and parts.password and host not in _LOOPBACK:
            raise ValueError("a password is not sent over smtp+plain://")
        return cls(
            host,
            parts.port or _PORTS[safety],
            safety,
            unquote(parts.username) if parts.username else None,
            unquote(parts.password) if parts.password else None,
        )


class SmtpMail:
    def __init__(
        self,
        server: SmtpServer,
        clock: Clock,
        *,
        sender: str,
        timeout_s: float,
        tls: Callable[[], ssl.SSLContext] = trusted_roots,
    ) -> None:
        """`timeout_s` is for the whole of one letter."""
        self._server = server
        self._clock = clock
        self._sender = sender
        self._timeout_s = timeout_s
        # Made once: reading the roots takes 20 ms of the loop, and letters leave by dozens.
        self._tls = cache(tls)
        self._domain = parseaddr(sender)[1].rpartition("@")[2] or "docflow.local"

    async def send(self, letter: Letter) -> int:
        message = message_from(
            letter,
            sender=self._sender,
            message_id=f"<{letter.key or new_id().hex}@{self._domain}>",
            at=self._clock.now(),
        )
        server = self._server
        try:
            async with asyncio.timeout(self._timeout_s):
                refused, _ = await aiosmtplib.send(
                    message,
                    hostname=server.host,
                    port=server.port,
                    username=server.username,
                    password=server.password,
                    local_hostname=self._domain,
                    timeout=self._timeout_s,
                    use_tls=server.safety is Safety.TLS,
                    start_tls=server.safety is Safety.STARTTLS,
                    tls_context=None if server.safety is Safety.NONE else self._tls(),
                )
        except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as error:
            raise _translated(error) from error
        return len(refused)

    async def aclose(self) -> None:
        """No connection outlives its letter."""


def _translated(error: Exception) -> DocflowError:
    """What the server says of this letter is final; what it says of us, an operator can put right."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        final = all(each.code >= 500 for each in error.recipients)
    else:
        final = isinstance(error, aiosmtplib.SMTPDataError) and error.code >= 500
    if final:
        return PermanentError("the mail server refused the letter", code="mail_refused")
    return TransientError("the mail server did not take the letter", code="mail_unavailable", after_s=5)

"""Systems that results are handed to: one that speaks HTTP, one that takes mail. Both honour the sender's key."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Answer = Callable[[Asked], tuple[int, bytes]]


@dataclass
class HttpSystem:
    """Answers by `answer`; `effects` holds one entry for each idempotency key."""

    answer: Answer
    asked: list[Asked] = field(default_factory=list)
    effects: dict[str, Asked] = field(default_factory=dict)
    port: int = 0

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {n.lower(): v for n, _, v in (line.partition(": ") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        method, path, _ = head[0].split(" ")
        asked = Asked(method, path, headers, body)
        self.asked.append(asked)
        status, said = self.answer(asked)
        if 200 <= status < 300 and (key := headers.get("idempotency-key")):
            self.effects.setdefault(key, asked)
        writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: {len(said)}\r\n\r\n".encode() + said)
        await writer.drain()
        writer.close()


@asynccontextmanager
async def http_system(answer: Answer = lambda asked: (200, b"{}")) -> AsyncIterator[HttpSystem]:
    system = HttpSystem(answer)
    server = await asyncio.start_server(system.serve, "127.0.0.1", 0)
    system.port = server.sockets[0].getsockname()[1]
    async with server:
        yield system


@dataclass
class MailSystem:
    """Keeps one letter for each Message-ID, as a mailbox that drops repeats does; `refusal` answers a recipient."""

    arrived: list[Message] = field(default_factory=list)
    refusal: dict[str, str] = field(default_factory=dict)
    port: int = 0

    @property
    def letters(self) -> dict[str, Message]:
        return {str(letter["Message-ID"]): letter for letter in self.arrived}

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refusal:
            return self.refusal[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.arrived.append(message_from_bytes(envelope.content, policy=default))
        return "250 OK"


@asynccontextmanager
async def mail_system() -> AsyncIterator[MailSystem]:
    system = MailSystem()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(system, loop=loop), "127.0.0.1", 0)
    system.port = server.sockets[0].getsockname()[1]
    async with server:
        yield system

"""A small SMTP server that keeps what it is sent."""

import asyncio
import base64
import datetime
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


@dataclass
class SmtpServerDouble:
    """`refusals` maps a verb to the answer it gets instead of the usual one; `silent` = never answers at all."""

    tls: ssl.SSLContext | None = None
    offers_starttls: bool = False
    silent: bool = False
    refusals: dict[str, bytes] = field(default_factory=dict)
    received: list[bytes] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    port: int = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator["SmtpServerDouble"]:
        implicit = None if self.offers_starttls else self.tls
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=implicit)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if self.silent:
                await reader.read()
                return
            writer.write(b"220 ready\r\n")
            while line := await reader.readline():
                if not await self._answer(line.strip().decode(), reader, writer):
                    return
        except (ConnectionError, ssl.SSLError):
            return
        finally:
            writer.close()

    async def _answer(self, line: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        verb = line.split(" ", maxsplit=1)[0].upper()
        if verb in self.refusals:
            writer.write(self.refusals[verb] + b"\r\n")
        elif verb == "EHLO":
            encrypted = writer.get_extra_info("ssl_object") is not None
            offered = b"250-STARTTLS\r\n" if self.offers_starttls and not encrypted else b"250-AUTH PLAIN\r\n"
            writer.write(b"250-here\r\n" + offered + b"250 8BITMIME\r\n")
        elif verb == "STARTTLS":
            writer.write(b"220 go\r\n")
            await writer.drain()
            assert self.tls
            await writer.start_tls(self.tls)
        elif verb == "AUTH":
            self.logins.append(base64.b64decode(line.split(" ")[2]).decode().replace("\0", ":").lstrip(":"))
            writer.write(b"235 welcome\r\n")
        elif verb == "DATA":
            writer.write(b"354 go on\r\n")
            self.received.append(await reader.readuntil(b"\r\n.\r\n"))
            writer.write(self.refusals.get("CONTENT", b"250 kept") + b"\r\n")
        elif verb == "QUIT":
            writer.write(b"221 bye\r\n")
            return False
        else:
            writer.write(b"250 fine\r\n")
        return True


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's context for 127.0.0.1, and the file of the certificate that vouches for it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file, private = folder / "server.crt", folder / "server.key"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, private)
    return context, file

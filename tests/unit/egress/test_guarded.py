"""The guard against a listener on loopback that counts who connects."""

import asyncio
import datetime
import ssl
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from docflow.adapters.egress.guarded import GuardedEgress
from docflow.domain.errors import TransientError, UserError

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-One: 1\r\n\r\nok"


@dataclass
class Listener:
    """Answers every request with `answer` (None = never) and keeps what it was sent."""

    answer: bytes | None = OK
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            self.requests.append(await reader.readuntil(b"\r\n\r\n"))
            if self.answer is None:
                await reader.read()
                return
            writer.write(self.answer)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


async def _listening(listener: Listener, tls: ssl.SSLContext | None = None) -> AsyncIterator[Listener]:
    server = await asyncio.start_server(listener.serve, "127.0.0.1", 0, ssl=tls)
    listener.port = server.sockets[0].getsockname()[1]
    async with server:
        yield listener


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    async for listening in _listening(Listener()):
        yield listening


async def resolve_to_loopback(host: str, port: int) -> Sequence[str]:
    return ["127.0.0.1"]


def guard(listener: Listener, *allow: str) -> GuardedEgress:
    return GuardedEgress(allow or (f"127.0.0.1:{listener.port}",), resolve=resolve_to_loopback)


BAD = (
    "http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://localhost.:{port}/", "http://127.1:{port}/",
    "http://127.0.1:{port}/", "http://2130706433:{port}/", "http://0x7f000001:{port}/", "http://0x7f.0.0.1:{port}/",
    "http://0177.0.0.1:{port}/", "http://017700000001:{port}/", "http://127.0.0.01:{port}/", "http://0:{port}/",
    "http://0.0.0.0:{port}/", "http://[::]:{port}/", "http://[::1]:{port}/", "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::ffff:7f00:1]:{port}/", "http://[::127.0.0.1]:{port}/", "http://[64:ff9b::7f00:1]:{port}/",
    "http://[2002:7f00:1::]:{port}/", "http://[fe80::1%25lo]:{port}/", "http://[::1%lo]:{port}/",
    "http://user@127.0.0.1:{port}/", "http://user:pw@localhost:{port}/", "http://example.com@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}#@example.com/", "http://127.0.0.1\\@example.com:{port}/", "http:/127.0.0.1:{port}/",
    "http:127.0.0.1:{port}/", "//127.0.0.1:{port}/", "127.0.0.1:{port}", "ftp://127.0.0.1:{port}/",
    "gopher://127.0.0.1:{port}/_", "file:///etc/passwd", "dict://127.0.0.1:{port}/", "unix:///var/run/docker.sock",
    "http://１２７.0.0.1:{port}/", "http://127。0。0。1:{port}/", "http://ⓛocalhost:{port}/", "http://%6cocalhost:{port}/",
    "http://127.0.0.1:{port}/ HTTP/1.1\r\nX: y", "http://127.0.0.1 :{port}/", "\thttp://127.0.0.1:{port}/",
    "http://127.0.0.1\x00.example.com:{port}/", "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/",
    "http://100.100.100.200/", "http://metadata.google.internal:{port}/", "http://inner.example:{port}/",
    "http://example.com:0/", "http://example.com:99999/", "http://example.com:/", "http://:{port}/", "http://", "",
    "http://a..b:{port}/", "http://-a.example:{port}/", "http://" + "a" * 300 + ":{port}/", "http://x/" + "a" * 5000,
    "HTTP://LOCALHOST:{port}/", "http://127.0.0.1:{port}/?q=ä",
)  # fmt: skip


@pytest.mark.parametrize("url", BAD)
async def test_a_bad_address_is_refused_without_a_connection(listener: Listener, url: str) -> None:
    egress = GuardedEgress(resolve=resolve_to_loopback)
    with pytest.raises(UserError) as refused:
        await egress.request("POST", url.replace("{port}", str(listener.port)), headers={}, content=b"x")
    assert (refused.value.code, listener.connections) == ("egress_refused", 0)


@pytest.mark.parametrize("url", BAD)
async def test_a_bad_address_is_refused_when_it_is_set(listener: Listener, url: str) -> None:
    egress = GuardedEgress(resolve=resolve_to_loopback)
    with pytest.raises(UserError):
        await egress.check(url.replace("{port}", str(listener.port)))


async def test_an_odd_spelling_of_an_allowed_address_is_refused(listener: Listener) -> None:
    with pytest.raises(UserError):
        await guard(listener, "127.0.0.0/8").request("GET", f"http://127.1:{listener.port}/", headers={})
    assert listener.connections == 0


async def test_an_allowed_address_answers(listener: Listener) -> None:
    answer = await guard(listener).request("GET", f"http://127.0.0.1:{listener.port}/", headers={})
    assert (answer.status, answer.body, answer.headers["x-one"]) == (200, b"ok", "1")


async def test_an_allowed_host_is_reached_where_it_resolves(listener: Listener) -> None:
    egress = guard(listener, f"n8n:{listener.port}")
    assert (await egress.request("GET", f"http://n8n:{listener.port}/", headers={})).status == 200
    assert f"Host: n8n:{listener.port}\r\n".encode() in listener.requests[0]


async def test_another_port_of_an_allowed_host_is_refused(listener: Listener) -> None:
    with pytest.raises(UserError):
        await guard(listener, "n8n:1").request("GET", f"http://n8n:{listener.port}/", headers={})


async def test_path_and_query_are_sent_byte_for_byte(listener: Listener) -> None:
    path = "/a%2Fb/../c;d?x=%7e&&y=a+b%20c&z=%zz&'()!*~=//?"
    await guard(listener).request("GET", f"http://127.0.0.1:{listener.port}{path}", headers={})
    assert listener.requests[0].startswith(f"GET {path} HTTP/1.1\r\n".encode())


async def test_a_redirect_is_answered_not_followed(listener: Listener) -> None:
    location = f"http://127.0.0.1:{listener.port}/elsewhere"
    listener.answer = f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()
    answer = await guard(listener).request(
        "POST", f"http://127.0.0.1:{listener.port}/", headers={}, content=b"x"
    )
    assert (answer.status, listener.connections) == (302, 1)


async def test_a_proxy_of_the_environment_is_not_taken(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    answer = await guard(listener).request("GET", f"http://127.0.0.1:{listener.port}/", headers={})
    assert answer.status == 200


async def test_a_body_is_cut_at_the_limit(listener: Listener) -> None:
    listener.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 1_000_000
    answer = await guard(listener).request(
        "GET", f"http://127.0.0.1:{listener.port}/", headers={}, max_bytes=100
    )
    assert answer.body == b"x" * 100


async def test_a_body_may_be_taken_part_by_part_and_left_at_any(listener: Listener) -> None:
    listener.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 1_000_000
    parts: list[bytes] = []

    async def take(part: bytes) -> None:
        parts.append(part)
        if sum(map(len, parts)) > 200_000 and enough:
            raise UserError("enough", code="file_too_large")

    url, enough = f"http://127.0.0.1:{listener.port}/", False
    answer = await guard(listener).request("GET", url, headers={}, take=take)
    assert (answer.body, b"".join(parts)) == (b"", b"x" * 1_000_000)
    enough = True
    parts.clear()
    with pytest.raises(UserError) as left:
        await guard(listener).request("GET", url, headers={}, take=take)
    assert left.value.code == "file_too_large"
    assert sum(map(len, parts)) < 1_000_000


async def test_the_body_of_a_refusal_is_not_taken(listener: Listener) -> None:
    listener.answer = OK.replace(b"200 OK", b"404 Not Found")

    async def take(part: bytes) -> None:
        raise AssertionError(part)

    url = f"http://127.0.0.1:{listener.port}/"
    answer = await guard(listener).request("GET", url, headers={}, take=take)
    assert (answer.status, answer.body) == (404, b"ok")


async def test_a_host_that_never_answers_is_a_timeout(listener: Listener) -> None:
    listener.answer = None
    with pytest.raises(TransientError) as late:
        await guard(listener).request("GET", f"http://127.0.0.1:{listener.port}/", headers={}, timeout_s=0.05)
    assert late.value.code == "timeout"


async def test_a_closed_port_is_a_failed_connection(listener: Listener) -> None:
    with pytest.raises(TransientError) as failed:
        await guard(listener, "127.0.0.1").request("GET", "http://127.0.0.1:1/", headers={})
    assert failed.value.code == "connect_failed"


async def test_an_answer_that_is_not_http_is_a_failed_connection(listener: Listener) -> None:
    listener.answer = b"SSH-2.0-x\r\n\r\n"
    with pytest.raises(TransientError):
        await guard(listener).request("GET", f"http://127.0.0.1:{listener.port}/", headers={})


@pytest.mark.parametrize("headers", [{"X-A": "a\r\nX-B: b"}, {"X A": "a"}, {"X-A": "€"}])
async def test_a_header_that_breaks_the_request_is_refused(
    listener: Listener, headers: dict[str, str]
) -> None:
    with pytest.raises(UserError):
        await guard(listener).request("GET", f"http://127.0.0.1:{listener.port}/", headers=headers)


async def test_a_caller_cannot_set_the_host_header(listener: Listener) -> None:
    await guard(listener).request("GET", f"http://127.0.0.1:{listener.port}/", headers={"Host": "inner"})
    assert b"inner" not in listener.requests[0]


async def test_a_host_is_resolved_once_for_each_request(listener: Listener) -> None:
    answers = iter((["127.0.0.1"], ["10.0.0.1"]))

    async def rebinding(host: str, port: int) -> Sequence[str]:
        return next(answers)

    egress = GuardedEgress([f"127.0.0.1:{listener.port}"], resolve=rebinding)
    assert (await egress.request("GET", f"http://a.example:{listener.port}/", headers={})).status == 200
    with pytest.raises(UserError):
        await egress.request("GET", f"http://a.example:{listener.port}/", headers={})
    assert listener.connections == 1


async def test_one_inner_address_among_public_ones_refuses_the_host() -> None:
    async def mixed(host: str, port: int) -> Sequence[str]:
        return ["93.184.215.14", "127.0.0.1"]

    with pytest.raises(UserError):
        await GuardedEgress(resolve=mixed).request("GET", "http://a.example/", headers={})


async def test_a_name_that_does_not_resolve_may_be_set_but_not_reached() -> None:
    async def nowhere(host: str, port: int) -> Sequence[str]:
        raise OSError("no such host")

    egress = GuardedEgress(resolve=nowhere)
    await egress.check("https://a.example/hook?x=1")
    with pytest.raises(TransientError) as failed:
        await egress.request("GET", "https://a.example/hook?x=1", headers={})
    assert failed.value.code == "host_unresolved"
    with pytest.raises(TransientError) as unresolved:
        await egress.resolve("a.example", 5432)
    assert unresolved.value.code == "host_unresolved"


def _certificate(folder: Path, host: str) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    path = folder / "certificate.pem"
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(certificate.public_bytes(pem) + private)
    return path


async def test_over_tls_the_name_is_asked_for_and_verified(tmp_path: Path) -> None:
    path = _certificate(tmp_path, "hooks.example")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    names: list[str | None] = []
    server.sni_callback = lambda _, name, __: names.append(name)
    async for listener in _listening(Listener(), server):
        allow = [f"127.0.0.1:{listener.port}"]
        egress = GuardedEgress(
            allow, resolve=resolve_to_loopback, tls=lambda: ssl.create_default_context(cafile=str(path))
        )
        answer = await egress.request("GET", f"https://hooks.example:{listener.port}/", headers={})
        assert answer.status == 200
        with pytest.raises(TransientError):
            await egress.request("GET", f"https://other.example:{listener.port}/", headers={})
    assert names == ["hooks.example", "other.example"]

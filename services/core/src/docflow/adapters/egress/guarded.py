"""The only way out to addresses that clients chose: judged, resolved once, and connected to what was judged."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from time import monotonic

import certifi
import httpcore

from docflow.adapters.egress.addresses import Address, as_address, is_public, parse_allowances
from docflow.adapters.egress.target import Target, parse_target, refused
from docflow.domain.errors import TransientError
from docflow.domain.ports.egress import HttpAnswer, Take

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host, best first. Raises OSError when there are none."""

LOOKUPS_AT_ONCE = 16

# Ours to set: what frames the request, and what would let the answer grow when unpacked.
_OWN_HEADERS = frozenset(
    {
        "host",
        "connection",
        "content-length",
        "transfer-encoding",
        "accept-encoding",
        "te",
        "upgrade",
        "expect",
    }
)


class SystemResolver:
    """Asks the system, in threads of its own: a thread is held until the system gives up, long after the caller has, and
    names that nobody answers for must hold up neither files nor the program's own connections.
    """

    def __init__(self, at_once: int = LOOKUPS_AT_ONCE) -> None:
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="egress-lookup")

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        ask = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        found = await asyncio.get_running_loop().run_in_executor(self._threads, ask)
        return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def trusted_roots() -> ssl.SSLContext:
    """The machine's certificates and the bundled ones: a bare machine has none."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


class GuardedEgress:
    """Follows no redirect, takes no proxy from the environment, unpacks nothing, keeps no connection.

    `allow` as in DOCFLOW_EGRESS__ALLOW; ValueError when an entry cannot be read. `resolve` None = by the system.
    """

    def __init__(
        self,
        allow: Sequence[str] = (),
        *,
        connect_timeout_s: float = 5.0,
        resolve: Resolve | None = None,
        tls: Callable[[], ssl.SSLContext] = trusted_roots,
    ) -> None:
        self._allow = parse_allowances(allow)
        self._connect_timeout_s = connect_timeout_s
        self._resolve = resolve or SystemResolver()
        self._make_tls = tls
        self._tls: ssl.SSLContext | None = None

    async def check(self, url: str) -> None:
        """Refuse an address when it is set. A name that does not resolve passes: each call judges again."""
        target = parse_target(url)
        try:
            async with asyncio.timeout(self._connect_timeout_s):
                await self._judged(target)
        except (TransientError, TimeoutError):
            return

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        target = parse_target(f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/")
        if target.host != host.lower().removesuffix(".") or target.path != b"/":
            raise refused("its host is no name")
        try:
            async with asyncio.timeout(self._connect_timeout_s):
                return tuple(str(address) for address in await self._judged(target))
        except TimeoutError as error:
            raise TransientError("the address did not answer in time", code="timeout") from error

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        content: bytes = b"",
        timeout_s: float = 10.0,
        max_bytes: int = 65_536,
        take: Take | None = None,
    ) -> HttpAnswer:
        target = parse_target(url)
        began = monotonic()
        try:
            async with asyncio.timeout(timeout_s):
                addresses = await self._judged(target)
                status, answered, body = await self._exchange(
                    target, addresses, _request(method, target, headers, content), _Body(max_bytes, take)
                )
        except (TimeoutError, httpcore.TimeoutException) as error:
            raise TransientError("the address did not answer in time", code="timeout") from error
        except httpcore.LocalProtocolError as error:
            raise refused("a header of the request cannot be sent") from error
        except (OSError, httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise TransientError("the address could not be reached", code="connect_failed") from error
        return HttpAnswer(status, answered, body, round((monotonic() - began) * 1000))

    async def aclose(self) -> None:
        """No connection outlives its request."""

    async def _judged(self, target: Target) -> Sequence[Address]:
        """The addresses to connect to. One bad address refuses all: which one is used is not ours alone to say."""
        addresses = await self._addresses(target)
        for address in addresses:
            if not (is_public(address) or self._allowed(target, address)):
                raise refused("it lies in an inner network; an operator opens one with DOCFLOW_EGRESS__ALLOW")
        return addresses

    async def _addresses(self, target: Target) -> Sequence[Address]:
        """At least one. Raises TransientError `host_unresolved`: a name may be back in a moment."""
        if target.address is not None:
            return (target.address,)
        try:
            told = await self._resolve(target.host, target.port)
        except OSError as error:
            raise _unresolved() from error
        found = [address for text in told if (address := as_address(text.partition("%")[0])) is not None]
        if not found:
            raise _unresolved()
        return found

    def _allowed(self, target: Target, address: Address) -> bool:
        return any(entry.covers(target.host, address, target.port) for entry in self._allow)

    async def _exchange(
        self, target: Target, addresses: Sequence[Address], request: httpcore.Request, wanted: "_Body"
    ) -> tuple[int, Mapping[str, str], bytes]:
        if target.scheme == "https" and self._tls is None:
            self._tls = self._make_tls()
        async with (
            httpcore.AsyncConnectionPool(
                ssl_context=self._tls,
                max_connections=1,
                max_keepalive_connections=0,
                network_backend=_Pinned(addresses, self._connect_timeout_s),
            ) as pool,
            _Answer(pool, request) as answer,
        ):
            body = await wanted.of(answer)
            return answer.status, _text(answer.headers), body


def _unresolved() -> TransientError:
    return TransientError("the name of the host does not resolve", code="host_unresolved")


class _Answer:
    """Opens a response and closes it however it was read."""

    def __init__(self, pool: httpcore.AsyncConnectionPool, request: httpcore.Request) -> None:
        self._pool = pool
        self._request = request
        self._response: httpcore.Response | None = None

    async def __aenter__(self) -> httpcore.Response:
        self._response = await self._pool.handle_async_request(self._request)
        return self._response

    async def __aexit__(self, *_: object) -> None:
        if self._response is not None:
            await self._response.aclose()


class _Pinned(httpcore.AsyncNetworkBackend):
    """Connects to the judged addresses, whatever host is asked for; TLS still names and verifies the host."""

    def __init__(self, addresses: Sequence[Address], timeout_s: float) -> None:
        self._addresses = addresses
        self._timeout_s = timeout_s
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        failure: Exception = OSError("the host has no address")
        for address in self._addresses:
            try:
                return await self._backend.connect_tcp(str(address), port, timeout=self._timeout_s)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


def _request(method: str, target: Target, headers: Mapping[str, str], content: bytes) -> httpcore.Request:
    sent = [(name, value) for name, value in headers.items() if name.lower() not in _OWN_HEADERS]
    sent += [("Host", target.authority), ("Accept-Encoding", "identity"), ("Connection", "close")]
    if content or method in ("POST", "PUT", "PATCH"):
        sent.append(("Content-Length", str(len(content))))
    try:
        encoded = [(name.encode("ascii"), value.encode("latin-1")) for name, value in sent]
    except UnicodeEncodeError as error:
        raise refused("a header of the request cannot be sent") from error
    url = httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
    # The pinned connection is asked for the host, so SNI and the certificate's check keep the name.
    return httpcore.Request(method, url, headers=encoded, content=content)


@dataclass(frozen=True, slots=True)
class _Body:
    """What becomes of an answer's body."""

    max_bytes: int
    take: Take | None

    async def of(self, answer: httpcore.Response) -> bytes:
        if self.take is None or answer.status != 200:
            return await _first(answer, self.max_bytes)
        async for part in answer.aiter_stream():
            await self.take(part)
        return b""


async def _first(answer: httpcore.Response, max_bytes: int) -> bytes:
    """The body, cut at the limit; the rest is never read."""
    body = bytearray()
    async for part in answer.aiter_stream():
        body += part
        if len(body) >= max_bytes:
            break
    return bytes(body[:max_bytes])


def _text(headers: Sequence[tuple[bytes, bytes]]) -> Mapping[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}

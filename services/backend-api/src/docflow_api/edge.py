"""The outermost layer: a request id, body limits before anything is parsed, security headers, log line and metrics."""

import re
import time
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog
from docflow.domain.errors import PayloadTooLarge
from docflow.domain.ids import new_id
from docflow.runtime.tracing import Tracing
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from docflow_api.errors import PROBLEM_JSON, problem_body
from docflow_api.metrics import HttpMetrics
from docflow_api.proxies import TrustedProxies

_log = structlog.get_logger()
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._:-]{1,128}")

SECURITY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_NO_CONTENT = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
_NO_STORE = (b"cache-control", b"no-store")
_STAY_SECURE = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
"""Over TLS alone, ours or a trusted proxy's: a browser that heard it asks no other way for a year."""
SMALL_BODY = 1024 * 1024
"""Limit of every body but a submission's, in bytes."""


class Edge:
    """Pure ASGI, so that streams pass through unbuffered."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        body_bytes: int,
        large_paths: re.Pattern[str],
        metrics: HttpMetrics,
        tracing: Tracing,
        proxies: TrustedProxies,
    ) -> None:
        self._app = app
        self._body_bytes = body_bytes
        self._large_paths = large_paths
        self._metrics = metrics
        self._tracing = tracing
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            see_through(self._proxies, scope)
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        answer = _Answer(send, request_id, scope["state"], is_secure=scope.get("scheme") == "https")
        limit = self._body_bytes if self._large_paths.fullmatch(scope["path"]) else SMALL_BODY
        started = time.perf_counter()
        with (
            structlog.contextvars.bound_contextvars(request_id=request_id),
            self._tracing.span(f"http {scope['method']}", _traceparent(scope), request_id=request_id),
        ):
            try:
                if _declared_length(scope) > limit:
                    await answer.refuse(scope, limit)
                else:
                    await self._run(scope, _Limited(receive, limit), answer)
            finally:
                self._note(scope, answer.status or 500, time.perf_counter() - started)

    async def _run(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        try:
            await self._app(scope, receive, answer)
        except Exception as error:
            _log.exception("http.failed", kind=type(error).__name__)
            if answer.started:
                # Half an answer is out: only a broken connection tells the caller.
                raise
            await answer.problem(scope, 500, "internal_error", "something went wrong on our side")

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "other")
        self._metrics.note(scope["method"], route, status, seconds)
        if route not in ("/healthz", "/readyz", "/metrics"):
            _log.info(
                "http.request",
                method=scope["method"],
                route=route,
                status=status,
                duration_ms=round(seconds * 1000, 1),
            )


class _Limited:
    """Counts what really arrives: the declared length may be missing or a lie."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._limit = limit
        self._left = limit

    async def __call__(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise too_large(self._limit)
        return message


class _Answer:
    """Adds the headers that every answer carries."""

    def __init__(
        self, send: Send, request_id: str, state: Mapping[str, Any], *, is_secure: bool = False
    ) -> None:
        self._is_secure = is_secure
        self._send = send
        self._request_id = request_id
        self._state = state
        self.status: int | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._complete(message)
        await self._send(message)

    def _complete(self, message: MutableMapping[str, Any]) -> None:
        headers = list(message.get("headers", ()))
        present = {name.lower() for name, _ in headers}
        extra = [(b"x-request-id", self._request_id.encode()), *SECURITY_HEADERS, _NO_CONTENT, _NO_STORE]
        if self._is_secure:
            extra.append(_STAY_SECURE)
        rates: Mapping[str, str] = self._state.get("rate_headers", {})
        extra += [(name.lower().encode(), value.encode()) for name, value in rates.items()]
        message["headers"] = headers + [pair for pair in extra if pair[0] not in present]

    @property
    def started(self) -> bool:
        return self.status is not None

    async def refuse(self, scope: Scope, limit: int) -> None:
        """The body was not read, so the connection cannot carry another request."""
        error = too_large(limit)
        await self.problem(scope, 413, error.code, error.message, (b"connection", b"close"))

    async def problem(
        self, scope: Scope, status: int, code: str, detail: str, *headers: tuple[bytes, bytes]
    ) -> None:
        body = problem_body(self._request_id, scope["path"], status=status, code=code, detail=detail)
        length = str(len(body)).encode()
        standard = [(b"content-type", PROBLEM_JSON.encode()), (b"content-length", length)]
        await self({"type": "http.response.start", "status": status, "headers": [*standard, *headers]})
        await self({"type": "http.response.body", "body": body})


def see_through(proxies: TrustedProxies, scope: Scope) -> None:
    """Put the caller's own address and scheme in the place of a trusted proxy's."""
    peer, port = scope.get("client") or ("", 0)
    if not proxies.trusts(peer):
        return
    found = proxies.client_of(peer, _values(scope, b"x-forwarded-for"))
    scope["client"] = (found, 0 if found != peer else port)
    scheme = ",".join(_values(scope, b"x-forwarded-proto")).rpartition(",")[2].strip().lower()
    if scheme in ("http", "https"):
        scope["scheme"] = scheme if scope["type"] == "http" else scheme.replace("http", "ws")


def _values(scope: Scope, wanted: bytes) -> list[str]:
    return [value.decode("latin-1") for name, value in scope["headers"] if name == wanted]


def too_large(limit: int) -> PayloadTooLarge:
    return PayloadTooLarge(f"the body is larger than the limit of {limit} bytes")


def _request_id(scope: Scope) -> str:
    given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    return given.decode() if _REQUEST_ID.fullmatch(given) else str(new_id())


def _traceparent(scope: Scope) -> str | None:
    given = next((value for name, value in scope["headers"] if name == b"traceparent"), b"")
    return given.decode("latin-1") or None


def _declared_length(scope: Scope) -> int:
    given = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    return int(given) if given.isdigit() and len(given) < 20 else 0

"""Serves the portal's built files beside the API: everything that is not the API's own belongs to the portal."""

import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

_APIS = re.compile(r"/(v1|docs|openapi\.json|healthz|readyz|metrics)(/.*)?")
_INDEX = "index.html"
_FOR_EVER = b"public, max-age=31536000, immutable"
"""Of files whose name changes with their content."""

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; "
    "connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'"
)
"""Nothing inline runs and nothing is loaded from elsewhere; text from documents cannot become a script."""

_NOT_BUILT = b"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="3"><title>DocFlow AI</title></head>
<body><h1>DocFlow AI</h1>
<p>The portal is not built yet. This page looks again every few seconds; <code>docflow doctor</code> says what it waits for.</p>
<p>The API works meanwhile: <a href="/docs">its description</a>.</p></body></html>
"""


@dataclass(frozen=True, slots=True)
class _File:
    content: bytes
    compressed: bytes | None
    media_type: bytes
    lives: bytes


class Portal:
    """Pure ASGI. Files are kept in memory and read anew when the portal was built anew."""

    def __init__(self, app: ASGIApp, *, folder: Path) -> None:
        self._app = app
        self._folder = folder
        self._built_at = 0.0
        self._files: dict[str, _File] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _is_asked(scope):
            await self._app(scope, receive, send)
            return
        self._look()
        path = scope["path"].removeprefix("/")
        file = self._files.get(path or _INDEX)
        if file is None and not _wants_page(scope):
            await self._app(scope, receive, send)
            return
        file = file or self._files.get(_INDEX)
        if file is None:
            await _answer(scope, send, 503, _File(_NOT_BUILT, None, b"text/html; charset=utf-8", b"no-store"))
        else:
            await _answer(scope, send, 200, file)

    def _look(self) -> None:
        """One stat a request; a missing folder is a portal that is not built."""
        try:
            built_at = (self._folder / _INDEX).stat().st_mtime
        except OSError:
            self._built_at, self._files = 0.0, {}
            return
        if built_at != self._built_at:
            self._files = dict(_read(self._folder))
            self._built_at = built_at


def _is_asked(scope: Scope) -> bool:
    return (
        scope["type"] == "http"
        and scope["method"] in ("GET", "HEAD")
        and _APIS.fullmatch(scope["path"]) is None
    )


def _wants_page(scope: Scope) -> bool:
    return any(name == b"accept" and b"text/html" in value for name, value in scope["headers"])


def _read(folder: Path) -> "list[tuple[str, _File]]":
    return [
        (path.relative_to(folder).as_posix(), _file(path, path.relative_to(folder)))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".gz" and not path.name.startswith(".")
    ]


def _file(path: Path, name: Path) -> _File:
    smaller = path.with_name(path.name + ".gz")
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if kind.startswith("text/") or kind.endswith("javascript"):
        kind += "; charset=utf-8"
    return _File(
        path.read_bytes(),
        smaller.read_bytes() if smaller.is_file() else None,
        kind.encode(),
        _FOR_EVER if name.parts[0] == "assets" else b"no-cache",
    )


async def _answer(scope: Scope, send: Send, status: int, file: _File) -> None:
    takes_gzip = any(name == b"accept-encoding" and b"gzip" in value for name, value in scope["headers"])
    body = file.compressed if takes_gzip and file.compressed is not None else file.content
    headers = [
        (b"content-type", file.media_type),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", file.lives),
        (b"vary", b"accept-encoding"),
        (b"content-security-policy", CONTENT_POLICY.encode()),
        *([(b"content-encoding", b"gzip")] if body is file.compressed else []),
        *([(b"retry-after", b"3")] if status == 503 else []),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

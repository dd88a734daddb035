"""The portal's session in cookies that no script can read, and what keeps other sites' pages from using them."""

from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from docflow.domain.errors import Forbidden
from docflow.features.users.service import SignedIn
from fastapi import Request, Response

CSRF_HEADER = "X-DocFlow-Request"
"""No page of another site can send it without being asked first, and nobody but the portal is allowed."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class SessionCookies:
    """`__Host-` cookies: Secure, of this host alone, sent by pages of this site alone.

    Browsers disagree on Secure cookies over http://localhost; where the program is reached like that the same cookies
    go without the prefix and without Secure.
    """

    def __init__(self, *, public_url: str, host: str, refresh_ttl_s: int) -> None:
        """`host` is what the server listens on; it tells where people reach it when no `public_url` does."""
        self._secure = not _is_plain_and_local(public_url or f"http://{_bracketed(host)}")
        self._own = _origin(public_url)
        self._refresh_ttl_s = refresh_ttl_s
        prefix = "__Host-" if self._secure else ""
        self.access, self.refresh = f"{prefix}docflow_access", f"{prefix}docflow_refresh"

    def write(self, response: Response, signed_in: SignedIn) -> None:
        self._set(response, self.access, signed_in.access_token, signed_in.expires_in)
        self._set(response, self.refresh, signed_in.refresh_token, self._refresh_ttl_s)

    def clear(self, response: Response) -> None:
        for name in (self.access, self.refresh):
            self._set(response, name, "", 0)

    def _set(self, response: Response, name: str, value: str, max_age_s: int) -> None:
        response.set_cookie(
            name, value, max_age=max_age_s, path="/", secure=self._secure, httponly=True, samesite="strict"
        )

    def refuse_other_sites(self, request: Request) -> None:
        """Raises Forbidden `csrf_refused` unless a page of our own asks for this change."""
        headers = request.headers
        if request.method in _SAFE:
            return
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if (
            CSRF_HEADER not in headers
            or site not in (None, "same-origin")
            or not (origin is None or self.is_own(origin, headers))
        ):
            raise Forbidden(
                f"a request with the session's cookies needs the header {CSRF_HEADER} and must come from the portal",
                code="csrf_refused",
            )

    def is_own(self, origin: str, headers: Mapping[str, str]) -> bool:
        """Whether a browser's Origin is this gateway, as it is known or as it was addressed."""
        given = _origin(origin)
        host = headers.get("host", "").lower()
        return given is not None and (given == self._own or (host != "" and given[1] == host))


def _origin(url: str) -> tuple[str, str] | None:
    """Scheme and host with port, in lower case; None for what names no host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return (parts.scheme.lower(), parts.netloc.lower()) if parts.scheme and parts.netloc else None


def _is_plain_and_local(url: str) -> bool:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "http":
        return False
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host

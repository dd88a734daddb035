"""Takes an address that a client wrote apart, strictly, and keeps its path and query byte for byte."""

import re
from dataclasses import dataclass

import idna

from docflow.adapters.egress.addresses import Address, as_address
from docflow.domain.errors import UserError

MAX_URL = 4_096
_FORM = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9A-Fa-f:.]+\]|[^\s/?#@:\[\]\\%]+)(?::(?P<port>\d{1,5}))?"
    r"(?P<path>/[^\s?#\\]*)?(?:\?(?P<query>[^\s#]*))?(?:#\S*)?",
    re.IGNORECASE,
)
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
# A last label that a resolver may take for a number: 127.1, 0x7f000001, 2130706433.
_NUMERIC = re.compile(r"(\d+|0x[0-9a-f]*)")


@dataclass(frozen=True, slots=True)
class Target:
    """`host` is lower-case ASCII without a trailing dot; `address` is set when it is one. `path` leads the query."""

    scheme: str
    host: str
    address: Address | None
    port: int
    path: bytes
    authority: str
    """What the Host header says."""


def refused(why: str) -> UserError:
    return UserError(f"the address may not be called: {why}", code="egress_refused")


def parse_target(url: str) -> Target:
    """Raises UserError `egress_refused` for everything that is not a plain http(s) address."""
    if len(url) > MAX_URL or any(ord(c) < 0x21 or ord(c) == 0x7F for c in url):
        raise refused("it is too long or holds blanks")
    form = _FORM.fullmatch(url)
    if form is None:
        raise refused("it is no http or https address without user and password")
    scheme = form["scheme"].lower()
    host, address = _host(form["host"])
    default = 443 if scheme == "https" else 80
    port = int(form["port"] or default)
    if not 0 < port < 65_536:
        raise refused("its port does not exist")
    shown = f"[{host}]" if ":" in host else host
    authority = shown if port == default else f"{shown}:{port}"
    return Target(scheme, host, address, port, _path(form["path"], form["query"]), authority)


def _path(path: str | None, query: str | None) -> bytes:
    whole = (path or "/") + ("" if query is None else f"?{query}")
    if not whole.isascii():
        raise refused("its path or query is not percent-encoded")
    return whole.encode("ascii")


def _host(given: str) -> tuple[str, Address | None]:
    if given.startswith("["):
        address = as_address(given[1:-1])
        if address is None or address.version != 6:
            raise refused("its host is no address")
        return str(address), address
    host = _ascii(given).lower().removesuffix(".")
    address = as_address(host)
    if address is not None:
        return host, address
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise refused("its host is no name")
    if _NUMERIC.fullmatch(labels[-1]):
        raise refused("its host is an odd spelling of a number")
    return host, None


def _ascii(host: str) -> str:
    if host.isascii():
        return host
    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise refused("its host is no name") from error

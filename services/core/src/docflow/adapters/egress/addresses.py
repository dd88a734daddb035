"""Which network addresses may be reached, and what an operator allows beyond them."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address

# Not reachable from outside, or a way round to what is not, although some are "global" by registry.
_NEVER = tuple(
    ip_network(block)
    for block in (
        "0.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT; one vendor's metadata service lives in it
        "168.63.129.16/32",  # a cloud's wire server
        "192.0.0.0/24",
        "192.88.99.0/24",  # 6to4 relay anycast
        "198.18.0.0/15",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/96",  # IPv4-compatible, loopback and unspecified among it
        "::ffff:0:0/96",  # IPv4-mapped
        "::ffff:0:0:0/96",  # IPv4-translated
        "64:ff9b::/96",  # NAT64
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",  # Teredo, ORCHID and other protocol assignments
        "2002::/16",  # 6to4
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    )
)


def is_public(address: Address) -> bool:
    if any(address in block for block in _NEVER if block.version == address.version):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


@dataclass(frozen=True, slots=True)
class Allowance:
    """One entry of DOCFLOW_EGRESS__ALLOW: a host by name or a block of addresses, on one port or (None) on all."""

    host: str | None
    block: object
    port: int | None

    def covers(self, host: str, address: Address, port: int) -> bool:
        if self.port is not None and self.port != port:
            return False
        if self.host is not None:
            return self.host == host
        return address in self.block  # type: ignore[operator]


def parse_allowances(entries: Sequence[str]) -> tuple[Allowance, ...]:
    """ValueError for an entry that is none of `host`, `host:port`, `CIDR`, `CIDR:port` (IPv6 with a port in brackets)."""
    return tuple(_parse(entry.strip()) for entry in entries if entry.strip())


def _parse(entry: str) -> Allowance:
    target, port = _split_port(entry)
    try:
        return Allowance(None, ip_network(target, strict=False), port)
    except ValueError:
        pass
    if not target or any(c in target for c in "/:@ []*"):
        raise ValueError(f"{entry!r} is no host, host:port or CIDR[:port]")
    return Allowance(target.lower().rstrip("."), None, port)


def _split_port(entry: str) -> tuple[str, int | None]:
    if entry.startswith("["):
        inner, closed, rest = entry[1:].partition("]")
        if not closed or (rest and not rest.startswith(":")):
            raise ValueError(f"{entry!r} is no host, host:port or CIDR[:port]")
        return inner, _port(entry, rest[1:]) if rest.startswith(":") else None
    if _is_network(entry):  # an IPv6 block has colons of its own
        return entry, None
    target, colon, port = entry.rpartition(":")
    return (target, _port(entry, port)) if colon else (entry, None)


def _is_network(entry: str) -> bool:
    try:
        return isinstance(ip_network(entry, strict=False), IPv6Network)
    except ValueError:
        return False


def _port(entry: str, text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65_536:
        raise ValueError(f"{entry!r} names no port")
    return int(text)


def as_address(text: str) -> Address | None:
    """Canonical spellings alone: four decimal numbers without leading zeros, or IPv6 without a zone."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return None if getattr(address, "scope_id", None) else address

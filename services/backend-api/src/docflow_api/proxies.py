"""Whose address a request has when it came through proxies of ours."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

Address = IPv4Address | IPv6Address


class TrustedProxies:
    """`X-Forwarded-For` is believed from trusted peers alone, and read from its end: anybody may write its start."""

    def __init__(self, networks: Sequence[str]) -> None:
        """CIDRs or single addresses. Raises ValueError for anything else."""
        self._networks = tuple(ip_network(each, strict=False) for each in networks)

    def trusts(self, peer: str) -> bool:
        address = _parsed(peer)
        return address is not None and self._contains(address)

    def client_of(self, peer: str, forwarded_for: Sequence[str]) -> str:
        """The last address that no trusted proxy has; `peer` itself unless it is trusted. Headers in their order."""
        found = _parsed(peer)
        if found is None or not self._contains(found):
            return peer
        for entry in reversed(",".join(forwarded_for).split(",")):
            address = _parsed(entry)
            if address is None:
                break
            found = address
            if not self._contains(address):
                break
        return str(found)

    def _contains(self, address: Address) -> bool:
        return any(address in network for network in self._networks)


def _parsed(text: str) -> Address | None:
    """With or without a port; an IPv4 address in an IPv6 one is the IPv4 address."""
    plain = text.strip()
    if plain.startswith("["):
        plain = plain[1:].partition("]")[0]
    elif plain.count(":") == 1:
        plain = plain.partition(":")[0]
    try:
        address = ip_address(plain)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address

import pytest
from docflow_api.edge import see_through
from docflow_api.proxies import TrustedProxies

OURS = TrustedProxies(["10.0.0.0/8", "192.0.2.7", "fd00::/8"])

CASES = {
    "no header": ("10.0.0.1", [], "10.0.0.1"),
    "one proxy": ("10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
    "two of ours": ("10.0.0.1", ["203.0.113.9, 10.0.0.2"], "203.0.113.9"),
    "in two headers": ("10.0.0.1", ["203.0.113.9", "192.0.2.7"], "203.0.113.9"),
    "a start that the caller made up": ("10.0.0.1", ["127.0.0.1, 203.0.113.9"], "203.0.113.9"),
    "a made up proxy of ours": ("10.0.0.1", ["1.1.1.1, 10.9.9.9, 203.0.113.9"], "203.0.113.9"),
    "a peer that is not ours": ("203.0.113.50", ["1.1.1.1"], "203.0.113.50"),
    "all of them ours": ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
    "what is no address": ("10.0.0.1", ["1.1.1.1, unknown, 10.0.0.2"], "10.0.0.2"),
    "nothing but rubbish": ("10.0.0.1", ["<script>"], "10.0.0.1"),
    "with a port": ("10.0.0.1", ["203.0.113.9:4711"], "203.0.113.9"),
    "IPv6 with a port": ("fd00::1", ["[2001:db8::9]:4711"], "2001:db8::9"),
    "IPv4 inside IPv6": ("::ffff:10.0.0.1", ["::ffff:203.0.113.9"], "203.0.113.9"),
    "a peer without an address": ("", ["1.1.1.1"], ""),
}


@pytest.mark.parametrize("case", CASES)
def test_the_caller_is_the_last_address_that_is_not_ours(case: str) -> None:
    peer, headers, expected = CASES[case]
    assert OURS.client_of(peer, headers) == expected


def test_nobody_is_believed_by_default() -> None:
    assert TrustedProxies([]).client_of("127.0.0.1", ["1.1.1.1"]) == "127.0.0.1"


def test_a_network_that_is_none_is_refused_at_the_start() -> None:
    with pytest.raises(ValueError, match="does not appear to be"):
        TrustedProxies(["nginx"])


def scope(peer: str, kind: str = "http", **headers: str) -> dict:
    given = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": kind, "scheme": "http" if kind == "http" else "ws", "client": (peer, 5), "headers": given}


def test_the_scheme_is_believed_from_a_proxy_of_ours_alone() -> None:
    near, far = scope("10.0.0.1", x_forwarded_proto="https"), scope("1.1.1.1", x_forwarded_proto="https")
    for each in (near, far):
        see_through(OURS, each)
    assert (near["scheme"], far["scheme"]) == ("https", "http")


def test_a_sockets_scheme_is_a_sockets() -> None:
    given = scope("10.0.0.1", "websocket", x_forwarded_proto="https", x_forwarded_for="203.0.113.9")
    see_through(OURS, given)
    assert (given["scheme"], given["client"][0]) == ("wss", "203.0.113.9")


def test_a_scheme_that_is_none_changes_nothing() -> None:
    given = scope("10.0.0.1", x_forwarded_proto="javascript")
    see_through(OURS, given)
    assert given["scheme"] == "http"

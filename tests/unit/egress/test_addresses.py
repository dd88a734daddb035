from ipaddress import ip_address

import pytest
from docflow.adapters.egress.addresses import is_public, parse_allowances


@pytest.mark.parametrize("text", ["93.184.215.14", "8.8.8.8", "2606:2800:220:1::1", "2a00:1450:4001::1"])
def test_an_address_of_the_internet_is_public(text: str) -> None:
    assert is_public(ip_address(text))


@pytest.mark.parametrize(
    "text",
    [
        "127.0.0.1", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "100.100.100.200", "168.63.129.16", "0.0.0.0", "0.1.2.3", "224.0.0.1", "239.255.255.250", "240.0.0.1",
        "255.255.255.255", "192.0.0.192", "192.0.2.1", "198.18.0.1", "203.0.113.1", "192.88.99.1", "::", "::1",
        "::7f00:1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:7f00:1", "64:ff9b::7f00:1", "64:ff9b:1::1",
        "2002:7f00:1::", "2001::1", "2001:db8::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1",
        "100::1", "3fff::1", "5f00::1",
    ],
)  # fmt: skip
def test_an_inner_or_translated_address_is_not_public(text: str) -> None:
    assert not is_public(ip_address(text))


@pytest.mark.parametrize(
    ("entry", "host", "address", "port"),
    [
        ("n8n", "n8n", "172.18.0.5", 1),
        ("N8N:5678", "n8n", "172.18.0.5", 5678),
        ("10.0.0.0/8", "any", "10.1.2.3", 80),
        ("10.0.0.0/8:8080", "any", "10.1.2.3", 8080),
        ("127.0.0.1:9", "127.0.0.1", "127.0.0.1", 9),
        ("::1", "::1", "::1", 9),
        ("[::1]:9", "::1", "::1", 9),
        ("fd00::/8", "any", "fd00::7", 9),
        ("[fd00::/8]:9", "any", "fd00::7", 9),
    ],
)
def test_an_entry_covers_what_it_names(entry: str, host: str, address: str, port: int) -> None:
    (allowance,) = parse_allowances([entry])
    assert allowance.covers(host, ip_address(address), port)


@pytest.mark.parametrize(
    ("entry", "host", "address", "port"),
    [
        ("n8n:5678", "n8n", "172.18.0.5", 80),
        ("n8n", "n8n.evil.example", "172.18.0.5", 80),
        ("10.0.0.0/8", "any", "11.0.0.1", 80),
        ("10.0.0.0/8:8080", "any", "10.1.2.3", 80),
        ("127.0.0.1", "any", "::1", 80),
    ],
)
def test_an_entry_covers_nothing_else(entry: str, host: str, address: str, port: int) -> None:
    (allowance,) = parse_allowances([entry])
    assert not allowance.covers(host, ip_address(address), port)


@pytest.mark.parametrize(
    "entry", ["http://n8n", "n8n:", "n8n:0", "n8n:99999", "*", "10.0.0.0/99", "a b", "[::1"]
)
def test_an_entry_that_cannot_be_read_is_refused(entry: str) -> None:
    with pytest.raises(ValueError, match="no "):
        parse_allowances([entry])

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from docflow.features.users.recovery_codes import HOW_MANY, hash_code, new_codes
from docflow.features.users.totp import otpauth_uri, written

SECRET = b"12345678901234567890"
USER = uuid4()
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_the_secret_is_written_as_the_standards_examples_are() -> None:
    assert written(SECRET) == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


def test_the_uri_holds_what_apps_ask_for() -> None:
    uri = urlsplit(otpauth_uri(SECRET, issuer="DocFlow AI", account="ann+x@acme.com"))
    assert (uri.scheme, uri.netloc, uri.path) == ("otpauth", "totp", "/DocFlow%20AI:ann%2Bx@acme.com")
    assert parse_qs(uri.query) == {
        "secret": [written(SECRET)], "issuer": ["DocFlow AI"], "algorithm": ["SHA1"], "digits": ["6"], "period": ["30"],
    }  # fmt: skip
    assert "+" not in uri.query


def counting() -> list[str]:
    made = iter(range(1000))
    return new_codes(lambda size: next(made).to_bytes(size, "big"))


def test_ten_codes_are_made_in_groups_of_four() -> None:
    codes = counting()
    assert len(set(codes)) == HOW_MANY == 10
    assert codes[1] == "aaaa-aaaa-aaaa-aaab"


@pytest.mark.parametrize("typed", ["aaaa-aaaa-aaaa-aaab", "AAAAAAAAAAAAAAAB", " aaaa aaaa aaaa aaab "])
def test_a_code_counts_however_it_is_typed(typed: str) -> None:
    assert hash_code(USER, typed) == hash_code(USER, "aaaa-aaaa-aaaa-aaab") is not None


@pytest.mark.parametrize("typed", ["", "123456", "aaaa", "a" * 17, "aaaa-aaaa-aaaa-aaa1", "é" * 16])
def test_what_is_no_code_has_no_hash(typed: str) -> None:
    assert hash_code(USER, typed) is None


def test_a_code_belongs_to_one_person() -> None:
    assert hash_code(USER, "aaaa-aaaa-aaaa-aaab") != hash_code(uuid4(), "aaaa-aaaa-aaaa-aaab")

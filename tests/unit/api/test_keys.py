import pytest
from docflow.features.api_keys.keys import hash_secret, new_key, parse_key, proves, write_key


def test_a_written_key_is_read_back() -> None:
    key = new_key("live")
    assert parse_key(write_key(key)) == key


@pytest.mark.parametrize(
    "text", ["", "dfk_live_abc", "dfx_live_abc_def", "dfk__abc_def", "dfk_a_b_" + "x" * 300]
)
def test_what_is_no_key_is_told_apart(text: str) -> None:
    assert parse_key(text) is None


def test_only_the_secret_proves_a_key() -> None:
    key = new_key("live")
    assert proves(key.secret, hash_secret(key.secret))
    assert not proves(key.secret + "x", hash_secret(key.secret))

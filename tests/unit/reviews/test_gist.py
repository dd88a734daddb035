"""What a list shows of a process: the fields that its schema gives a role, else those of known names."""

from docflow.domain.gist import KNOWN_NAMES, Gist, gist_of, names_by_role
from docflow.domain.output_schema import FieldRole

LEASE = {
    "type": "object",
    "properties": {
        "seller_name": {"type": "string"},
        "tenant": {"type": "object", "properties": {"name": {"type": "string", "x-role": "sender"}}},
        "agent": {"type": "string", "x-role": "sender"},
        "monthly_rent": {"type": "string", "x-kind": "money", "x-role": "amount"},
        "lines": {"type": "array", "items": {"properties": {"net": {"type": "string", "x-role": "amount"}}}},
    },
}
READ = {
    "seller_name": "Not asked",
    "agent": "Nord",
    "tenant.name": "",
    "monthly_rent": "900",
    "currency": "EUR",
}


def test_a_schema_says_which_fields_they_are() -> None:
    names = names_by_role(LEASE)
    assert (names[FieldRole.SENDER], names[FieldRole.AMOUNT]) == (["tenant.name", "agent"], ["monthly_rent"])


def test_a_role_that_a_schema_gives_to_none_goes_by_known_names() -> None:
    assert names_by_role(LEASE)[FieldRole.CURRENCY] == KNOWN_NAMES[FieldRole.CURRENCY]
    assert names_by_role(None) == KNOWN_NAMES


def test_the_first_that_was_read_is_shown() -> None:
    assert gist_of(names_by_role(LEASE), READ) == Gist("Nord", "900", "EUR")


def test_what_was_not_read_is_not_shown() -> None:
    assert gist_of(names_by_role(LEASE), {"seller_name": "Not asked", "grand_total": "1"}) == Gist()

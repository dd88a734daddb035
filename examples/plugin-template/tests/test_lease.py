from datetime import date

from acme_docflow import LeaseValidator
from docflow.domain.evidence import Values
from docflow.plugins.validators.validator import Given


def found(**fields: str) -> list[tuple[str, str | None]]:
    given = Given("acme.lease", Values(fields), date(2026, 11, 30))
    return [(one.code, one.field) for one in LeaseValidator().validate(given)]


def test_a_sound_lease_is_fine() -> None:
    assert found(monthly_rent="950.00", lease_start="2026-01-01", lease_end="2027-01-01") == []


def test_a_rent_of_nothing_is_found() -> None:
    assert found(monthly_rent="0.00") == [("rent_not_positive", "monthly_rent")]


def test_a_lease_that_ends_before_it_begins_is_found() -> None:
    assert found(start_date="2026-01-01", end_date="2025-01-01") == [("term_reversed", "end_date")]


def test_what_was_not_read_is_not_checked() -> None:
    assert found() == []

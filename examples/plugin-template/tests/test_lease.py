from datetime import date

from acme_docflow import Leases
from docflow.domain.evidence import Values
from docflow.domain.reading import Page, TextSource, Word
from docflow.plugins.validators.validator import Given


def given(**fields: str) -> Given:
    return Given("acme.lease", Values(fields), date(2026, 11, 30))


def found(**fields: str) -> list[tuple[str, str | None]]:
    return [(one.code, one.field) for one in Leases().validate(given(**fields))]


def page(*words: str) -> Page:
    return Page(1, 600, 800, tuple(Word(word, (0, 0, 1, 1)) for word in words), TextSource.TEXT_LAYER)


def test_a_sound_lease_is_fine() -> None:
    assert found(monthly_rent="950.00", lease_start="2026-01-01", lease_end="2027-01-01") == []


def test_a_rent_of_nothing_is_found() -> None:
    assert found(monthly_rent="0.00") == [("rent_not_positive", "monthly_rent")]


def test_a_lease_that_ends_before_it_begins_is_found() -> None:
    assert found(start_date="2026-01-01", end_date="2025-01-01") == [("term_reversed", "end_date")]


def test_what_was_not_read_is_not_checked() -> None:
    assert found() == []


def test_the_term_is_worked_out_from_its_ends() -> None:
    assert Leases().enrich(given(lease_start="2026-01-01", lease_end="2028-01-01")) == {"term_months": 24}


def test_without_an_end_there_is_no_term() -> None:
    assert Leases().enrich(given(lease_start="2026-01-01")) == {}


def test_a_deposit_of_a_year_is_a_signal_that_names_its_fields() -> None:
    (signal,) = Leases().signals(given(rent="950.00", deposit="11400.00"))
    assert (signal.code, signal.fields) == ("deposit_high", ("deposit", "rent"))


def test_a_lease_that_speaks_of_no_signature_is_found() -> None:
    assert [one.code for one in Leases().look([page("Lease", "of", "a", "flat")])] == ["no_signature"]
    assert Leases().look([page("Signature:", "____")]) == ()

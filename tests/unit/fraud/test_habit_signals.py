from datetime import date, timedelta
from decimal import Decimal

from docflow.domain.habit_signals import habit_signals
from docflow.domain.payment_facts import History, PaymentFacts, Traits, UsualAmounts

from tests.unit.fraud.known import NOW, VENDOR, facts, past

TODAY = NOW.date()


def signals(
    given: PaymentFacts | None = None, history: History | None = None, producer: str | None = None
) -> dict[str, float]:
    found = habit_signals(
        given or facts(), Traits(producer), history or History(), now=NOW, received_on=TODAY
    )
    return {one.code: one.score for one in found}


def of(count: int, **changes: object) -> History:
    return History(vendors=(VENDOR,), documents=tuple(past(n, **changes) for n in range(1, count + 1)))


def test_an_amount_far_above_all_before_is_told_once_enough_are_known() -> None:
    high = facts(total=Decimal("1785.01"))
    assert signals(high, of(8)) == {"amount_unusual": 0.25}
    assert signals(high, of(7)) == {}
    assert signals(facts(total=Decimal("1785.00")), of(8)) == {}


def test_amounts_of_another_currency_and_credit_notes_are_not_compared() -> None:
    high = facts(total=Decimal(9000))
    assert signals(high, of(9, currency="USD")) == {}
    assert signals(facts(total=Decimal(9000), is_credit=True), of(9)) == {}


def test_a_burst_is_told_against_the_busiest_day_before() -> None:
    today = [past(n, at=NOW - timedelta(hours=n)) for n in range(1, 6)]
    before = past(9, at=NOW - timedelta(days=9))
    assert signals(history=History((VENDOR,), documents=(*today, before))) == {"vendor_burst": 0.2}
    assert signals(history=History((VENDOR,), documents=tuple(today))) == {}


def test_a_new_vendor_that_asks_for_more_than_all_others_is_told() -> None:
    usual = History(usual=UsualAmounts(20, Decimal(1000)))
    assert signals(history=usual) == {"first_vendor_high": 0.15}
    assert signals(history=History(usual=UsualAmounts(19, Decimal(1000)))) == {}


def test_another_program_than_ever_before_is_told() -> None:
    assert signals(history=of(3, producer="sap"), producer="word") == {"producer_changed": 0.3}
    assert signals(history=of(3, producer="sap"), producer="sap") == {}
    assert signals(history=of(2, producer="sap"), producer="word") == {}


def test_a_date_ahead_is_told_beyond_time_zones() -> None:
    assert signals(facts(issued_on=TODAY + timedelta(days=1))) == {}
    assert signals(facts(issued_on=TODAY + timedelta(days=2))) == {"future_date": 0.15}
    assert signals(facts(issued_on=date(2019, 1, 1))) == {}


def test_a_rate_that_the_sellers_country_does_not_have_is_told() -> None:
    assert signals(facts(tax_rates=(Decimal("19.00"), Decimal(0)))) == {}
    assert signals(facts(tax_rates=(Decimal(18),))) == {"vat_rate_unknown": 0.15}
    assert signals(facts(tax_rates=(Decimal(20),), buyer_vat_id="ATU12345678")) == {}
    assert signals(facts(tax_rates=(Decimal(18),), vat_id="CHE123456789")) == {}

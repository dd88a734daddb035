from typing import Any

from docflow.domain import fraud
from docflow.domain.payee_signals import payee_signals
from docflow.domain.payment_facts import History, KnownVendor, PaymentFacts
from docflow.domain.reading import FraudFlag

from tests.unit.fraud.known import NEW, NOW, OLD, OTHER, VENDOR, account, facts, known


def signals(given: PaymentFacts, history: History, *, scanned: bool = False) -> dict[str, FraudFlag]:
    return {one.code: one for one in payee_signals(given, history, now=NOW, scanned=scanned)}


def alike(seller: str, key: str, **changes: Any) -> PaymentFacts:
    return facts(seller=seller, seller_key=key, vat_id=None, accounts=(), **changes)


def test_the_account_known_of_a_vendor_is_no_signal() -> None:
    assert signals(facts(), known()) == {}


def test_a_vendor_that_is_not_known_has_changed_nothing() -> None:
    assert signals(facts(), History()) == {}


def test_a_swapped_account_is_told_with_the_old_and_the_new_one_and_its_place() -> None:
    found = signals(facts(accounts=(NEW,)), known())["bank_details_changed"]
    assert (found.family, found.score) == ("payee", 0.85)
    assert found.evidence["new"] == [NEW]
    assert [one["account"] for one in found.evidence["known"]] == [OLD]
    assert found.evidence["known"][0]["last_seen_at"] is not None
    assert (found.evidence["page"], found.evidence["box"]) == (1, [0.1, 0.2, 0.3, 0.4])


def test_an_account_that_somebody_else_was_paid_at_weighs_less_and_is_shared() -> None:
    history = known(accounts=(account(), account(NEW, OTHER)))
    found = signals(facts(accounts=(NEW,)), history)
    assert {code: one.score for code, one in found.items()} == {
        "bank_details_changed": 0.6,
        "account_shared": 0.6,
    }


def test_a_second_change_within_a_month_weighs_more() -> None:
    history = known(accounts=(account(), account("DE1", seen_days_ago=10), account(NEW, OTHER)))
    assert signals(facts(accounts=(NEW,)), history)["bank_details_changed"].score == 0.85


def test_accounts_of_a_vendor_that_is_new_itself_are_no_recent_change() -> None:
    accounts = (account(seen_days_ago=3), account("DE1", seen_days_ago=2), account(NEW, OTHER))
    found = signals(facts(accounts=(NEW,)), known(accounts=accounts))
    assert found["bank_details_changed"].evidence["changed_recently_at"] is None


def test_what_a_person_verified_is_known_though_no_document_showed_it() -> None:
    accounts = (account(), account(NEW, seen_days_ago=None, verified=True))
    assert signals(facts(accounts=(NEW,)), known(accounts=accounts)) == {}


def test_beside_a_verified_account_an_account_that_was_only_seen_is_told() -> None:
    accounts = (account(verified=True), account(NEW))
    found = signals(facts(accounts=(NEW,)), known(accounts=accounts))
    assert found["bank_details_changed"].score == 0.6


def test_a_verified_account_is_not_told_as_shared() -> None:
    accounts = (account(verified=True), account(OLD, OTHER))
    assert signals(facts(), known(accounts=accounts)) == {}


def test_an_account_of_many_vendors_is_likely_a_factors() -> None:
    many = [KnownVendor(VENDOR.vendor_id.__class__(int=9 + n), f"V{n}", f"v{n}", None) for n in range(3)]
    accounts = (account(), *(account(OLD, one) for one in many))
    assert signals(facts(), known(accounts=accounts))["account_shared"].score == 0.3


def test_a_name_that_only_looks_like_a_known_one_is_told() -> None:
    history = History(other_names=(VENDOR,))
    found = signals(alike("Lieferamt GmbH", "lieferamtgmbh"), history)["vendor_lookalike"]
    assert (found.score, found.evidence["vendor"]) == (0.4, "Lieferant GmbH")


def test_a_scan_makes_look_alikes_itself() -> None:
    given = alike("Lieferamt GmbH", "lieferamtgmbh")
    assert signals(given, History(other_names=(VENDOR,)), scanned=True)["vendor_lookalike"].score == 0.2


def test_names_that_differ_in_more_letters_are_two_names() -> None:
    assert signals(alike("Lieferservice GmbH", "lieferservicegmbh"), History(other_names=(VENDOR,))) == {}


def test_an_account_abroad_is_a_weak_signal() -> None:
    given = facts(vat_id="EL123456789", accounts=(OLD,))
    assert signals(given, History())["iban_country"].score == 0.15
    assert "iban_country" not in signals(facts(vat_id="EU372000041"), History())


def test_correlated_signals_of_one_family_do_not_add() -> None:
    history = known(accounts=(account(), account(NEW, OTHER)))
    found = fraud.as_json(list(signals(facts(accounts=(NEW,)), history).values()))
    assert (len(found), fraud.score_of(found)) == (2, 0.6)

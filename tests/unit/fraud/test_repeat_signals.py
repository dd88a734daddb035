from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from docflow.domain.payment_facts import History, PastDocument, PaymentFacts, Traits
from docflow.domain.repeat_signals import repeat_signals

from tests.unit.fraud.known import facts, past

HASH, NEAR, FAR = bytes(32), b"\x0f" * 8 + bytes(24), b"\xff" * 32


def signals(
    earlier: PastDocument, given: PaymentFacts | None = None, look: bytes | None = None
) -> dict[str, float]:
    history = History(alike=(earlier,))
    found = repeat_signals(given or facts(), Traits(picture_hash=look), history, sha256="own")
    return {one.code: one.score for one in found}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"number_key": "r7"}, {"duplicate_number": 0.85}),
        ({"number_key": "r7", "total": Decimal(990)}, {"duplicate_altered": 0.8}),
        ({"number_key": "r7", "seller_key": "other", "vat_id": None}, {}),
        ({"number_key": "r7", "vat_id": None}, {"duplicate_number": 0.85}),
        ({"number_key": "r7", "vat_id": "DE999999999"}, {}),
        ({"number_key": "r7", "sha256": "own"}, {}),
        ({"number_key": "r7", "is_credit": True}, {}),
        ({"issued_on": date(2026, 11, 18)}, {"duplicate_fields": 0.6}),
        ({"issued_on": date(2026, 11, 18), "number_key": "r8"}, {"duplicate_fields": 0.3}),
        ({"issued_on": date(2026, 10, 18)}, {}),
        ({"issued_on": date(2026, 11, 18), "currency": "USD"}, {}),
    ],
)
def test_what_counts_as_sent_before(changes: dict[str, Any], expected: dict[str, float]) -> None:
    assert signals(past(**changes)) == expected


def test_a_page_that_looks_the_same_counts_with_the_same_amount_alone() -> None:
    scan = facts(number=None, number_key="", issued_on=None)
    assert signals(past(picture_hash=HASH), scan, NEAR) == {"duplicate_picture": 0.7}
    assert signals(past(picture_hash=HASH, total=Decimal(9)), scan, NEAR) == {}
    assert signals(past(picture_hash=HASH), scan, FAR) == {}


def test_a_subscription_looks_the_same_each_month() -> None:
    assert signals(past(picture_hash=HASH, issued_on=date(2026, 10, 18)), look=NEAR) == {}
    assert signals(past(picture_hash=HASH, number_key="r6"), look=NEAR) == {}


def test_the_evidence_names_the_earlier_document_and_both_amounts() -> None:
    history = History(alike=(past(number_key="r7", total=Decimal(990)),))
    (found,) = repeat_signals(facts(), Traits(), history, sha256="own")
    assert found.evidence["document_id"] == str(past().document_id)
    assert (found.evidence["earlier"]["total"], found.evidence["total"]) == ("990", "1190.00")

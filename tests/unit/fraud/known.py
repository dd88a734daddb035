"""A vendor and its past, to be varied by tests."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from docflow.domain.payment_facts import History, KnownAccount, KnownVendor, PastDocument, PaymentFacts

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
OLD, NEW = "DE89370400440532013000", "DE02120300000000202051"
VENDOR = KnownVendor(UUID(int=1), "Lieferant GmbH", "lieferantgmbh", "DE136695976")
OTHER = KnownVendor(UUID(int=2), "Anders AG", "andersag", None)


def facts(**changes: Any) -> PaymentFacts:
    given: dict[str, Any] = {
        "seller": "Lieferant GmbH",
        "seller_key": "lieferantgmbh",
        "vat_id": "DE136695976",
        "number": "R-7",
        "number_key": "r7",
        "issued_on": date(2026, 11, 18),
        "total": Decimal("1190.00"),
        "currency": "EUR",
        "accounts": (OLD,),
        "where": {"accounts": {"field": "iban", "page": 1, "box": [0.1, 0.2, 0.3, 0.4]}},
    }
    return PaymentFacts(**{**given, **changes})


def account(
    number: str = OLD,
    vendor: KnownVendor = VENDOR,
    *,
    seen_days_ago: float | None = 200,
    verified: bool = False,
) -> KnownAccount:
    seen = None if seen_days_ago is None else NOW - timedelta(days=seen_days_ago)
    return KnownAccount(vendor.vendor_id, vendor.name, number, seen, seen, NOW if verified else None)


def past(number: int = 1, **changes: Any) -> PastDocument:
    given: dict[str, Any] = {
        "document_id": UUID(int=100 + number),
        "process_id": UUID(int=200 + number),
        "at": NOW - timedelta(days=30 * number),
        "seller_key": "lieferantgmbh",
        "vat_id": "DE136695976",
        "total": Decimal("1190.00"),
        "currency": "EUR",
    }
    return PastDocument(**{**given, **changes})


def known(**changes: Any) -> History:
    return History(**{"vendors": (VENDOR,), "accounts": (account(),), **changes})

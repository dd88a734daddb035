"""Is it as it always was: amounts, pace and the program that made the file; and figures that speak for themselves."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from docflow.domain.fraud_weights import flag
from docflow.domain.payment_facts import History, PastDocument, PaymentFacts, Traits
from docflow.domain.reading import FraudFlag
from docflow.domain.vat_rates import rates_of

MIN_AMOUNTS = 8
UNUSUAL = Decimal("1.5")
#: What a client usually pays is known from so many documents on.
MIN_CLIENT_DOCUMENTS = 20
MIN_SAME_PRODUCER = 3
LAST_PRODUCERS = 10
BURST_WITHIN = timedelta(days=1)
MIN_BURST = 6
BURST_TIMES = 3
#: Time zones, and invoices written the evening before.
AHEAD = timedelta(days=1)


def habit_signals(
    facts: PaymentFacts, traits: Traits, history: History, *, now: datetime, received_on: date
) -> Iterator[FraudFlag]:
    yield from _unusual(facts, history.documents)
    yield from _burst(history.documents, now)
    yield from _high_at_first(facts, history)
    yield from _producer(traits, history.documents)
    yield from _future(facts, received_on)
    yield from _rate(facts)


def _unusual(facts: PaymentFacts, documents: Sequence[PastDocument]) -> Iterator[FraudFlag]:
    amounts = sorted(
        one.total for one in documents
        if one.total is not None and one.currency == facts.currency and not one.is_credit
    )  # fmt: skip
    if facts.total is None or facts.is_credit or len(amounts) < MIN_AMOUNTS:
        return
    p99 = amounts[math.ceil(0.99 * len(amounts)) - 1]
    if facts.total > p99 * UNUSUAL > 0:
        yield flag(
            "amount_unusual",
            "the amount is far above what this vendor asked for before",
            {
                "total": str(facts.total),
                "p99": str(p99),
                "limit": str(p99 * UNUSUAL),
                "documents": len(amounts),
                **facts.where.get("total", {}),
            },
        )


def _burst(documents: Sequence[PastDocument], now: datetime) -> Iterator[FraudFlag]:
    """This one and those of the last day, against the busiest day before."""
    recent = [one for one in documents if now - one.at < BURST_WITHIN]
    before = Counter(one.at.date() for one in documents if now - one.at >= BURST_WITHIN)
    busiest = max(before.values(), default=0)
    count = len(recent) + 1
    # Without days before there is nothing to compare with: archives are sent in at once.
    if busiest and count >= MIN_BURST and count > BURST_TIMES * busiest:
        told = "this vendor's documents come far faster than ever before"
        yield flag("vendor_burst", told, {"within_24_h": count, "busiest_day_before": busiest})


def _high_at_first(facts: PaymentFacts, history: History) -> Iterator[FraudFlag]:
    usual = history.usual
    if history.vendors or usual is None or usual.count < MIN_CLIENT_DOCUMENTS or facts.total is None:
        return
    if facts.total > usual.p95 and not facts.is_credit:
        yield flag(
            "first_vendor_high",
            "the first document of this vendor asks for more than nearly all you pay",
            {
                "total": str(facts.total),
                "p95": str(usual.p95),
                "documents": usual.count,
                **facts.where.get("total", {}),
            },
        )


def _producer(traits: Traits, documents: Sequence[PastDocument]) -> Iterator[FraudFlag]:
    made_by = [one.producer for one in documents if one.producer][:LAST_PRODUCERS]
    if traits.producer and len(made_by) >= MIN_SAME_PRODUCER and traits.producer not in made_by:
        yield flag(
            "producer_changed",
            "the file was made by another program than this vendor's documents before",
            {"producer": traits.producer, "before": sorted(set(made_by)), "documents": len(made_by)},
        )


def _future(facts: PaymentFacts, received_on: date) -> Iterator[FraudFlag]:
    if facts.issued_on is not None and facts.issued_on - received_on > AHEAD:
        evidence = {"date": facts.issued_on.isoformat(), "received_on": received_on.isoformat()}
        told = "the document is dated after it was received"
        yield flag("future_date", told, {**evidence, **facts.where.get("issued_on", {})})


def _rate(facts: PaymentFacts) -> Iterator[FraudFlag]:
    """Rates of the seller's country and, for sales that are taxed there, the buyer's."""
    if facts.vat_id is None:
        return
    known = rates_of(facts.vat_id)
    if known is None:
        return
    known |= rates_of(facts.buyer_vat_id or "") or frozenset()
    unknown = [rate for rate in facts.tax_rates if rate not in known]
    if unknown:
        told = "a VAT rate is charged that the seller's country does not have"
        yield flag(
            "vat_rate_unknown", told, {"rates": [str(rate) for rate in unknown], "vat_id": facts.vat_id}
        )

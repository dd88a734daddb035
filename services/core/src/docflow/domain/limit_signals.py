"""Is an amount kept just below what one person may approve, and is one bill cut into several for it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from docflow.domain.fraud_weights import flag
from docflow.domain.json_types import JsonObject
from docflow.domain.payment_facts import PastDocument, PaymentFacts
from docflow.domain.reading import FraudFlag

#: Of the limit. The parts of a bill that was split lie less close to it than an amount that was chosen.
JUST_UNDER, PART = Decimal("0.95"), Decimal("0.8")
#: Bills of one month repeat in the next.
SPLIT_WITHIN = timedelta(days=14)
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Parts:
    """What another part of a split bill would be: an amount from `low` to `high`, read after `after`."""

    low: Decimal
    high: Decimal
    after: datetime


def limit_of(facts: PaymentFacts, limits: JsonObject) -> Decimal | None:
    """`limits` by currency; of one limit alone a document without a currency is taken to mean it."""
    if facts.currency:
        given = limits.get(facts.currency)
    else:
        given = next(iter(limits.values())) if len(limits) == 1 else None
    return None if given is None else Decimal(str(given))


def parts_to_look_for(facts: PaymentFacts, limits: JsonObject, now: datetime) -> Parts | None:
    """None where the amount is no sign of anything: above the limit more than one person looks at it anyway."""
    limit = limit_of(facts, limits)
    if limit is None or facts.total is None or facts.is_credit or not PART * limit <= facts.total <= limit:
        return None
    return Parts(PART * limit, limit, now - SPLIT_WITHIN)


def limit_signals(
    facts: PaymentFacts, parts: Parts | None, others: Sequence[PastDocument]
) -> Iterator[FraudFlag]:
    """`others` are the vendor's documents that `parts` describes, whatever became of them."""
    if parts is None or facts.total is None:
        return
    place = facts.where.get("total", {})
    if facts.total >= JUST_UNDER * parts.high:
        evidence = {"total": str(facts.total), "approval_limit": str(parts.high), **place}
        told = "the amount is just below what one person may approve"
        yield flag("under_approval_limit", told, evidence)
    split = [one for one in others if one.total is not None and _is_another(facts, one)]
    if split:
        whole = facts.total + sum((one.total for one in split if one.total is not None), Decimal(0))
        yield flag(
            "split_invoices",
            "this vendor's documents of two weeks are each below what one person may approve, and together above",
            {
                "total": str(facts.total),
                "together": str(whole),
                "approval_limit": str(parts.high),
                "count": len(split) + 1,
                "others": [_other(one) for one in split[:_SHOWN]],
                **place,
            },
        )


def _is_another(facts: PaymentFacts, one: PastDocument) -> bool:
    """The same bill once more is a duplicate, which is told as one."""
    if one.is_credit or (facts.currency and one.currency and facts.currency != one.currency):
        return False
    return not facts.number_key or facts.number_key != one.number_key


def _other(one: PastDocument) -> JsonObject:
    return {
        "process_id": str(one.process_id),
        "document_id": str(one.document_id),
        "number": one.number,
        "total": str(one.total),
        "at": one.at.isoformat(),
    }

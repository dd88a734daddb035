"""Was it asked for before: the same number, the same seller, day and amount, the same picture."""

from collections.abc import Iterator

from docflow.domain.fraud_weights import flag
from docflow.domain.json_types import JsonObject
from docflow.domain.payment_facts import History, PastDocument, PaymentFacts, Traits
from docflow.domain.reading import FraudFlag

#: Of 256 bits. Of 60 receipts scanned again (turned 1 degree, 0.7 times the size, JPEG at 60) 58 differ by no more.
NEAR_BITS = 32
#: Instalments and orders billed at once share seller, day and amount under numbers of their own.
OTHER_NUMBER_SHARE = 0.5


def repeat_signals(
    facts: PaymentFacts, traits: Traits, history: History, *, sha256: str
) -> Iterator[FraudFlag]:
    """At most one flag a code, of the newest document it is true of. The same bytes are INGEST's to find."""
    others = [one for one in history.alike if one.sha256 != sha256 and one.is_credit == facts.is_credit]
    numbered = [one for one in others if _same_number(facts, one)]
    same = next(
        (one for one in numbered if _same_total(facts, one) or None in (facts.total, one.total)), None
    )
    altered = next((one for one in numbered if one is not same), None)
    if same is not None:
        told = "an earlier document of this seller has the same number"
        yield flag("duplicate_number", told, _evidence(facts, same, "number"))
    elif altered is not None:
        told = "an earlier document of this seller has the same number and another total"
        yield flag("duplicate_altered", told, _evidence(facts, altered, "total"))
    left = [one for one in others if one not in numbered and _same_total(facts, one)]
    yield from _same_day(facts, left)
    yield from _same_picture(facts, traits, left)


def _same_day(facts: PaymentFacts, left: list[PastDocument]) -> Iterator[FraudFlag]:
    found = [
        one for one in left if _same_seller(facts, one) and facts.issued_on and one.issued_on == facts.issued_on
    ]  # fmt: skip
    if not found:
        return
    plain = next((one for one in found if not _other_number(facts, one)), None)
    yield flag(
        "duplicate_fields",
        "an earlier document of this seller has the same date and amount"
        + ("" if plain else ", under another number"),
        _evidence(facts, plain or found[0], "total"),
        share=1.0 if plain else OTHER_NUMBER_SHARE,
    )


def _same_picture(facts: PaymentFacts, traits: Traits, left: list[PastDocument]) -> Iterator[FraudFlag]:
    """A subscription looks the same each month: another number or another date makes it another document."""
    if traits.picture_hash is None:
        return
    for one in left:
        if one.picture_hash is None or _other_number(facts, one) or _other_date(facts, one):
            continue
        looks = (traits.picture_hash, *traits.turned_hashes)
        bits = min(bits_between(look, one.picture_hash) for look in looks)
        if bits <= NEAR_BITS:
            told = "an earlier document looks the same and has the same amount"
            yield flag("duplicate_picture", told, {**_evidence(facts, one, "total"), "bits_of_256": bits})
            return


def bits_between(one: bytes, other: bytes) -> int:
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).bit_count()


def _same_seller(facts: PaymentFacts, one: PastDocument) -> bool:
    if facts.vat_id and one.vat_id:
        return facts.vat_id == one.vat_id
    return bool(facts.seller_key) and facts.seller_key == one.seller_key


def _same_number(facts: PaymentFacts, one: PastDocument) -> bool:
    return bool(facts.number_key) and facts.number_key == one.number_key and _same_seller(facts, one)


def _same_total(facts: PaymentFacts, one: PastDocument) -> bool:
    """A currency that was not read is taken for the same."""
    if facts.total is None or facts.total == 0 or facts.total != one.total:
        return False
    return not (facts.currency and one.currency) or facts.currency == one.currency


def _other_number(facts: PaymentFacts, one: PastDocument) -> bool:
    return bool(facts.number_key and one.number_key) and facts.number_key != one.number_key


def _other_date(facts: PaymentFacts, one: PastDocument) -> bool:
    return bool(facts.issued_on and one.issued_on) and facts.issued_on != one.issued_on


def _evidence(facts: PaymentFacts, one: PastDocument, name: str) -> JsonObject:
    return {
        "process_id": str(one.process_id),
        "document_id": str(one.document_id),
        "earlier": {
            "at": one.at.isoformat(),
            "number": one.number,
            "issue_date": one.issued_on.isoformat() if one.issued_on else None,
            "total": str(one.total) if one.total is not None else None,
        },
        "number": facts.number,
        "total": str(facts.total) if facts.total is not None else None,
        **facts.where.get(name, {}),
    }

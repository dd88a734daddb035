"""Is the money asked for by whom it was before: accounts, shared accounts, names that only look alike."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from docflow.domain.fraud_weights import flag
from docflow.domain.json_types import JsonObject
from docflow.domain.payment_facts import History, KnownAccount, PaymentFacts
from docflow.domain.reading import FraudFlag
from docflow.domain.spellings import differ_by

#: A second change within this time is a sign of its own.
RECENT = timedelta(days=30)
#: An account that so many vendors use is a factor's or a payment service's.
FACTOR_VENDORS = 3
#: Of shorter names one letter makes another word.
SHORT_NAME = 8
MIN_NAME = 5
_SHOWN = 10
_COUNTRY_OF_VAT = {"EL": "GR", "XI": "GB", "CHE": "CH"}
#: Numbers of the one-stop shop name no country.
_NO_COUNTRY = ("EU", "IM", "OSS")


def payee_signals(
    facts: PaymentFacts, history: History, *, now: datetime, scanned: bool
) -> Iterator[FraudFlag]:
    """`scanned`: names were read by OCR, whose slips make look-alikes."""
    yield from _changed(facts, history, now)
    yield from _shared(facts, history)
    yield from _look_alike(facts, history, scanned=scanned)
    yield from _country(facts)


def _changed(facts: PaymentFacts, history: History, now: datetime) -> Iterator[FraudFlag]:
    """Where a person verified accounts, those alone are known; else those of completed documents."""
    own = {vendor.vendor_id for vendor in history.vendors}
    ours = [one for one in history.accounts if one.vendor_id in own]
    known = [one for one in ours if one.verified_at] or [one for one in ours if one.first_seen_at]
    new = [one for one in facts.accounts if one not in {account.account for account in known}]
    if not known or not new:
        return
    first_use = all(one.account not in new for one in history.accounts)
    recent = _recent_change(ours, now)
    grave = first_use or recent is not None
    yield flag(
        "bank_details_changed",
        "the document asks to pay to an account that is not known of this vendor"
        + (", and nobody of yours was ever paid there" if first_use else "")
        + (", and the vendor's account changed within the last 30 days" if recent else ""),
        {
            "vendor_id": str(history.vendors[0].vendor_id),
            "vendor": history.vendors[0].name,
            "new": new,
            "known": [_shown(one) for one in known[:_SHOWN]],
            "first_use": first_use,
            "changed_recently_at": recent.isoformat() if recent else None,
            **_place(facts, "accounts"),
        },
        weighs_as="bank_details_new" if grave else None,
    )


def _recent_change(ours: Sequence[KnownAccount], now: datetime) -> datetime | None:
    """When an account joined those that the vendor had before, if that was a short time ago.

    A vendor that is new itself has changed nothing yet; archives are sent in at once.
    """
    first = sorted(one.first_seen_at for one in ours if one.first_seen_at)
    return first[-1] if first and now - first[0] >= RECENT and now - first[-1] < RECENT else None


def _shared(facts: PaymentFacts, history: History) -> Iterator[FraudFlag]:
    own = {vendor.vendor_id for vendor in history.vendors}
    verified = {one.account for one in history.accounts if one.vendor_id in own and one.verified_at}
    others = [
        one for one in history.accounts
        if one.vendor_id not in own and one.account in facts.accounts and one.account not in verified
    ]  # fmt: skip
    vendors = {one.vendor_id: one for one in others}
    if not vendors or not (facts.seller_key or facts.vat_id):
        return
    factor = len(vendors) >= FACTOR_VENDORS
    yield flag(
        "account_shared",
        f"the account is that of {len(vendors)} other vendors, perhaps a factor's"
        if factor
        else "the account is that of another vendor",
        {
            "account": others[0].account,
            "vendors": [_shown(one) for one in list(vendors.values())[:_SHOWN]],
            **_place(facts, "accounts"),
        },
        share=0.5 if factor else 1.0,
    )


def _look_alike(facts: PaymentFacts, history: History, *, scanned: bool) -> Iterator[FraudFlag]:
    key = facts.seller_key
    if history.vendors or len(key) < MIN_NAME:
        return
    edits = 1 if len(key) < SHORT_NAME else 2
    near = next((one for one in history.other_names if differ_by(key, one.name_key, edits)), None)
    if near is None:
        return
    yield flag(
        "vendor_lookalike",
        "the seller's name is nearly that of a vendor you know, and not the same",
        {
            "name": facts.seller,
            "vendor": near.name,
            "vendor_id": str(near.vendor_id),
            "vat_id": facts.vat_id,
            "vendor_vat_id": near.vat_id,
            **_place(facts, "seller"),
        },
        share=0.5 if scanned else 1.0,
    )


def _country(facts: PaymentFacts) -> Iterator[FraudFlag]:
    if not facts.vat_id or not facts.accounts or facts.vat_id.startswith(_NO_COUNTRY):
        return
    prefix = "CHE" if facts.vat_id.startswith("CHE") else facts.vat_id[:2]
    country = _COUNTRY_OF_VAT.get(prefix, prefix)
    if any(account[:2] == country for account in facts.accounts):
        return
    yield flag(
        "iban_country",
        "the account is in another country than the seller's VAT number",
        {"account": facts.accounts[0], "vat_id": facts.vat_id, **_place(facts, "accounts")},
    )


def _shown(one: KnownAccount) -> JsonObject:
    return {
        "account": one.account,
        "vendor_id": str(one.vendor_id),
        "vendor": one.vendor,
        "first_seen_at": one.first_seen_at.isoformat() if one.first_seen_at else None,
        "last_seen_at": one.last_seen_at.isoformat() if one.last_seen_at else None,
        "verified_at": one.verified_at.isoformat() if one.verified_at else None,
    }


def _place(facts: PaymentFacts, name: str) -> JsonObject:
    return facts.where.get(name, {})

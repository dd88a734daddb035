"""Whom a document asks to pay, how much and where to; and what is known of that from other documents."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from docflow.domain.json_types import JsonObject


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """What one document states; None or empty where it was not read.

    `seller_key` and `number_key` are what two spellings share. `where` tells the place of each value by its name here:
    {"field", "page", "box"}.
    """

    seller: str | None = None
    seller_key: str = ""
    vat_id: str | None = None
    buyer_vat_id: str | None = None
    number: str | None = None
    number_key: str = ""
    issued_on: date | None = None
    total: Decimal | None = None
    currency: str | None = None
    accounts: tuple[str, ...] = ()
    is_credit: bool = False
    tax_rates: tuple[Decimal, ...] = ()
    where: Mapping[str, JsonObject] = field(default_factory=dict)

    @property
    def says_anything(self) -> bool:
        """Whether other documents can be compared with it."""
        return bool(self.seller_key or self.vat_id or self.total)


@dataclass(frozen=True, slots=True)
class Traits:
    """What the file and the way it came show. `sender_domain` is that of the mail that brought it. `producer` names the program that made it, without its version.

    `picture_hash` has 256 bits and is of the first page; `turned_hashes` are of it turned a little, to compare with.
    """

    producer: str | None = None
    picture_hash: bytes | None = None
    turned_hashes: tuple[bytes, ...] = ()
    sender_domain: str | None = None


@dataclass(frozen=True, slots=True)
class KnownVendor:
    vendor_id: UUID
    name: str
    name_key: str
    vat_id: str | None


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """An account of a vendor. It was seen on completed documents, verified by a person, or both."""

    vendor_id: UUID
    vendor: str
    account: str
    first_seen_at: datetime | None
    last_seen_at: datetime | None
    verified_at: datetime | None


@dataclass(frozen=True, slots=True)
class PastDocument:
    """Another document. `at` is when it was counted, or read where it is not counted."""

    document_id: UUID
    process_id: UUID
    at: datetime
    sha256: str = ""
    seller: str | None = None
    seller_key: str = ""
    vat_id: str | None = None
    number: str | None = None
    number_key: str = ""
    issued_on: date | None = None
    total: Decimal | None = None
    currency: str | None = None
    is_credit: bool = False
    producer: str | None = None
    picture_hash: bytes | None = None
    sender_domain: str | None = None


@dataclass(frozen=True, slots=True)
class UsualAmounts:
    """Of all completed documents of the client in one currency: how many, and what 95 % of them stay below."""

    count: int
    p95: Decimal


@dataclass(frozen=True, slots=True)
class History:
    """What a client's other documents tell. Empty where nothing is known.

    `vendors` are those of the same VAT number or name; `accounts` theirs, and whoever else has an account of the
    document. `documents` are completed ones of these vendors, newest first; `alike` were read before and share number
    or amount, whatever became of them. `other_names` are further vendors, looked up only where `vendors` is empty.
    """

    vendors: tuple[KnownVendor, ...] = ()
    accounts: tuple[KnownAccount, ...] = ()
    documents: tuple[PastDocument, ...] = ()
    alike: tuple[PastDocument, ...] = ()
    other_names: tuple[KnownVendor, ...] = ()
    usual: UsualAmounts | None = None

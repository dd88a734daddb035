from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from docflow.features.vendors.models import Vendor, VendorAccount
from docflow.features.vendors.service import VendorFacts
from pydantic import ConfigDict, Field

from docflow_api.schemas.base import Schema
from docflow_api.schemas.texts import Text


class BankDetailsVerified(Schema):
    """An account that somebody confirmed with the vendor, by a number or address known from elsewhere."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"iban": "DE89 3704 0044 0532 0130 00"}]}
    )

    iban: Text = Field(min_length=5, max_length=60)


class VendorAccountOut(Schema):
    """`first_seen_at` and `last_seen_at` are of completed documents; null where it was only verified."""

    account: str
    first_seen_at: datetime | None
    last_seen_at: datetime | None
    verified_at: datetime | None
    verified_by: str | None


class VendorOut(Schema):
    """A seller of completed documents."""

    vendor_id: UUID
    name: str
    vat_id: str | None
    accounts: list[VendorAccountOut]
    created_at: datetime
    updated_at: datetime


class VendorAmountsOut(Schema):
    """Of completed documents in one currency, credit notes left out."""

    currency: str | None
    documents: int
    smallest: str
    largest: str


class VendorFactsOut(VendorOut):
    """`producers`: the programs that made the vendor's files, the latest first."""

    documents: int
    last_document_at: datetime | None
    amounts: list[VendorAmountsOut]
    producers: list[str]


def vendor_out(row: Vendor, accounts: Sequence[VendorAccount]) -> VendorOut:
    return VendorOut(
        vendor_id=row.vendor_id,
        name=row.name,
        vat_id=row.vat_id,
        accounts=[_account(one) for one in accounts],
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def vendor_facts_out(known: VendorFacts) -> VendorFactsOut:
    return VendorFactsOut(
        **vendor_out(known.vendor, known.accounts).model_dump(),
        documents=known.documents,
        last_document_at=known.last_document_at,
        amounts=[
            VendorAmountsOut(
                currency=one.currency,
                documents=one.documents,
                smallest=str(one.smallest),
                largest=str(one.largest),
            )
            for one in known.amounts
        ],
        producers=list(known.producers),
    )


def _account(row: VendorAccount) -> VendorAccountOut:
    return VendorAccountOut(
        account=row.account,
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
        verified_at=row.verified_at,
        verified_by=row.verified_by,
    )

"""Whom the client pays."""

from datetime import datetime
from uuid import UUID

from docflow_client.models.base import Answer


class VendorAccount(Answer):
    """Seen on completed documents, verified by a person, or both."""

    account: str
    first_seen_at: datetime | None = None
    last_seen_at: datetime | None = None
    verified_at: datetime | None = None
    verified_by: str | None = None


class Vendor(Answer):
    vendor_id: UUID
    name: str
    vat_id: str | None = None
    accounts: list[VendorAccount] = []


class VendorAmounts(Answer):
    """Amounts are decimal strings."""

    currency: str | None
    documents: int
    smallest: str
    largest: str


class VendorFacts(Vendor):
    documents: int
    last_document_at: datetime | None = None
    amounts: list[VendorAmounts] = []
    producers: list[str] = []


class VendorTemplate(Answer):
    """`say`: `trial` lifts no value above the threshold, `proven` counts in full, `none` is not used."""

    template_id: UUID
    process_type_id: str
    field: str
    label: str
    page: int
    box: list[float]
    hits: int
    misses: int
    say: str
    vendor_name: str | None = None

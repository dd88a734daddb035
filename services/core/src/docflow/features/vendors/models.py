"""Whom a client pays, and what its documents state of that."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, LargeBinary, Numeric, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from docflow.db.base import Base, Created, Updated, id_column


class Vendor(Updated, Base):
    """A seller, known from documents that were completed. `name_key` is the name's letters and digits, folded."""

    __tablename__ = "vendors"

    vendor_id: Mapped[UUID] = id_column()
    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.client_id"))
    name: Mapped[str]
    name_key: Mapped[str]
    vat_id: Mapped[str | None]

    __table_args__ = (
        UniqueConstraint("client_id", "vendor_id"),
        UniqueConstraint("client_id", "name_key", "vat_id", postgresql_nulls_not_distinct=True),
        Index("ix_vendors_vat_id", "client_id", "vat_id"),
        Index("ix_vendors_list", "client_id", "created_at", "vendor_id"),
    )


class VendorAccount(Created, Base):
    """A bank account of a vendor: seen on completed documents, or verified by a person, or both."""

    __tablename__ = "vendor_accounts"

    client_id: Mapped[UUID] = mapped_column(primary_key=True)
    vendor_id: Mapped[UUID] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(primary_key=True)
    """IBAN or account number, without spaces."""
    first_seen_at: Mapped[datetime | None]
    """NULL = on no completed document, only verified."""
    last_seen_at: Mapped[datetime | None]
    verified_at: Mapped[datetime | None]
    """When a person vouched for it; NULL = only seen."""
    verified_by: Mapped[str | None]

    __table_args__ = (
        ForeignKeyConstraint(
            ["client_id", "vendor_id"],
            ["vendors.client_id", "vendors.vendor_id"],
            name="fk_vendor_accounts_vendor",
            ondelete="CASCADE",
        ),
        Index("ix_vendor_accounts_account", "client_id", "account"),
    )


class DocumentMark(Created, Base):
    """What a document states of whom to pay how much, by which it is found again.

    Kept when it was read. `vendor_id` and `counted_at` are set when its process is completed: only then it counts as
    the vendor's history. `picture_hash` is of its first page, 256 bits.
    """

    __tablename__ = "document_marks"

    client_id: Mapped[UUID] = mapped_column(primary_key=True)
    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    process_id: Mapped[UUID]
    seller: Mapped[str | None]
    seller_key: Mapped[str | None]
    """The name's letters and digits, folded."""
    vat_id: Mapped[str | None]
    number: Mapped[str | None]
    number_key: Mapped[str | None]
    """The number's letters and digits, folded."""
    issued_on: Mapped[date | None]
    total: Mapped[Decimal | None] = mapped_column(Numeric)
    """In `currency`, as it stands on the document."""
    currency: Mapped[str | None]
    accounts: Mapped[list[str]] = mapped_column(ARRAY(Text, dimensions=1), server_default="{}")
    is_credit: Mapped[bool] = mapped_column(server_default="false")
    """A credit note: its amount goes the other way."""
    producer: Mapped[str | None]
    """The program that wrote the file."""
    picture_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    vendor_id: Mapped[UUID | None]
    counted_at: Mapped[datetime | None]
    sender_domain: Mapped[str | None] = mapped_column(sort_order=1)
    """Of the mail that brought its process."""

    __table_args__ = (
        ForeignKeyConstraint(
            ["client_id", "document_id"],
            ["documents.client_id", "documents.document_id"],
            name="fk_document_marks_document",
            ondelete="CASCADE",
        ),
        Index("ix_document_marks_number_key", "client_id", "number_key", "created_at"),
        Index("ix_document_marks_total", "client_id", "total", "created_at"),
        Index("ix_document_marks_vendor_id", "client_id", "vendor_id", "counted_at"),
        Index("ix_document_marks_counted_at", "client_id", "counted_at"),
        Index("ix_document_marks_process_id", "client_id", "process_id"),
    )

from uuid import UUID

from sqlalchemy import BigInteger, Computed, ForeignKeyConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from docflow.db.base import (
    Base,
    Created,
    Fraction,
    Json,
    JsonList,
    Updated,
    between_0_and_1,
    id_column,
    one_of,
)
from docflow.domain.reading import TextSource
from docflow.domain.stages import DocumentStatus


class Document(Updated, Base):
    """One file of a process. `storage_url` is the address, `blob_key` the key in the file store."""

    __tablename__ = "documents"

    document_id: Mapped[UUID] = id_column()
    client_id: Mapped[UUID]
    process_id: Mapped[UUID]
    position: Mapped[int] = mapped_column(server_default="0")
    """Its place among the files of the process, from 0."""
    classification: Mapped[Json | None]
    """Which type it was taken for, and how surely."""
    storage_url: Mapped[str]
    """Where the file lies, by the name of the store; no link to open."""
    storage_provider: Mapped[str]
    blob_key: Mapped[str]
    file_name: Mapped[str]
    file_size: Mapped[int] = mapped_column(BigInteger)
    mime_type: Mapped[str]
    """By its content, not by its name."""
    sha256: Mapped[str]
    """Of the bytes, in hexadecimal."""
    page_count: Mapped[int | None]
    """NULL = not opened yet, or it could not be."""
    status: Mapped[str] = mapped_column(server_default="pending")
    text_source: Mapped[str | None]
    """Where its words come from."""
    ocr_text: Mapped[str | None]
    """As it was read, page after page."""
    ocr_confidence: Mapped[Fraction | None]
    """Of the words, 0..1."""
    extracted_data: Mapped[Json | None]
    """What was read of this document alone; the process's result is put together from these."""
    fraud_score: Mapped[Fraction | None]
    """How much the signals weigh together, 0..1."""
    fraud_flags: Mapped[JsonList] = mapped_column(server_default=text("'[]'::jsonb"))
    """Each signal with its evidence."""
    error_code: Mapped[str | None]
    error_message: Mapped[str | None]
    name_key: Mapped[str | None] = mapped_column(
        Text(collation="C"), Computed("lower(file_name)", persisted=True), sort_order=1, deferred=True
    )
    """What a search by the beginning of the name looks at."""

    __table_args__ = (
        one_of("storage_provider", ("s3", "gcs", "local")),
        one_of("status", DocumentStatus),
        one_of("text_source", TextSource, optional=True),
        between_0_and_1("ocr_confidence"),
        between_0_and_1("fraud_score"),
        UniqueConstraint("client_id", "document_id"),
        UniqueConstraint("client_id", "process_id", "position"),
        ForeignKeyConstraint(
            ["client_id", "process_id"],
            ["processes.client_id", "processes.process_id"],
            name="fk_documents_process",
            ondelete="CASCADE",
        ),
        Index("ix_documents_sha256", "client_id", "sha256", "created_at"),
        Index("ix_documents_name_key", "client_id", "name_key"),
        Index("ix_documents_name_grams", text("search_grams(client_id, name_key)"), postgresql_using="gin"),
    )


class PageRow(Created, Base):
    """One page; its words are one object in the file store under `words_key`."""

    __tablename__ = "pages"

    client_id: Mapped[UUID]
    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    """From 1."""
    width: Mapped[float]
    """In PDF points, or pixels where it was read as a picture."""
    height: Mapped[float]
    """As `width`."""
    rotation: Mapped[int] = mapped_column(server_default="0")
    """Degrees clockwise: 0, 90, 180 or 270."""
    source: Mapped[str]
    word_count: Mapped[int]
    confidence: Mapped[Fraction | None]
    """Of its words, 0..1."""
    words_key: Mapped[str | None]
    """Of the object in the file store; NULL = no words."""

    __table_args__ = (
        one_of("source", TextSource),
        between_0_and_1("confidence"),
        ForeignKeyConstraint(
            ["client_id", "document_id"],
            ["documents.client_id", "documents.document_id"],
            name="fk_pages_document",
            ondelete="CASCADE",
        ),
        Index("ix_pages_client_id_document_id", "client_id", "document_id", "number"),
    )

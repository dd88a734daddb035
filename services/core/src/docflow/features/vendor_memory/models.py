from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from docflow.db.base import Base, Json, Updated, id_column


class VendorMemory(Updated, Base):
    """An approved document as the vendor's next ones are read by; `knowledge` is `Knowledge.as_json`.

    `vector` holds 512 halves of the head of its text. `is_corrected` = a person changed fields of it; `by_reviewer` = a
    person approved it, not a key.
    """

    __tablename__ = "vendor_memories"

    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    client_id: Mapped[UUID]
    process_id: Mapped[UUID]
    process_type_id: Mapped[str] = mapped_column(String(100))
    config_version: Mapped[int]
    vendor_key: Mapped[str]
    vendor_name: Mapped[str | None]
    vector: Mapped[bytes] = mapped_column(LargeBinary)
    knowledge: Mapped[Json]
    is_corrected: Mapped[bool] = mapped_column(server_default="false")
    by_reviewer: Mapped[bool] = mapped_column(server_default="false")

    __table_args__ = (
        ForeignKeyConstraint(
            ["client_id", "process_id"],
            ["processes.client_id", "processes.process_id"],
            name="fk_vendor_memories_process",
            ondelete="CASCADE",
        ),
        Index("ix_vendor_memories_recent", "client_id", "process_type_id", "updated_at"),
        Index("ix_vendor_memories_process", "client_id", "process_id"),
    )


class VendorTemplate(Updated, Base):
    """Where a correction says that a field of a vendor stands; `place` is `Place.as_json`.

    Hits and misses count later approved documents on which it showed the right or a wrong value. It goes with the
    process that taught it.
    """

    __tablename__ = "vendor_templates"

    template_id: Mapped[UUID] = id_column()
    client_id: Mapped[UUID]
    process_id: Mapped[UUID]
    process_type_id: Mapped[str] = mapped_column(String(100))
    vendor_key: Mapped[str]
    vendor_name: Mapped[str | None]
    field: Mapped[str]
    place: Mapped[Json]
    hits: Mapped[int] = mapped_column(server_default="0")
    misses: Mapped[int] = mapped_column(server_default="0")
    learned_by: Mapped[str]
    """Who decided the review that taught it."""

    __table_args__ = (
        UniqueConstraint(
            "client_id", "process_type_id", "vendor_key", "field", name="uq_vendor_templates_field"
        ),
        ForeignKeyConstraint(
            ["client_id", "process_id"],
            ["processes.client_id", "processes.process_id"],
            name="fk_vendor_templates_process",
            ondelete="CASCADE",
        ),
        Index("ix_vendor_templates_list", "client_id", "created_at", "template_id"),
        Index("ix_vendor_templates_process", "client_id", "process_id"),
    )

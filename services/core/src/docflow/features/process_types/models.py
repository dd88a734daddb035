from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from docflow.db.base import Base, Updated


class ProcessType(Updated, Base):
    """A kind of document. `client_id` NULL = the platform's, readable by all; a client's own carries its slug."""

    __tablename__ = "process_types"

    process_type_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    client_id: Mapped[UUID | None] = mapped_column(ForeignKey("clients.client_id"))
    display_name: Mapped[str]
    description: Mapped[str | None]
    is_active: Mapped[bool] = mapped_column(server_default="true")
    default_version: Mapped[int | None]
    """Of the configuration for clients without one of their own."""
    created_by: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default="1")

    __table_args__ = (
        CheckConstraint(
            "process_type_id ~ '^[a-z0-9][a-z0-9_-]*(\\.[a-z0-9][a-z0-9_-]*)?$'", name="process_type_id_form"
        ),
        CheckConstraint(
            "(client_id IS NULL) = (position('.' in process_type_id) = 0)", name="own_types_carry_the_slug"
        ),
        Index("ix_process_types_client_id", "client_id"),
    )

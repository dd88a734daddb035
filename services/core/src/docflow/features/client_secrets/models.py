from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from docflow.db.base import Base, Updated


class ClientSecret(Updated, Base):
    """One secret of a client, sealed. What it is leaves the database only where an output action uses it."""

    __tablename__ = "client_secrets"

    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.client_id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    value_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    set_by: Mapped[str]

    __table_args__ = (CheckConstraint("name ~ '^[A-Z][A-Z0-9_]{0,63}$'", name="name_form"),)

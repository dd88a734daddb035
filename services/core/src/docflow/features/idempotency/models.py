from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from docflow.db.base import Base, Created, Json


class IdempotencyKey(Created, Base):
    """The stored answer to a POST, written in the transaction of what it made; kept 24 h."""

    __tablename__ = "idempotency_keys"

    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.client_id"), primary_key=True)
    route: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    content_hash: Mapped[bytes] = mapped_column(LargeBinary)
    status_code: Mapped[int | None]
    headers: Mapped[Json | None]
    body: Mapped[Json | None]
    expires_at: Mapped[datetime]

    __table_args__ = (Index("ix_idempotency_keys_expires_at", "expires_at"),)

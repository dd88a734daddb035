from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from docflow.db.base import Base, Created, Json


class Answer(Created):
    """The first answer to a POST, written in the transaction of what it made; kept 24 h."""

    route: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    """As the caller sent it."""
    content_hash: Mapped[bytes] = mapped_column(LargeBinary)
    """Of the request; another one under the same key is refused."""
    status_code: Mapped[int | None]
    """NULL = the first request is still under way."""
    headers: Mapped[Json | None]
    body: Mapped[Json | None]
    expires_at: Mapped[datetime]


class IdempotencyKey(Answer, Base):
    """What a client was answered."""

    __tablename__ = "idempotency_keys"

    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.client_id"), primary_key=True, sort_order=-1)
    process_id: Mapped[UUID | None] = mapped_column(sort_order=1)
    """The process that the answer tells of, so that its erasure reaches the answer."""

    __table_args__ = (
        Index("ix_idempotency_keys_expires_at", "expires_at"),
        Index(
            "ix_idempotency_keys_process",
            "client_id",
            "process_id",
            postgresql_where=text("process_id IS NOT NULL"),
        ),
    )


class PlatformAnswer(Answer, Base):
    """What a platform administrator was answered, who has no client."""

    __tablename__ = "platform_answers"

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from docflow.db.base import Base, Created


class SocketTicket(Created, Base):
    """Opens one socket, once, for a person's session or a key. Only its hash is kept."""

    __tablename__ = "socket_tickets"

    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.client_id"), primary_key=True)
    ticket_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    user_id: Mapped[UUID | None]
    session_id: Mapped[UUID | None]
    api_key_id: Mapped[UUID | None]
    ends_at: Mapped[datetime | None]
    """When the session or key ends, and the socket with it; NULL = never by itself."""
    expires_at: Mapped[datetime]
    """Until then it opens a socket."""

    __table_args__ = (
        CheckConstraint(
            "(user_id IS NULL) = (session_id IS NULL) AND (user_id IS NULL) <> (api_key_id IS NULL)",
            name="one_holder",
        ),
        Index("ix_socket_tickets_client_id_expires_at", "client_id", "expires_at"),
    )

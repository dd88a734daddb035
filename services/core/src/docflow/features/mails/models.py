from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, func
from sqlalchemy.orm import Mapped, mapped_column

from docflow.db.base import Base, Created, id_column, one_of
from docflow.features.mails.kinds import MailKind


class MailRow(Created, Base):
    """A letter that waits to be sent; the row is gone once it left. What it says is sealed: it may hold a token."""

    __tablename__ = "mails"

    mail_id: Mapped[UUID] = id_column()
    client_id: Mapped[UUID | None] = mapped_column(ForeignKey("clients.client_id"))
    kind: Mapped[str]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    attempt: Mapped[int] = mapped_column(server_default="0")
    """Counts claims."""
    failures: Mapped[int] = mapped_column(server_default="0")
    """Counts refusals of the mail server."""
    available_at: Mapped[datetime] = mapped_column(server_default=func.now())
    """Due from then on."""

    __table_args__ = (
        one_of("kind", MailKind),
        Index("ix_mails_available_at", "available_at", "mail_id"),
    )

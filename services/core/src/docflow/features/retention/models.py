from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from docflow.db.base import Base, Updated


class RetentionRow(Updated, Base):
    """After how long ended processes of a client are erased; no row = never."""

    __tablename__ = "retentions"

    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.client_id"), primary_key=True)
    keep_days: Mapped[int]
    """Whole days since the last change of a process that has ended."""

    __table_args__ = (CheckConstraint("keep_days BETWEEN 1 AND 36500", name="keep_days_bounds"),)

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from docflow.db.base import Base, Created, id_column


class FileRemoval(Created, Base):
    """All files whose key begins with `prefix` go at `available_at`, and once more at `last_at`.

    A row that is withdrawn in time removes nothing; once `is_taken` it is too late for that. While a process
    `process_id` stands, the row removes nothing either.
    """

    __tablename__ = "file_removals"

    removal_id: Mapped[UUID] = id_column()
    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.client_id"))
    process_id: Mapped[UUID | None]
    prefix: Mapped[str]
    available_at: Mapped[datetime]
    last_at: Mapped[datetime]
    is_taken: Mapped[bool] = mapped_column(server_default="false")

    __table_args__ = (Index("ix_file_removals_due", "available_at", "removal_id"),)

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from docflow.db.base import Base, Created, id_column


class Upload(Created, Base):
    """A file that was announced: it has come once the store has it, and is used up once `process_id` is set."""

    __tablename__ = "uploads"

    upload_id: Mapped[UUID] = id_column()
    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.client_id"))
    file_name: Mapped[str]
    mime_type: Mapped[str]
    file_size: Mapped[int] = mapped_column(BigInteger)
    """As it was announced, in bytes."""
    blob_key: Mapped[str]
    created_by: Mapped[str | None]
    expires_at: Mapped[datetime]
    """What has not come by then is forgotten."""
    process_id: Mapped[UUID | None]

    @property
    def folder(self) -> str:
        """A folder of its own, so that looking for its file means looking at nothing else."""
        return self.blob_key.rpartition("/")[0] + "/"

    __table_args__ = (
        CheckConstraint("file_size > 0", name="file_size_positive"),
        Index("ix_uploads_expires_at", "expires_at"),
        Index(
            "ix_uploads_process", "client_id", "process_id", postgresql_where=text("process_id IS NOT NULL")
        ),
    )

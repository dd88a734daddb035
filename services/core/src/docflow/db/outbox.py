"""What leaves is a row here, written in the transaction of the change it tells of."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from docflow.db.base import Base, Created, Json, id_column


class OutboxRow(Created, Base):
    """`topic` is `audit.<stage>` or `process.<status>`; `payload` is the message's envelope."""

    __tablename__ = "outbox"

    message_id: Mapped[UUID] = id_column()
    topic: Mapped[str]
    client_id: Mapped[UUID]
    payload: Mapped[Json]
    taken_until: Mapped[datetime | None]
    """A relay that took the row holds it until then; a relay that dies leaves it to the next."""

    __table_args__ = (Index("ix_outbox_topic_message_id", "topic", "message_id"),)

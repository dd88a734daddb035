from uuid import UUID

from sqlalchemy import ForeignKey, SmallInteger
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from docflow.db.base import Base, Updated


class TypeWords(Updated, Base):
    """On how many approved documents of a type each hashed word stood. One row of fixed size a client and type."""

    __tablename__ = "type_words"

    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.client_id"), primary_key=True)
    process_type_id: Mapped[str] = mapped_column(
        ForeignKey("process_types.process_type_id"), primary_key=True
    )
    documents: Mapped[int]
    """How many approved documents were counted."""
    counts: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger, dimensions=1))
    """By the word's hash: on how many of them it stood."""

from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from docflow.db.base import Base, Updated, id_column, one_of
from docflow.domain.access import FactorRule


class Client(Updated, Base):
    """A tenant. `token_balance` is prepaid model tokens; NULL = unmetered."""

    __tablename__ = "clients"

    client_id: Mapped[UUID] = id_column()
    name: Mapped[str]
    slug: Mapped[str] = mapped_column(unique=True)
    """Its name in ids of types; it does not change."""
    status: Mapped[str] = mapped_column(server_default="active")
    """Only `active` may sign in or call; what was accepted before is finished."""
    subscription_tier: Mapped[str] = mapped_column(server_default="basic")
    token_balance: Mapped[int | None] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(server_default="1")
    second_factor: Mapped[str | None] = mapped_column(sort_order=1)
    """Who of its people needs one; NULL = as the platform says."""

    __table_args__ = (
        one_of("second_factor", FactorRule),
        one_of("status", ("active", "suspended", "inactive")),
        one_of("subscription_tier", ("basic", "professional", "enterprise")),
        Index("ix_clients_created_at", "created_at", "client_id"),
        CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="slug_form"),
    )

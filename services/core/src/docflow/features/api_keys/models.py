from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from docflow.db.base import Base, Created, id_column


class ApiKey(Created, Base):
    """`dfk_<env>_<prefix>_<secret>`; looked up by prefix, only the SHA-256 of the secret is kept."""

    __tablename__ = "api_keys"

    api_key_id: Mapped[UUID] = id_column()
    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.client_id"))
    name: Mapped[str]
    prefix: Mapped[str] = mapped_column(unique=True)
    """What the key is looked up by; the key itself begins with `dfk_<env>_`."""
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    rate_limit_per_minute: Mapped[int | None]
    """NULL = the installation's."""
    created_by: Mapped[UUID | None]
    """The person, where one made it."""
    expires_at: Mapped[datetime | None]
    """NULL = never."""
    last_used_at: Mapped[datetime | None]
    """To the minute."""
    revoked_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default="1", sort_order=1)

    __table_args__ = (Index("ix_api_keys_client_id_created_at", "client_id", "created_at", "api_key_id"),)

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from docflow.db.base import Base, Created, Updated, id_column, one_of
from docflow.domain.notifying import Language
from docflow.domain.stages import Role


class User(Updated, Base):
    """A person. Only a platform_admin has no client. `email` is stored lower-case."""

    __tablename__ = "users"

    user_id: Mapped[UUID] = id_column()
    client_id: Mapped[UUID | None] = mapped_column(ForeignKey("clients.client_id"))
    email: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str | None]
    """NULL = the person cannot sign in by password."""
    role: Mapped[str]
    status: Mapped[str] = mapped_column(server_default="active")
    email_verified_at: Mapped[datetime | None]
    totp_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Sealed; NULL = no second factor."""
    totp_last_step: Mapped[int | None] = mapped_column(BigInteger)
    """The newest step that was used: it and those before are refused."""
    totp_pending: Mapped[bytes | None] = mapped_column(LargeBinary, sort_order=1)
    """Sealed; set up and not confirmed."""
    last_login_at: Mapped[datetime | None]
    is_demo: Mapped[bool] = mapped_column(server_default="false")
    """Came with the demo data and has a public password."""
    version: Mapped[int] = mapped_column(server_default="1")

    __table_args__ = (
        one_of("role", Role),
        one_of("status", ("active", "inactive", "pending")),
        CheckConstraint(
            "(role = 'platform_admin') = (client_id IS NULL)", name="platform_admin_has_no_client"
        ),
        CheckConstraint("email = lower(email)", name="email_lower"),
        UniqueConstraint("client_id", "user_id"),
        Index("ix_users_client_id_created_at", "client_id", "created_at", "user_id"),
    )


class RefreshSession(Created, Base):
    """One refresh token of a family; rotated at each use, the family ends when an old one comes back."""

    __tablename__ = "refresh_sessions"

    session_id: Mapped[UUID] = id_column()
    client_id: Mapped[UUID | None] = mapped_column(ForeignKey("clients.client_id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.user_id", ondelete="CASCADE"))
    family_id: Mapped[UUID]
    """The session as people see it; each use makes one more row of it."""
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    successor_id: Mapped[UUID | None]
    """The token that this one was exchanged for."""
    user_agent: Mapped[str | None]
    address: Mapped[str | None]
    expires_at: Mapped[datetime]
    """Of the token; each exchange gives a later one."""
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    signed_in_at: Mapped[datetime | None] = mapped_column(sort_order=1)
    """When the session began; `created_at` is this token's."""

    __table_args__ = (
        ForeignKeyConstraint(
            ["client_id", "user_id"],
            ["users.client_id", "users.user_id"],
            name="fk_refresh_sessions_users",
            ondelete="CASCADE",
        ),
        Index("ix_refresh_sessions_client_id_user_id", "client_id", "user_id"),
        Index(
            "ix_refresh_sessions_open",
            "client_id",
            "user_id",
            postgresql_where=text("used_at IS NULL AND revoked_at IS NULL"),
        ),
        Index("ix_refresh_sessions_revoked", "family_id", postgresql_where=text("revoked_at IS NOT NULL")),
        Index("ix_refresh_sessions_family_id", "family_id"),
        Index("ix_refresh_sessions_expires_at", "expires_at"),
    )


class LoginAttempt(Created, Base):
    """Counted per account and address for the throttle; `account` is a hash of the address that was tried."""

    __tablename__ = "login_attempts"

    attempt_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    account: Mapped[bytes] = mapped_column(LargeBinary)
    address: Mapped[str]
    succeeded: Mapped[bool]

    __table_args__ = (
        Index("ix_login_attempts_account_created_at", "account", text("created_at DESC")),
        Index("ix_login_attempts_address_created_at", "address", text("created_at DESC")),
    )


class AccountToken(Created, Base):
    """A single-use, short-lived token by mail: invitation, verification, password reset. Only its hash is kept."""

    __tablename__ = "account_tokens"

    token_id: Mapped[UUID] = id_column()
    client_id: Mapped[UUID | None] = mapped_column(ForeignKey("clients.client_id"))
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.user_id", ondelete="CASCADE"))
    """NULL = nobody yet: an invitation."""
    kind: Mapped[str]
    email: Mapped[str]
    role: Mapped[str | None]
    """What an invitation gives."""
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_by: Mapped[UUID | None]
    """The person who invited."""
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    language: Mapped[str | None] = mapped_column(sort_order=1)
    """Of an invitation's letter, and of those that the person gets later."""

    __table_args__ = (
        one_of("language", Language),
        one_of("kind", ("invitation", "verification", "password_reset", "recovery_code")),
        one_of("role", Role, optional=True),
        ForeignKeyConstraint(
            ["client_id", "user_id"],
            ["users.client_id", "users.user_id"],
            name="fk_account_tokens_users",
            ondelete="CASCADE",
        ),
        Index("ix_account_tokens_client_id_kind", "client_id", "kind", "created_at"),
    )

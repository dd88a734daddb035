from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from docflow.db.base import Base, Created, id_column, one_of


class LlmCall(Created, Base):
    """One attempt at one model. `cost_micros` NULL = the model's price is unknown.

    `tokens_input` is the whole of what was sent; what of it the vendor's prompt cache had or took stands beside it.
    """

    __tablename__ = "llm_calls"

    call_id: Mapped[UUID] = id_column()
    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.client_id"))
    process_id: Mapped[UUID | None]
    run_id: Mapped[UUID | None]
    stage: Mapped[str | None]
    provider: Mapped[str]
    model: Mapped[str]
    prompt_id: Mapped[UUID | None]
    tokens_input: Mapped[int] = mapped_column(server_default="0")
    tokens_output: Mapped[int] = mapped_column(server_default="0")
    tokens_cache_read: Mapped[int] = mapped_column(server_default="0")
    """Of `tokens_input`, what the vendor had in its cache."""
    tokens_cache_write: Mapped[int] = mapped_column(server_default="0")
    tokens_reasoning: Mapped[int] = mapped_column(server_default="0")
    """Of `tokens_output`, what the model thought and did not say."""
    cost_micros: Mapped[int | None] = mapped_column(BigInteger)
    """Millionths of a US dollar."""
    outcome: Mapped[str]
    error_kind: Mapped[str | None]
    request_id: Mapped[str | None]
    cache_hit: Mapped[bool] = mapped_column(server_default="false")
    """A kept answer was taken: nothing was sent."""
    duration_ms: Mapped[int | None]
    audited: Mapped[bool] = mapped_column(server_default="false")
    """True once a stage's audit record has summed it."""
    asked_model: Mapped[str | None] = mapped_column(sort_order=1)
    """The name that was asked for, where another model answers to it now."""

    __table_args__ = (
        Index("ix_llm_calls_client_id_created_at", "client_id", "created_at"),
        Index("ix_llm_calls_process", "client_id", "process_id"),
        Index("ix_llm_calls_run", "run_id", postgresql_where=text("NOT audited")),
    )


class LlmCacheEntry(Created, Base):
    """An exact answer, kept under everything that shapes it; sealed."""

    __tablename__ = "llm_cache"

    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.client_id"), primary_key=True)
    cache_key: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    """A hash of everything that shapes the answer."""
    process_id: Mapped[UUID | None]
    answer_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime]

    __table_args__ = (
        Index("ix_llm_cache_expires_at", "expires_at"),
        Index(
            "ix_llm_cache_process",
            "client_id",
            "process_id",
            postgresql_where=text("process_id IS NOT NULL"),
        ),
    )


class Budget(Created, Base):
    """What a client may spend in a period; `spent + reserved <= cap` is checked in the reserving statement."""

    __tablename__ = "budgets"

    budget_id: Mapped[UUID] = id_column()
    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.client_id"))
    period: Mapped[str]
    period_start: Mapped[date]
    """In UTC."""
    cap_micros: Mapped[int | None] = mapped_column(BigInteger)
    """Millionths of a US dollar; NULL = no limit."""
    cap_tokens: Mapped[int | None] = mapped_column(BigInteger)
    """Input and output together; NULL = no limit."""
    spent_micros: Mapped[int] = mapped_column(BigInteger, server_default="0")
    spent_tokens: Mapped[int] = mapped_column(BigInteger, server_default="0")
    reserved_micros: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """Held for calls under way, at their worst."""
    reserved_tokens: Mapped[int] = mapped_column(BigInteger, server_default="0")
    warned_percent: Mapped[int] = mapped_column(server_default="0")
    """The last of 50, 80, 100 that was told of; 0 = none."""

    __table_args__ = (
        one_of("period", ("day", "month")),
        UniqueConstraint("client_id", "period", "period_start"),
    )


class BudgetReservation(Created, Base):
    """What a call may use at most, held in the budgets of its day and month until it ends.

    `released` = nobody ended it in time and its room was given back.
    """

    __tablename__ = "budget_reservations"

    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.client_id"), primary_key=True)
    call_id: Mapped[UUID] = mapped_column(primary_key=True)
    reserved_on: Mapped[date]
    """The day, in UTC, whose budgets hold it."""
    tokens: Mapped[int] = mapped_column(BigInteger)
    micros: Mapped[int | None] = mapped_column(BigInteger)
    """Millionths of a US dollar; NULL = the model's price is unknown."""
    released: Mapped[bool] = mapped_column(server_default="false")
    expires_at: Mapped[datetime]
    """Then its room is given back."""

    __table_args__ = (Index("ix_budget_reservations_expires_at", "expires_at"),)

from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from docflow.db.base import Base, Created, id_column, one_of
from docflow.domain.configuration import LifecycleState, PromptStage


class PromptRow(Created, Base):
    """A prompt of one stage; published rows never change. `client_id` NULL = the platform's."""

    __tablename__ = "prompts"

    prompt_id: Mapped[UUID] = id_column()
    client_id: Mapped[UUID | None] = mapped_column(ForeignKey("clients.client_id"))
    process_type_id: Mapped[str] = mapped_column(ForeignKey("process_types.process_type_id"))
    version: Mapped[int]
    """Of the configuration that it is for."""
    stage: Mapped[str]
    prompt_template: Mapped[str]
    model_name: Mapped[str]
    """Which model is asked, as the client's policy and the settings know it."""
    temperature: Mapped[Decimal | None] = mapped_column(Numeric(3, 2))
    """NULL = not sent: some models refuse it."""
    max_tokens: Mapped[int] = mapped_column(server_default="4096")
    is_active: Mapped[bool] = mapped_column(server_default="true")
    """Only rows that are true are used."""
    state: Mapped[str] = mapped_column(server_default="draft")
    created_by: Mapped[str | None]
    revision: Mapped[int] = mapped_column(server_default="1", sort_order=1)
    """Counts the writes; `version` is the configuration's version that the prompt is for."""

    __table_args__ = (
        one_of("stage", PromptStage),
        one_of("state", LifecycleState),
        CheckConstraint("version > 0", name="version_positive"),
        CheckConstraint("max_tokens > 0", name="max_tokens_positive"),
        UniqueConstraint(
            "client_id",
            "process_type_id",
            "version",
            "stage",
            name="uq_prompts_client_type_version_stage",
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_prompts_process_type_id", "process_type_id", "version", "stage"),
    )

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from docflow.db.base import (
    Base,
    Created,
    Fraction,
    Json,
    JsonList,
    Updated,
    between_0_and_1,
    id_column,
    one_of,
)
from docflow.domain.stages import IngestionSource, ProcessStatus, Stage


class Process(Updated, Base):
    """One submission: one or more documents on their way. `version` is the optimistic lock."""

    __tablename__ = "processes"

    process_id: Mapped[UUID] = id_column()
    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.client_id"))
    process_type_id: Mapped[str | None] = mapped_column(ForeignKey("process_types.process_type_id"))
    config_version: Mapped[int | None]
    """The version of the configuration that it keeps for life."""
    parent_process_id: Mapped[UUID | None]
    """The stack that it was split from."""
    external_id: Mapped[str | None]
    """The sender's own name for it."""
    metadata_: Mapped[Json] = mapped_column("metadata", server_default=text("'{}'::jsonb"))
    """The sender's own; handed on, never looked into."""
    version: Mapped[int] = mapped_column(server_default="1")
    """Grows with each change."""
    status: Mapped[str] = mapped_column(server_default="pending")
    current_stage: Mapped[str] = mapped_column(server_default="INGEST")
    classification_result: Mapped[Json | None]
    """Of which type its documents are, and how a stack was cut."""
    extraction_result: Mapped[Json | None]
    """What INTELLIGENT_OCR read."""
    validation_result: Mapped[Json | None]
    """What INTELLIGENT_PROCESS found."""
    final_output: Mapped[Json | None]
    """What OUTPUT made final."""
    overall_confidence: Mapped[Fraction | None]
    """That of the weakest required field, 0..1."""
    requires_review: Mapped[bool] = mapped_column(server_default="false")
    """Whether it waits for a person now."""
    review_reasons: Mapped[JsonList] = mapped_column(server_default=text("'[]'::jsonb"))
    """Why it is held: codes, fields, words for people."""
    reviewed_by: Mapped[UUID | None]
    """The person who decided last; NULL also where a key did."""
    reviewed_at: Mapped[datetime | None]
    total_tokens_input: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """Of all model calls; answers kept from before cost none."""
    total_tokens_output: Mapped[int] = mapped_column(BigInteger, server_default="0")
    ingestion_source: Mapped[str] = mapped_column(server_default="api")
    """The way it came in."""
    callback_url: Mapped[str | None]
    """Told of its end and of a review that waits."""
    error_code: Mapped[str | None]
    """Why it failed or was ended."""
    error_message: Mapped[str | None]
    created_by: Mapped[str | None]
    """`user:<id>` or `key:<id>`."""
    completed_at: Mapped[datetime | None]
    """When it ended, however it ended."""
    external_key: Mapped[str | None] = mapped_column(
        Text(collation="C"), Computed("lower(external_id)", persisted=True), sort_order=1, deferred=True
    )
    """What a search by the beginning of the external id looks at."""

    __table_args__ = (
        one_of("status", ProcessStatus),
        one_of("current_stage", Stage),
        one_of("ingestion_source", IngestionSource),
        between_0_and_1("overall_confidence"),
        UniqueConstraint("client_id", "process_id"),
        ForeignKeyConstraint(
            ["client_id", "process_type_id", "config_version"],
            ["configurations.client_id", "configurations.process_type_id", "configurations.version"],
            name="fk_processes_configuration",
        ),
        ForeignKeyConstraint(
            ["client_id", "parent_process_id"],
            ["processes.client_id", "processes.process_id"],
            name="fk_processes_parent",
        ),
        Index("ix_processes_list", "client_id", text("created_at DESC"), text("process_id DESC")),
        Index(
            "ix_processes_status_list",
            "client_id",
            "status",
            text("created_at DESC"),
            text("process_id DESC"),
        ),
        Index("ix_processes_changed", "client_id", "updated_at"),
        Index(
            "ix_processes_external_id",
            "client_id",
            "external_id",
            postgresql_where=text("external_id IS NOT NULL"),
        ),
        Index(
            "ix_processes_parent",
            "client_id",
            "parent_process_id",
            postgresql_where=text("parent_process_id IS NOT NULL"),
        ),
        Index(
            "ix_processes_type_list",
            "client_id",
            "process_type_id",
            text("created_at DESC"),
            text("process_id DESC"),
        ),
        Index(
            "ix_processes_creator_list",
            "client_id",
            "created_by",
            text("created_at DESC"),
            text("process_id DESC"),
        ),
        Index(
            "ix_processes_external_key",
            "client_id",
            "external_key",
            postgresql_where=text("external_key IS NOT NULL"),
        ),
        Index(
            "ix_processes_external_grams",
            text("search_grams(client_id, external_key)"),
            postgresql_using="gin",
            postgresql_where=text("external_key IS NOT NULL"),
        ),
    )


class ProcessField(Created, Base):
    """One value that was read, under the text by which it is looked for. A trigger keeps it beside the result.

    `created_at` is the process's, so that one index gives a list in its order.
    """

    __tablename__ = "process_fields"

    client_id: Mapped[UUID] = mapped_column(primary_key=True)
    process_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    """The field, as the configuration names it."""
    value: Mapped[str] = mapped_column(Text(collation="C"))
    """Numbers without trailing zeros, text up to 255 characters."""

    __table_args__ = (
        ForeignKeyConstraint(
            ["client_id", "process_id"],
            ["processes.client_id", "processes.process_id"],
            name="fk_process_fields_process",
            ondelete="CASCADE",
        ),
        Index(
            "ix_process_fields_list",
            "client_id",
            "name",
            "value",
            text("created_at DESC"),
            text("process_id DESC"),
        ),
    )

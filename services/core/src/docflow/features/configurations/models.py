import json
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from docflow.db.base import Base, Fraction, Json, JsonList, Updated, between_0_and_1, id_column, one_of
from docflow.domain.configuration import LifecycleState
from docflow.domain.stages import DuplicatePolicy


class ConfigurationRow(Updated, Base):
    """How one client's documents of one type are read and checked. `client_id` NULL = the platform's template."""

    __tablename__ = "configurations"

    config_id: Mapped[UUID] = id_column()
    client_id: Mapped[UUID | None] = mapped_column(ForeignKey("clients.client_id"))
    process_type_id: Mapped[str] = mapped_column(ForeignKey("process_types.process_type_id"))
    version: Mapped[int]
    """Of the configuration, from 1; a process keeps it for life."""
    state: Mapped[str] = mapped_column(server_default="draft")
    is_active: Mapped[bool] = mapped_column(server_default="true")
    """Only rows that are true are used."""
    input_schema: Mapped[Json] = mapped_column(server_default=text("'{}'::jsonb"))
    """Asked of what is handed in, before it is read."""
    output_schema: Mapped[Json] = mapped_column(server_default=text("'{}'::jsonb"))
    validation_rules: Mapped[Json] = mapped_column(server_default=text("'{\"validation_rules\": []}'::jsonb"))
    """`{"validation_rules": [...]}`."""
    plugin_name: Mapped[str | None]
    enable_fraud_detection: Mapped[bool] = mapped_column(server_default="true")
    enable_hitl: Mapped[bool] = mapped_column(server_default="true")
    """False: what would be held fails with `review_disabled`."""
    confidence_threshold: Mapped[Fraction] = mapped_column(server_default="0.8")
    """0..1; a required field below it is held."""
    duplicate_policy: Mapped[str] = mapped_column(server_default="flag")
    workflow: Mapped[Json] = mapped_column(server_default=text("'{}'::jsonb"))
    output_actions: Mapped[JsonList] = mapped_column(server_default=text("'[]'::jsonb"))
    llm_policy: Mapped[Json] = mapped_column(server_default=text("'{}'::jsonb"))
    prompt_ids: Mapped[Json] = mapped_column(server_default=text("'{}'::jsonb"))
    """Stage to prompt; a stage that is missing takes the version's own."""
    created_by: Mapped[str | None]
    revision: Mapped[int] = mapped_column(server_default="1", sort_order=1)
    """Counts the writes; `version` is the version of the configuration itself."""
    canary_percent: Mapped[int | None] = mapped_column(sort_order=1)
    """Of new processes, 1..99, while it is a canary."""
    review_sample_share: Mapped[Fraction] = mapped_column(server_default="0.03", sort_order=2)
    """0..1 of the processes that nobody looked at are shown to a person afterwards."""
    approval_limits: Mapped[Json] = mapped_column(server_default=text("'{}'::jsonb"), sort_order=3)
    """Currency to decimal string: up to where one person may approve."""
    schema_text: Mapped[str | None] = mapped_column(sort_order=4)
    """The output schema in the order it was written in; NULL = not known."""

    @property
    def written_schema(self) -> Json:
        return as_written(self.schema_text, self.output_schema)

    __table_args__ = (
        one_of("state", LifecycleState),
        one_of("duplicate_policy", DuplicatePolicy),
        between_0_and_1("confidence_threshold"),
        between_0_and_1("review_sample_share"),
        CheckConstraint("version > 0", name="version_positive"),
        UniqueConstraint(
            "client_id",
            "process_type_id",
            "version",
            name="uq_configurations_client_type_version",
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("canary_percent BETWEEN 1 AND 99", name="canary_percent_share"),
        Index("ix_configurations_process_type_id", "process_type_id"),
        Index(
            "uq_configurations_canary",
            "client_id",
            "process_type_id",
            unique=True,
            postgresql_where=text("state = 'canary'"),
        ),
    )


def as_written(schema_text: str | None, output_schema: Json) -> Json:
    """The same schema with its members in their order, where that is known."""
    return json.loads(schema_text) if schema_text else output_schema

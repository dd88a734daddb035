from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from docflow.db.base import Base, Created, Json, JsonList, id_column


class CalibrationRow(Created, Base):
    """One fit of one scope of a client's labels. At most one version of a scope is in force; none is ever changed.

    `scope` is as `domain.calibration` names them. `figures` are those of labels held out of the fit.
    """

    __tablename__ = "calibrations"

    calibration_id: Mapped[UUID] = id_column()
    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.client_id"))
    scope: Mapped[str]
    version: Mapped[int]
    process_type_id: Mapped[str | None] = mapped_column(ForeignKey("process_types.process_type_id"))
    is_active: Mapped[bool]
    labels: Mapped[int]
    """How many values decided by people it was fitted to."""
    weights: Mapped[JsonList]
    """Of the logistic fit, in the order of `domain.confidence`."""
    steps: Mapped[JsonList] = mapped_column(server_default=text("'[]'::jsonb"))
    """`[from this score on, probability]`, rising."""
    figures: Mapped[Json]

    __table_args__ = (
        UniqueConstraint("client_id", "scope", "version"),
        Index(
            "uq_calibrations_active", "client_id", "scope", unique=True, postgresql_where=text("is_active")
        ),
        Index("ix_calibrations_latest", "client_id", "created_at"),
    )

"""The declarative base: naming, column types and the few column forms that every table repeats."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, MetaData, Numeric, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from docflow.domain.ids import new_id

Json = dict[str, Any]
JsonList = list[Any]

Fraction = Annotated[Decimal, mapped_column(Numeric(5, 4))]
"""A share or confidence, 0..1, four decimals."""


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it as it is
        str: Text,
        datetime: DateTime(timezone=True),
        UUID: PG_UUID(as_uuid=True),
        Json: JSONB,
        JsonList: JSONB,
    }


class Created:
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    """When the row was written first."""


class Updated(Created):
    """`updated_at` is kept by the trigger `update_updated_at_column()`."""

    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    """When it was written last."""


def id_column() -> Mapped[UUID]:
    return mapped_column(primary_key=True, default=new_id)


def one_of(column: str, words: type[StrEnum] | tuple[str, ...], *, optional: bool = False) -> CheckConstraint:
    """A CHECK that `column` holds one of a closed set of words."""
    values = [w.value for w in words] if isinstance(words, type) else list(words)
    listed = ", ".join(f"'{value}'" for value in values)
    test = f"{column} IN ({listed})"
    return CheckConstraint(f"{column} IS NULL OR {test}" if optional else test, name=f"{column}_known")


def between_0_and_1(column: str) -> CheckConstraint:
    return CheckConstraint(f"{column} BETWEEN 0 AND 1", name=f"{column}_share")

from datetime import datetime

from docflow.features.process_types.models import ProcessType
from pydantic import ConfigDict, Field, StrictBool

from docflow_api.schemas.base import Schema
from docflow_api.schemas.texts import Text, TypeId, Version


class ProcessTypeIn(Schema):
    """A client's own type is named `<slug>.<name>`.

    `default_version` names the platform's configuration from which a client's first one is made.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"process_type_id": "acme-corp.lease", "display_name": "Lease"}]},
    )

    process_type_id: TypeId
    display_name: Text = Field(min_length=1, max_length=200)
    """What people see."""
    description: Text | None = Field(default=None, max_length=2000)
    """What such documents are; classification by a model goes by it."""
    default_version: Version | None = None
    is_active: StrictBool = True
    """False: it takes no new documents."""


class ProcessTypePatch(Schema):
    """A type that is not active takes no new documents."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"is_active": False}]})

    display_name: Text = Field(default="", min_length=1, max_length=200)
    description: Text | None = Field(default=None, max_length=2000)
    default_version: Version | None = None
    is_active: StrictBool = True


class ProcessTypeOut(Schema):
    """`is_platform`: given by the platform to all clients."""

    process_type_id: str
    display_name: str
    description: str | None
    is_active: bool
    default_version: int | None
    is_platform: bool
    version: int
    created_at: datetime
    updated_at: datetime


def process_type_out(row: ProcessType) -> ProcessTypeOut:
    return ProcessTypeOut(
        process_type_id=row.process_type_id,
        display_name=row.display_name,
        description=row.description,
        is_active=row.is_active,
        default_version=row.default_version,
        is_platform=row.client_id is None,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )

from uuid import UUID

from pydantic import ConfigDict, Field

from docflow_api.schemas.base import Schema


class ExportIn(Schema):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"process_ids": ["0198f5a2-7c1e-7000-8000-000000000001"]}]},
    )

    process_ids: list[UUID] = Field(min_length=1, max_length=200)
    """In the order of the rows."""

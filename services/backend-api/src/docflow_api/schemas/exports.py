from uuid import UUID

from pydantic import ConfigDict, Field

from docflow_api.schemas.base import Schema


class ExportIn(Schema):
    model_config = ConfigDict(extra="forbid")

    process_ids: list[UUID] = Field(min_length=1, max_length=200)

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict, Field

from docflow_api.schemas.base import Schema


class UploadIn(Schema):
    """A file that will be sent on its own; `file_size` in bytes, exactly."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"file_name": "invoice.pdf", "mime_type": "application/pdf", "file_size": 1048576}]
        },
    )

    file_name: str = Field(max_length=1024)
    mime_type: str = Field(max_length=200, pattern=r"^[\w.+-]+/[\w.+-]+$")
    """What the sender takes it for."""
    file_size: int = Field(strict=True, gt=0)


class UploadOut(Schema):
    """Send the file with one request of `method` to `url`, with these headers, before `expires_at`."""

    upload_id: UUID
    url: str
    method: str
    headers: dict[str, str]
    expires_at: datetime

from datetime import datetime

from docflow.features.process_types.models import ProcessType
from pydantic import BaseModel


class ProcessTypeOut(BaseModel):
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

from datetime import datetime
from uuid import UUID

from docflow_api.schemas.base import Schema


class SessionOut(Schema):
    """One sign-in. `last_used_at` is when it last got an access token; `current` = the one that asks."""

    session_id: UUID
    device: str | None
    user_agent: str | None
    address: str | None
    created_at: datetime
    last_used_at: datetime
    current: bool

from uuid import UUID

from docflow_client.models.base import Answer


class Client(Answer):
    """`status` is active, suspended or inactive; `token_balance` None = unmetered."""

    client_id: UUID
    name: str
    slug: str
    status: str
    subscription_tier: str
    version: int
    token_balance: int | None = None

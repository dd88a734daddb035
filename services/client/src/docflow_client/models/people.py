from datetime import datetime
from uuid import UUID

from docflow_client.models.base import Answer


class User(Answer):
    user_id: UUID
    email: str
    role: str
    status: str | None = None
    version: int | None = None


class FactorRule(Answer):
    """`required_of` None = `in_force` is the platform's. `*_without` are active people who have none yet."""

    required_of: str | None
    in_force: str
    admins_without: int
    everyone_without: int


class Invitation(Answer):
    """`token` is there once, in the answer to its creation."""

    invitation_id: UUID
    expires_at: datetime
    email: str | None = None
    role: str | None = None
    state: str | None = None
    token: str | None = None


class ClientName(Answer):
    name: str
    slug: str


class Me(Answer):
    """Whose the key or the session is; a key has no user, a platform administrator no client."""

    user_id: UUID | None
    email: str | None
    role: str | None
    client_id: UUID | None
    scopes: list[str]
    client: ClientName | None

"""Tokens that name their client, so that each is looked up among that client's own; its hash in the row proves it."""

import hashlib
from uuid import UUID

MAX_TOKEN_CHARS = 200
_NO_CLIENT = UUID(int=0)


def written(kind: str, client_id: UUID | None, secret: str) -> str:
    """`client_id` None = the platform's."""
    return f"{kind}_{(client_id or _NO_CLIENT).hex}_{secret}"


def client_named(kind: str, token: str) -> UUID | None:
    """None = the platform's. Raises ValueError for what was never a token of this kind."""
    parts = token.split("_")
    if len(parts) != 3 or parts[0] != kind or len(token) > MAX_TOKEN_CHARS:
        raise ValueError("no token of this kind")
    client_id = UUID(parts[1])
    return None if client_id == _NO_CLIENT else client_id


def hash_of(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()

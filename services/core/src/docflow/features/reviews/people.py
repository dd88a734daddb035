"""Who reviews: the client's people who may, and the names that stand for ids."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.access import ROLE_SCOPES, Scope
from docflow.domain.stages import Role
from docflow.features.api_keys.models import ApiKey
from docflow.features.users.models import User

_REVIEWING = [role.value for role, scopes in ROLE_SCOPES.items() if Scope.REVIEWS_WRITE in scopes]
MOST = 500


@dataclass(frozen=True, slots=True)
class Reviewer:
    user_id: UUID
    email: str
    role: Role


async def reviewers(session: AsyncSession, client_id: UUID) -> Sequence[Reviewer]:
    """The client's active operators and admins, by address."""
    rows = await session.scalars(
        select(User)
        .where(User.client_id == client_id, User.status == "active", User.role.in_(_REVIEWING))
        .order_by(User.email)
        .limit(MOST)
    )
    return [Reviewer(row.user_id, row.email, Role(row.role)) for row in rows]


async def reviewer(session: AsyncSession, client_id: UUID, user_id: UUID) -> Reviewer | None:
    row = await session.scalar(
        select(User).where(
            User.client_id == client_id,
            User.user_id == user_id,
            User.status == "active",
            User.role.in_(_REVIEWING),
        )
    )
    return Reviewer(row.user_id, row.email, Role(row.role)) if row else None


async def names_of(session: AsyncSession, client_id: UUID, ids: Iterable[UUID | None]) -> Mapping[UUID, str]:
    """Addresses of people and names of keys; whoever is gone is left out."""
    wanted = {one for one in ids if one is not None}
    if not wanted:
        return {}
    people = await session.execute(
        select(User.user_id, User.email).where(User.client_id == client_id, User.user_id.in_(wanted))
    )
    names = {row.user_id: row.email for row in people}
    others = wanted - names.keys()
    if others:
        keys = await session.execute(
            select(ApiKey.api_key_id, ApiKey.name).where(
                ApiKey.client_id == client_id, ApiKey.api_key_id.in_(others)
            )
        )
        names |= {row.api_key_id: row.name for row in keys}
    return names

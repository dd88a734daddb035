"""Who did what rows of the audit tell: a person of the client, one of its keys, the platform, or a worker."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.features.reviews.people import names_of


class ActorKind(StrEnum):
    USER = "user"
    KEY = "key"
    PLATFORM = "platform"
    """Whoever keeps the installation: one of its administrators, or its operator at the command line."""
    WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Actor:
    """`name` is a person's address or a key's name; None for what has none, and for whoever is erased."""

    kind: ActorKind
    name: str | None = None


WORKER = Actor(ActorKind.WORKER)
_PLATFORM = Actor(ActorKind.PLATFORM)
_ADMINS = text(
    "SELECT asked.id FROM unnest(CAST(:ids AS uuid[])) AS asked (id)"
    " WHERE EXISTS (SELECT FROM find_platform_admin(asked.id))"
)


async def actors_of(
    session: AsyncSession, client_id: UUID, given: Iterable[str | None]
) -> Mapping[str, Actor]:
    """By what rows call them, such as `user:<id>`; in three queries at most, however many there are."""
    told = {one for one in given if one}
    ids = {one: _id_of(one) for one in told}
    names = await names_of(session, client_id, ids.values())
    strangers = {ids[one] for one in told if one.startswith("user:") and ids[one] not in names}
    admins = await _admins(session, strangers)
    return {one: _actor(one, ids[one], names, admins) for one in told}


def _actor(told: str, its_id: UUID | None, names: Mapping[UUID, str], admins: set[UUID]) -> Actor:
    if its_id is None or its_id in admins:
        return _PLATFORM
    kind = ActorKind.KEY if told.startswith("key:") else ActorKind.USER
    return Actor(kind, names.get(its_id))


async def _admins(session: AsyncSession, ids: set[UUID | None]) -> set[UUID]:
    if not ids - {None}:
        return set()
    return set(await session.scalars(_ADMINS, {"ids": [one for one in ids if one is not None]}))


def _id_of(told: str) -> UUID | None:
    """Of `user:<id>` and `key:<id>`; None for a name of another form."""
    try:
        return UUID(told.partition(":")[2])
    except ValueError:
        return None

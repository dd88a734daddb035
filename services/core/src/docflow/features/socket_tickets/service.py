"""A browser cannot send a token with a socket's first request, and an address is logged: a ticket goes in its place."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.db.database import Database
from docflow.domain.access import ROLE_SCOPES, Caller, FactorRule, Scope
from docflow.domain.errors import Unauthorized
from docflow.features.api_keys.repository import key_stands
from docflow.features.socket_tickets.models import SocketTicket
from docflow.features.users.client_tokens import client_named, hash_of, written
from docflow.features.users.repository import find_standing

TTL_S = 30
_KIND = "dft"
NEEDED = Scope.PROCESSES_READ


@dataclass(frozen=True, slots=True)
class Follower:
    """Who opened a stream. `ends_at` is the end of the token or key; None = never by itself."""

    client_id: UUID
    user_id: UUID | None
    session_id: UUID | None
    api_key_id: UUID | None
    ends_at: datetime | None


def follower_of(caller: Caller) -> Follower:
    return Follower(caller.client, caller.user_id, caller.session_id, caller.api_key_id, caller.expires_at)


class SocketTickets:
    """Kept in the database, so that any gateway of an installation redeems what another gave out."""

    def __init__(
        self,
        database: Database,
        *,
        factor_rule: FactorRule = FactorRule.OFF,
        random: Callable[[int], str] = secrets.token_hex,
    ) -> None:
        """`factor_rule` holds where a client has none of its own."""
        self._database = database
        self._factor_rule = factor_rule
        self._random = random

    async def give(self, caller: Caller, *, at: datetime) -> str:
        follower = follower_of(caller)
        ticket = written(_KIND, follower.client_id, self._random(32))
        async with self._database.client(follower.client_id) as session:
            await _forget_expired(session, follower.client_id, at)
            session.add(
                SocketTicket(
                    client_id=follower.client_id,
                    ticket_hash=hash_of(ticket),
                    user_id=follower.user_id,
                    session_id=follower.session_id,
                    api_key_id=follower.api_key_id,
                    ends_at=follower.ends_at,
                    expires_at=at + timedelta(seconds=TTL_S),
                )
            )
        return ticket

    async def redeem(self, ticket: str, *, at: datetime) -> Follower:
        """Who asked for it. Raises Unauthorized for one that is unknown, used or too old."""
        client_id = _client_of(ticket)
        async with self._database.client(client_id) as session:
            taken = await session.execute(
                delete(SocketTicket)
                .where(SocketTicket.client_id == client_id, SocketTicket.ticket_hash == hash_of(ticket))
                .returning(
                    SocketTicket.user_id,
                    SocketTicket.session_id,
                    SocketTicket.api_key_id,
                    SocketTicket.ends_at,
                    SocketTicket.expires_at,
                )
            )
            row = taken.one_or_none()
        if row is None or row.expires_at <= at:
            raise _refused()
        return Follower(client_id, row.user_id, row.session_id, row.api_key_id, row.ends_at)

    async def stands(self, follower: Follower, *, at: datetime) -> bool:
        """Whether the stream may go on: session or key, person and client as they are at this moment."""
        if follower.ends_at is not None and follower.ends_at <= at:
            return False
        if follower.user_id is not None and follower.session_id is not None:
            async with self._database.nobody() as session:
                standing = await find_standing(session, follower.user_id, follower.session_id)
            return (
                standing is not None
                and standing.is_active
                and standing.is_open
                and not standing.must_enrol(self._factor_rule)
                and standing.client_id == follower.client_id
                and NEEDED in ROLE_SCOPES[standing.role]
            )
        if follower.api_key_id is None:
            return False
        async with self._database.client(follower.client_id) as session:
            return await key_stands(session, follower.client_id, follower.api_key_id, NEEDED, at)


async def _forget_expired(session: AsyncSession, client_id: UUID, at: datetime) -> None:
    await session.execute(
        delete(SocketTicket).where(SocketTicket.client_id == client_id, SocketTicket.expires_at <= at)
    )


def _client_of(ticket: str) -> UUID:
    try:
        client_id = client_named(_KIND, ticket)
    except ValueError:
        raise _refused() from None
    if client_id is None:
        raise _refused()
    return client_id


def _refused() -> Unauthorized:
    return Unauthorized("the ticket is not valid; ask for a new one")

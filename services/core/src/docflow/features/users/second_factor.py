"""A second factor that people set up for themselves, and its end."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from docflow.db.database import Database
from docflow.domain.access import Caller
from docflow.domain.errors import Conflict, NotFound
from docflow.domain.ports.sealing import Sealing
from docflow.features.audit.messages import act_audit
from docflow.features.users.recovery_codes import RecoveryCodes, new_codes
from docflow.features.users.repository import (
    Holder,
    SessionRepository,
    change_second_factor,
    find_holder,
    set_second_factor,
    use_totp_step,
)
from docflow.features.users.service import Accounts, wrong
from docflow.features.users.totp import SECRET_BYTES, otpauth_uri, step_of, written

ISSUER = "DocFlow AI"


@dataclass(frozen=True, slots=True)
class Begun:
    """For the app: nothing counts before a code of it was confirmed."""

    secret: str
    otpauth_uri: str


@dataclass(frozen=True, slots=True)
class FactorState:
    is_on: bool
    is_pending: bool
    recovery_codes_left: int
    is_required: bool


class SecondFactors:
    """Whoever is signed in gives the password again first; wrong ones are counted as failed sign-ins."""

    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        sealing: Sealing,
        *,
        random: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._sealing = sealing
        self._random = random

    async def state(self, caller: Caller) -> FactorState:
        async with self._database.of(caller.client_id) as session:
            holder = await _holder(session, caller.person)
            left = await RecoveryCodes(session, caller.client_id).left(caller.person)
        return FactorState(
            holder.totp_secret is not None, holder.totp_pending is not None, left, caller.needs_factor
        )

    async def begin(
        self, caller: Caller, password: str, code: str | None = None, *, address: str, at: datetime
    ) -> Begun:
        """A fresh secret, kept aside until `confirm`. Where a factor is on it stays until then, and `code`, one of the
        app or a recovery code, is asked for: Conflict without."""
        holder = await self._found(caller)
        if holder.totp_secret is not None and code is None:
            raise Conflict("a second factor is on already; its code is needed to put another in its place")
        await self._prove(holder, password, code, address=address, at=at)
        secret = self._random(SECRET_BYTES)
        async with self._database.of(caller.client_id) as session:
            await _change(session, holder, holder.totp_secret, self._sealing.seal(secret))
        return Begun(written(secret), otpauth_uri(secret, issuer=ISSUER, account=holder.email))

    async def confirm(self, caller: Caller, code: str, *, address: str, at: datetime) -> list[str]:
        """Turns the factor on, ends the person's other sessions and gives the recovery codes, once."""
        holder = await self._found(caller)
        if holder.totp_pending is None:
            raise Conflict("no second factor waits to be confirmed")
        async with self._accounts.slowed(holder, address=address):
            secret = self._sealing.open(holder.totp_pending)
            async with self._database.of(caller.client_id) as session:
                right = await _use_step(session, holder, secret, code, at)
                if right:
                    await _change(session, holder, holder.totp_pending, None)
                    codes = await self._new_codes(session, holder, at)
                    action = "mfa_enabled" if holder.totp_secret is None else "mfa_replaced"
                    await self._changed(session, caller, action, at)
            if not right:
                await self._accounts.count_failure(holder, address=address, at=at)
                raise wrong()
        return codes

    async def renew_codes(
        self, caller: Caller, password: str, code: str, *, address: str, at: datetime
    ) -> list[str]:
        """A new set; the old codes count no more."""
        holder = await self._proven_twice(caller, password, code, address=address, at=at)
        async with self._database.of(caller.client_id) as session:
            codes = await self._new_codes(session, holder, at)
            _tell(session, caller, "mfa_recovery_codes_renewed", at)
        return codes

    async def end(self, caller: Caller, password: str, code: str, *, address: str, at: datetime) -> None:
        """Off, by password and a code of the app or a recovery code. Ends the person's other sessions. Raises Conflict
        where a second factor is required of the person."""
        if caller.needs_factor:
            raise Conflict("a second factor is required of you: it can be replaced, and not turned off")
        holder = await self._proven_twice(caller, password, code, address=address, at=at)
        async with self._database.of(caller.client_id) as session:
            await _change(session, holder, None, None)
            await RecoveryCodes(session, caller.client_id).remove(caller.person)
            await self._changed(session, caller, "mfa_disabled", at)

    async def reset(self, caller: Caller, user_id: UUID, *, at: datetime) -> None:
        """Off for somebody of the caller's client who lost it; all of that person's sessions end. Repeatable."""
        async with self._database.of(caller.client_id) as session:
            await _holder(session, user_id)
            await set_second_factor(session, user_id, None, None)
            await RecoveryCodes(session, caller.client_id).remove(user_id)
            await SessionRepository(session, caller.client_id).end_all(user_id, at)
            _tell(session, caller, "mfa_reset", at, user_id=user_id)

    async def _found(self, caller: Caller) -> Holder:
        async with self._database.of(caller.client_id) as session:
            return await _holder(session, caller.person)

    async def _proven_twice(
        self, caller: Caller, password: str, code: str, *, address: str, at: datetime
    ) -> Holder:
        holder = await self._found(caller)
        if holder.totp_secret is None:
            raise Conflict("no second factor is on")
        await self._prove(holder, password, code, address=address, at=at)
        return holder

    async def _prove(
        self, holder: Holder, password: str, code: str | None, *, address: str, at: datetime
    ) -> None:
        """By the password, and by a code where a factor is on."""
        async with self._accounts.slowed(holder, address=address):
            await self._accounts.prove_password(holder, password, address=address, at=at)
            if holder.totp_secret is not None and not await self._uses(holder, code or "", at):
                await self._accounts.count_failure(holder, address=address, at=at)
                raise wrong()

    async def _uses(self, holder: Holder, code: str, at: datetime) -> bool:
        assert holder.totp_secret is not None
        secret = self._sealing.open(holder.totp_secret)
        async with self._database.of(holder.client_id) as session:
            return await _use_step(session, holder, secret, code, at) or await RecoveryCodes(
                session, holder.client_id
            ).use(holder.user_id, code, at)

    async def _new_codes(self, session: AsyncSession, holder: Holder, at: datetime) -> list[str]:
        codes = new_codes(self._random)
        await RecoveryCodes(session, holder.client_id).replace(holder.user_id, holder.email, codes, at)
        return codes

    async def _changed(self, session: AsyncSession, caller: Caller, action: str, at: datetime) -> None:
        sessions = SessionRepository(session, caller.client_id)
        await sessions.end_all(caller.person, at, but=caller.session_id)
        _tell(session, caller, action, at)


async def _holder(session: AsyncSession, user_id: UUID) -> Holder:
    found = await find_holder(session, user_id)
    if found is None:
        raise NotFound("no such user")
    return found


async def _use_step(session: AsyncSession, holder: Holder, secret: bytes, code: str, at: datetime) -> bool:
    step = step_of(secret, code, at)
    return step is not None and await use_totp_step(session, holder.user_id, step)


async def _change(session: AsyncSession, holder: Holder, secret: bytes | None, pending: bytes | None) -> None:
    if not await change_second_factor(session, holder, secret, pending):
        raise Conflict("the second factor was changed meanwhile; begin anew")


def _tell(
    session: AsyncSession, caller: Caller, action: str, at: datetime, *, user_id: UUID | None = None
) -> None:
    """In the client's audit; a platform administrator has no client whose audit could hold it."""
    if caller.client_id is not None:
        payload = {"user_id": str(user_id or caller.person)}
        session.add(
            act_audit(client_id=caller.client_id, at=at, action=action, by=caller.name, payload=payload)
        )

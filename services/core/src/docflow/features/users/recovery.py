"""Forgotten and changed passwords, and addresses that are confirmed by mail."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.db.database import Database
from docflow.domain.access import Caller
from docflow.domain.errors import Forbidden, Problem, UserError
from docflow.domain.ports.sealing import Sealing
from docflow.features.audit.messages import act_audit
from docflow.features.mails.kinds import MailKind
from docflow.features.mails.repository import queue_mail
from docflow.features.users.failures import note_failure
from docflow.features.users.models import User
from docflow.features.users.one_time import OneTimeTokens, TokenInvalid, TokenKind, client_of
from docflow.features.users.passwords import Passwords
from docflow.features.users.policy import PasswordPolicy
from docflow.features.users.repository import (
    Login,
    SessionRepository,
    UserRepository,
    find_login,
    find_platform_admin,
    set_platform_password,
)
from docflow.features.users.throttle import Throttle, account_of


class Recovery:
    """A second factor stays as it is: nothing here signs anybody in."""

    def __init__(
        self,
        database: Database,
        passwords: Passwords,
        policy: PasswordPolicy,
        *,
        sealing: Sealing,
        throttle: Throttle,
    ) -> None:
        self._database = database
        self._passwords = passwords
        self._policy = policy
        self._sealing = sealing
        self._throttle = throttle

    async def forgot(self, email: str) -> None:
        """Has a letter written to the address. Whether anybody has it is looked up when the letter leaves, so the same
        happens here for everybody."""
        async with self._database.nobody() as session:
            queue_mail(session, self._sealing, MailKind.PASSWORD_RESET, None, {"email": email})

    async def reset(self, token: str, password: str, *, at: datetime) -> None:
        """Raises TokenInvalid, and UserError for the password."""
        client_id = client_of(token)
        async with self._database.of(client_id) as session:
            row = await OneTimeTokens(session, client_id).find(TokenKind.PASSWORD_RESET, token, at=at)
            await _owner(session, row.email, row.user_id)
        self._policy.check(password, email=row.email)
        new_hash = await self._passwords.hash(password)
        async with self._database.of(client_id) as session:
            row = await OneTimeTokens(session, client_id).find(TokenKind.PASSWORD_RESET, token, at=at)
            login = await _owner(session, row.email, row.user_id)
            row.used_at = at
            await session.flush()
            await self._replace(session, login, row.email, new_hash, action="password_reset", at=at)
            # The token came by mail alone.
            await _confirm(session, client_id, login.user_id, row.email, at)

    async def change(
        self, caller: Caller, current: str, password: str, *, address: str, at: datetime
    ) -> None:
        """Raises UserError where a password is wrong or cannot be used, TooManyAttempts, Forbidden for a key."""
        email, login = await self._of(caller)
        self._policy.check(password, email=email)
        account = account_of(email)
        with self._throttle.trying(account, address) as under_way:
            async with self._database.nobody() as session:
                pause = await self._throttle.judge(session, account, address, under_way)
            await self._throttle.pause(pause)
            matches, _ = await self._passwords.verify(current, login.password_hash)
            if not matches:
                await note_failure(self._database, login, account=account, address=address, at=at)
                raise _not_current()
        new_hash = await self._passwords.hash(password)
        async with self._database.of(caller.client_id) as session:
            await self._replace(session, login, email, new_hash, action="password_changed", at=at)

    async def ask_to_confirm(self, caller: Caller) -> None:
        """Has a letter written to the caller's own address, unless it is confirmed already."""
        if caller.user_id is None:
            raise _person_needed()
        if caller.client_id is None:
            return  # a platform administrator's address was set by the operator
        async with self._database.client(caller.client_id) as session:
            user = await UserRepository(session, caller.client_id).get(caller.user_id)
            if user is not None and user.email_verified_at is None:
                values = {"email": user.email, "user_id": str(user.user_id)}
                queue_mail(session, self._sealing, MailKind.VERIFICATION, caller.client_id, values)

    async def confirm(self, token: str, *, at: datetime) -> None:
        """The address that the token was sent to is its owner's. Raises TokenInvalid."""
        client_id = client_of(token)
        async with self._database.of(client_id) as session:
            row = await OneTimeTokens(session, client_id).find(TokenKind.VERIFICATION, token, at=at)
            if row.user_id is None:
                raise TokenInvalid
            row.used_at = at
            await _confirm(session, client_id, row.user_id, row.email, at)

    async def _of(self, caller: Caller) -> tuple[str, Login]:
        if caller.user_id is None:
            raise _person_needed()
        async with self._database.of(caller.client_id) as session:
            email = await _email_of(session, caller)
            login = await find_login(session, email)
        assert login is not None
        return email, login

    async def _replace(
        self, session: AsyncSession, login: Login, email: str, new_hash: str, *, action: str, at: datetime
    ) -> None:
        """The password, where it is still the one that was looked at; then sessions and other ways to change it end."""
        if not await _set_password(session, login, new_hash):
            raise TokenInvalid if action == "password_reset" else _not_current()
        await SessionRepository(session, login.client_id).end_all(login.user_id, at)
        await OneTimeTokens(session, login.client_id).end_unused(TokenKind.PASSWORD_RESET, email)
        queue_mail(session, self._sealing, MailKind.PASSWORD_CHANGED, login.client_id, {"email": email})
        if login.client_id is not None:
            session.add(
                act_audit(
                    client_id=login.client_id,
                    at=at,
                    action=action,
                    by=f"user:{login.user_id}",
                    payload={"user_id": str(login.user_id)},
                )
            )


async def issue_reset(database: Database, email: str, *, at: datetime) -> str | None:
    """A token for whoever has the address; None where nobody does who may sign in."""
    async with database.nobody() as session:
        login = await find_login(session, email)
    if login is None or login.status != "active" or login.client_status not in (None, "active"):
        return None
    client_id = login.client_id
    async with database.of(client_id) as session:
        _, token = await OneTimeTokens(session, client_id).issue(
            TokenKind.PASSWORD_RESET, email, at=at, user_id=login.user_id
        )
        if client_id is not None:
            told = {"user_id": str(login.user_id)}
            session.add(act_audit(client_id=client_id, at=at, action="password_reset_sent", payload=told))
    return token


async def issue_verification(
    database: Database, client_id: UUID, user_id: UUID, email: str, *, at: datetime
) -> str | None:
    """A token that confirms the address; None where the person or their address is gone, or it is confirmed."""
    async with database.client(client_id) as session:
        user = await UserRepository(session, client_id).get(user_id)
        if user is None or user.email != email or user.email_verified_at is not None:
            return None
        _, token = await OneTimeTokens(session, client_id).issue(
            TokenKind.VERIFICATION, email, at=at, user_id=user_id
        )
    return token


async def _owner(session: AsyncSession, email: str, user_id: UUID | None) -> Login:
    login = await find_login(session, email)
    if login is None or login.user_id != user_id or login.status != "active":
        raise TokenInvalid
    return login


async def _email_of(session: AsyncSession, caller: Caller) -> str:
    assert caller.user_id is not None
    if caller.client_id is None:
        admin = await find_platform_admin(session, caller.user_id)
        assert admin is not None
        return admin.email
    user = await UserRepository(session, caller.client_id).get(caller.user_id)
    assert user is not None
    return user.email


async def _set_password(session: AsyncSession, login: Login, new_hash: str) -> bool:
    if login.client_id is None:
        return await set_platform_password(session, login.user_id, old=login.password_hash, new=new_hash)
    done = await session.execute(
        update(User)
        .where(
            User.client_id == login.client_id,
            User.user_id == login.user_id,
            User.password_hash.is_not_distinct_from(login.password_hash),
        )
        .values(password_hash=new_hash, version=User.version + 1)
        .returning(User.user_id)
    )
    return done.first() is not None


async def _confirm(
    session: AsyncSession, client_id: UUID | None, user_id: UUID, email: str, at: datetime
) -> None:
    if client_id is None:
        return
    own = User.client_id == client_id, User.user_id == user_id, User.email == email
    if await session.scalar(select(User.user_id).where(*own, User.email_verified_at.is_(None))):
        await session.execute(update(User).where(*own).values(email_verified_at=at, version=User.version + 1))
        session.add(
            act_audit(
                client_id=client_id,
                at=at,
                action="email_confirmed",
                by=f"user:{user_id}",
                payload={"user_id": str(user_id)},
            )
        )


def _not_current() -> UserError:
    return UserError(
        "the current password is wrong",
        problems=[Problem("/current_password", "is not the current password")],
    )


def _person_needed() -> Forbidden:
    return Forbidden("this belongs to a person; a key has none")

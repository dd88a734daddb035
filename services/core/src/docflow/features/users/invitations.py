"""Inviting somebody into a client, and becoming one of its people by the token of an invitation."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.db.database import Database
from docflow.db.lists import page_of_rows
from docflow.domain.errors import Conflict, NotFound
from docflow.domain.notifying import Language
from docflow.domain.paging import PageOf, PageRequest
from docflow.domain.ports.sealing import Sealing
from docflow.domain.stages import Role
from docflow.features.audit.messages import act_audit
from docflow.features.clients.repository import ClientRepository
from docflow.features.mails.kinds import MailKind
from docflow.features.mails.repository import queue_mail
from docflow.features.notifications.preferences import language_of, write_in
from docflow.features.users.models import AccountToken, User
from docflow.features.users.one_time import OneTimeTokens, TokenInvalid, TokenKind, client_of
from docflow.features.users.passwords import Passwords
from docflow.features.users.people import People
from docflow.features.users.policy import PasswordPolicy
from docflow.features.users.repository import UserRepository


class Invitations:
    """Those of one client. `session` is bound to it; `by` is who acts."""

    def __init__(self, session: AsyncSession, client_id: UUID, *, by: str, at: datetime) -> None:
        self._session = session
        self._client_id = client_id
        self._by = by
        self._at = at
        self._own = AccountToken.client_id == client_id, AccountToken.kind == TokenKind.INVITATION.value

    async def create(
        self,
        email: str,
        role: Role,
        *,
        sealing: Sealing,
        created_by: UUID | None,
        language: Language | None = None,
    ) -> tuple[AccountToken, str]:
        """The invitation and its token, which is kept nowhere but in the sealed letter; without `language` that is in the
        inviter's. An earlier one to this address ends. Raises Conflict where one of the client's people has it."""
        if await UserRepository(self._session, self._client_id).has_address(email):
            raise Conflict("this address has an account")
        language = language or await language_of(self._session, self._client_id, created_by)
        row, token = await OneTimeTokens(self._session, self._client_id).issue(
            TokenKind.INVITATION,
            email,
            at=self._at,
            role=role.value,
            created_by=created_by,
            language=language,
        )
        client = await ClientRepository(self._session, self._client_id).get()
        values = {"email": email, "token": token, "client_name": client.name, "language": language.value}
        queue_mail(self._session, sealing, MailKind.INVITATION, self._client_id, values)
        self._note("invitation_created", row)
        return row, token

    async def page(self, request: PageRequest) -> PageOf[AccountToken]:
        """Newest first, those that were accepted or ran out too."""
        query = select(AccountToken).where(*self._own)
        return await page_of_rows(
            self._session, query, request, AccountToken.created_at, AccountToken.token_id
        )

    async def revoke(self, invitation_id: UUID) -> None:
        """Raises NotFound, and Conflict once it was accepted."""
        row = await self._session.scalar(
            select(AccountToken).where(*self._own, AccountToken.token_id == invitation_id).with_for_update()
        )
        if row is None:
            raise NotFound("no such invitation")
        if row.used_at is not None:
            raise Conflict("this invitation was accepted")
        await self._session.execute(delete(AccountToken).where(AccountToken.token_id == invitation_id))
        self._note("invitation_revoked", row)

    def _note(self, action: str, row: AccountToken) -> None:
        self._session.add(
            act_audit(
                client_id=self._client_id,
                at=self._at,
                action=action,
                by=self._by,
                payload={"invitation_id": str(row.token_id), "role": row.role},
            )
        )


class Joining:
    """Accepting an invitation, before there is anybody who could sign in."""

    def __init__(
        self, database: Database, passwords: Passwords, policy: PasswordPolicy, sealing: Sealing
    ) -> None:
        self._database = database
        self._passwords = passwords
        self._policy = policy
        self._sealing = sealing

    async def accept(self, token: str, password: str, *, at: datetime) -> User:
        """The new person, active; their address is still to be confirmed, since whoever invited saw the token too.

        Raises TokenInvalid, also where the address got an account meanwhile, and UserError for the password.
        """
        client_id = client_of(token)
        if client_id is None:
            raise TokenInvalid
        async with self._database.client(client_id) as session:
            invitation = await _find(session, client_id, token, at)
        self._policy.check(password, email=invitation.email)
        password_hash = await self._passwords.hash(password)
        async with self._database.client(client_id) as session:
            return await self._join(session, client_id, token, password_hash, at)

    async def _join(
        self, session: AsyncSession, client_id: UUID, token: str, password_hash: str, at: datetime
    ) -> User:
        invitation = await _find(session, client_id, token, at)
        invitation.used_at = at
        by = f"invitation:{invitation.token_id}"
        try:
            user = await People(session, client_id, by=by, at=at).add(
                invitation.email, Role(invitation.role or Role.VIEWER), password_hash
            )
        except Conflict:
            raise TokenInvalid from None
        invitation.user_id = user.user_id
        if invitation.language is not None:
            await write_in(session, client_id, user.user_id, Language(invitation.language))
        values = {"email": user.email, "user_id": str(user.user_id)}
        queue_mail(session, self._sealing, MailKind.VERIFICATION, client_id, values)
        return user


async def _find(session: AsyncSession, client_id: UUID, token: str, at: datetime) -> AccountToken:
    """Raises TokenInvalid; an invitation into a suspended client waits until it is active again."""
    invitation = await OneTimeTokens(session, client_id).find(TokenKind.INVITATION, token, at=at)
    if (await ClientRepository(session, client_id).get()).status != "active":
        raise TokenInvalid
    return invitation

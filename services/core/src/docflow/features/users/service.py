"""Signing in, staying signed in and signing out."""

import hashlib
import hmac
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from docflow.db.database import Database
from docflow.domain.access import ROLE_SCOPES, Caller, FactorRule
from docflow.domain.errors import Forbidden, Unauthorized
from docflow.domain.ids import new_id
from docflow.domain.json_types import clean_text
from docflow.domain.ports.sealing import Sealing
from docflow.domain.stages import AuditResult, Role
from docflow.features.audit.messages import act_audit
from docflow.features.users.client_tokens import client_named, hash_of, written
from docflow.features.users.failures import note_failure
from docflow.features.users.models import RefreshSession
from docflow.features.users.passwords import Passwords
from docflow.features.users.recovery_codes import RecoveryCodes
from docflow.features.users.repository import (
    Holder,
    Login,
    SessionRepository,
    UserRepository,
    find_holder,
    find_login,
    find_standing,
    set_platform_password,
    standing_now,
    use_totp_step,
)
from docflow.features.users.throttle import (
    Throttle,
    TooManyAttempts,
    account_of,
    codes_of,
    record_attempt,
)
from docflow.features.users.tokens import AccessTokens, Claims
from docflow.features.users.totp import step_of

GRACE_S = 10
"""A rotated token works once more within this time, for two tabs that refresh together (api.md, Sessions)."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """`expires_in` is the seconds the access token lives."""

    access_token: str
    refresh_token: str
    expires_in: int


class Accounts:
    """What must survive a refusal (a counted failure, an ended family) is committed before the refusal is raised."""

    def __init__(
        self,
        database: Database,
        passwords: Passwords,
        tokens: AccessTokens,
        *,
        sealing: Sealing,
        successor_keys: Sequence[bytes],
        refresh_ttl_s: int,
        session_s: int = 90 * 86_400,
        throttle: Throttle,
        factor_rule: FactorRule = FactorRule.OFF,
        noted: Callable[[str], None] = lambda outcome: None,
    ) -> None:
        """A session ends `refresh_ttl_s` after its last use and `session_s` after its sign-in. `factor_rule` holds for platform administrators and where a client has none of its own. `noted` is told how each sign-in ended: succeeded, failed, unknown, throttled, suspended or mfa_required."""
        self._database = database
        self._passwords = passwords
        self._tokens = tokens
        self._sealing = sealing
        self._successor_keys = successor_keys
        self._refresh_ttl = timedelta(seconds=refresh_ttl_s)
        self._session_lasts = timedelta(seconds=session_s)
        self._throttle = throttle
        self._factor_rule = factor_rule
        self._noted = noted

    async def login(
        self,
        email: str,
        password: str,
        *,
        totp: str | None = None,
        recovery_code: str | None = None,
        address: str,
        agent: str,
        at: datetime,
    ) -> SignedIn:
        """Raises Unauthorized `invalid_credentials` (the same for an unknown address), `mfa_required`,
        Forbidden `client_suspended`, and TooManyAttempts. A code of either kind counts once."""
        account = account_of(email)
        try:
            with self._throttle.trying(account, address) as under_way:
                async with self._database.nobody() as session:
                    pause = await self._throttle.judge(session, account, address, under_way)
                    login = await find_login(session, email)
                await self._throttle.pause(pause)
                return await self._prove(
                    login,
                    password,
                    (totp, recovery_code),
                    account=account,
                    address=address,
                    agent=agent,
                    at=at,
                )
        except TooManyAttempts:
            self._noted("throttled")
            raise

    async def _prove(
        self,
        login: Login | None,
        password: str,
        codes: tuple[str | None, str | None],
        *,
        account: bytes,
        address: str,
        agent: str,
        at: datetime,
    ) -> SignedIn:
        matches, new_hash = await self._passwords.verify(password, login.password_hash if login else None)
        try:
            found = await self._judged(login if matches else None, *codes, account, at)
            signed_in = await self._open(
                found, new_hash, account=account, address=address, agent=agent, at=at
            )
        except (Unauthorized, Forbidden) as refusal:
            # Asking for the code is a step of signing in, no failure.
            if refusal.code == "invalid_credentials":
                await note_failure(self._database, login, account=account, address=address, at=at)
            self._noted(_outcome(refusal, login))
            raise
        self._noted("succeeded")
        return signed_in

    async def _judged(
        self,
        login: Login | None,
        totp: str | None,
        recovery_code: str | None,
        account: bytes,
        at: datetime,
    ) -> Login:
        """The account whose password was right, when it may be used and its second factor is there."""
        if login is None or login.status != "active":
            raise wrong()
        if login.client_status not in (None, "active"):
            raise _suspended()
        if login.totp_secret is not None and recovery_code and not totp:
            await self._use_recovery_code(login, recovery_code, at)
        elif login.totp_secret is not None:
            if not totp:
                raise Unauthorized("a code of the second factor is needed", code="mfa_required")
            await self._use_code(login.user_id, self._sealing.open(login.totp_secret), totp, account, at)
        return login

    async def _use_code(self, user_id: UUID, secret: bytes, code: str, account: bytes, at: datetime) -> None:
        codes, place = codes_of(account)
        with self._throttle.trying(codes, place) as under_way:
            async with self._database.nobody() as session:
                await self._throttle.judge(session, codes, place, under_way)
            step = step_of(secret, code, at)
            async with self._database.nobody() as session:
                right = step is not None and await use_totp_step(session, user_id, step)
                await record_attempt(session, account=codes, address=place, succeeded=right)
        if not right:
            raise wrong()

    async def _use_recovery_code(self, login: Login, code: str, at: datetime) -> None:
        by = f"user:{login.user_id}"
        async with self._database.of(login.client_id) as session:
            used = await RecoveryCodes(session, login.client_id).use(login.user_id, code, at)
            if used and login.client_id is not None:
                session.add(
                    act_audit(client_id=login.client_id, at=at, action="mfa_recovery_code_used", by=by)
                )
        if not used:
            raise wrong()

    @asynccontextmanager
    async def slowed(self, holder: Holder, *, address: str) -> AsyncIterator[None]:
        """Around what proves somebody who is signed in, before a step that matters: throttled like a sign-in, and under
        way to its end. Raises TooManyAttempts."""
        account = account_of(holder.email)
        with self._throttle.trying(account, address) as under_way:
            async with self._database.nobody() as session:
                pause = await self._throttle.judge(session, account, address, under_way)
            await self._throttle.pause(pause)
            yield

    async def prove_password(self, holder: Holder, password: str, *, address: str, at: datetime) -> None:
        """Inside `slowed`; a wrong one is counted like that of a sign-in."""
        matches, _ = await self._passwords.verify(password, holder.password_hash)
        if not matches:
            await self.count_failure(holder, address=address, at=at)
            raise wrong()

    async def count_failure(self, holder: Holder, *, address: str, at: datetime) -> None:
        account = account_of(holder.email)
        await note_failure(self._database, holder, account=account, address=address, at=at)

    async def _open(
        self, login: Login, new_hash: str | None, *, account: bytes, address: str, agent: str, at: datetime
    ) -> SignedIn:
        async with self._database.of(login.client_id) as session:
            if not await _still_proven(session, login, new_hash, at):
                raise wrong()
            await record_attempt(session, account=account, address=address, succeeded=True)
            if login.client_id is not None:
                session.add(
                    act_audit(client_id=login.client_id, at=at, action="login", by=f"user:{login.user_id}")
                )
            row, refresh = self._session_row(
                login.client_id, login.user_id, new_id(), at, address=address, agent=agent
            )
            session.add(row)
        return self._answer(row, login.role, refresh, at)

    async def refresh(self, token: str, *, address: str, agent: str, at: datetime) -> SignedIn:
        """A new pair for a refresh token. An old token that comes back ends its family."""
        client_id = _client_of(token)
        async with self._database.of(client_id) as session:
            answer = await self._rotate(session, client_id, token, address=address, agent=agent, at=at)
        if answer is None:
            raise _ended()
        return answer

    async def _rotate(
        self,
        session: AsyncSession,
        client_id: UUID | None,
        token: str,
        *,
        address: str,
        agent: str,
        at: datetime,
    ) -> SignedIn | None:
        """None = refused; whatever that ended is kept, since nothing is raised inside the transaction."""
        sessions = SessionRepository(session, client_id)
        row = await sessions.by_hash(hash_of(token))
        if row is None or row.revoked_at is not None or row.expires_at <= at:
            return None
        standing = await find_standing(session, row.user_id, row.family_id)
        again = await self._in_grace(sessions, row, at)
        is_up = standing is not None and standing.is_active and standing.is_open
        is_copy = row.used_at is not None and again is None
        if standing is None or not is_up or is_copy:
            await sessions.end_family(row.family_id, at)
            if is_copy:
                _tell(session, row, "refresh_token_reused", at, AuditResult.FAILED)
            return None
        if again is None:
            successor, refresh = self._session_row(
                client_id, row.user_id, row.family_id, at, address=address, agent=agent, after=token,
                signed_in_at=row.signed_in_at or row.created_at,
            )  # fmt: skip
            session.add(successor)
            row.used_at, row.successor_id = at, successor.session_id
        else:
            refresh = self._given_before(client_id, token, again)
        return self._answer(row, standing.role, refresh, at)

    async def _in_grace(
        self, sessions: SessionRepository, row: RefreshSession, at: datetime
    ) -> RefreshSession | None:
        """The successor that may be given once more."""
        if row.used_at is None or row.successor_id is None or at - row.used_at > timedelta(seconds=GRACE_S):
            return None
        successor = await sessions.by_id(row.successor_id)
        is_new = successor is not None and successor.used_at is None and successor.revoked_at is None
        return successor if is_new else None

    async def logout(self, token: str, *, at: datetime) -> None:
        """Ends the session of a refresh token; its access tokens are refused from the next request. Repeatable."""
        client_id = _client_of(token)
        async with self._database.of(client_id) as session:
            sessions = SessionRepository(session, client_id)
            row = await sessions.by_hash(hash_of(token))
            if row is not None and row.revoked_at is None:
                await sessions.end_family(row.family_id, at)
                _tell(session, row, "logout", at)

    async def caller(self, claims: Claims) -> Caller:
        """Who holds a proven token, as they stand now: the role of the row counts, not the token's."""
        standing = await standing_now(self._database, claims.user_id, claims.session_id)
        if standing is None or standing.client_id != claims.client_id or standing.user_status != "active":
            raise Unauthorized("this account is not active", code="invalid_credentials")
        if not standing.is_active:
            raise _suspended()
        if not standing.is_open:
            raise _ended()
        role = standing.role
        return Caller(
            f"user:{claims.user_id}",
            claims.client_id,
            ROLE_SCOPES[role],
            user_id=claims.user_id,
            role=role,
            session_id=claims.session_id,
            expires_at=datetime.fromtimestamp(claims.expires_at, UTC),
            needs_factor=standing.needs_factor(self._factor_rule),
            must_enrol=standing.must_enrol(self._factor_rule),
        )

    def _session_row(
        self,
        client_id: UUID | None,
        user_id: UUID,
        family_id: UUID,
        at: datetime,
        *,
        address: str,
        agent: str,
        after: str | None = None,
        signed_in_at: datetime | None = None,
    ) -> tuple[RefreshSession, str]:
        """`after` and `signed_in_at` are of the session that goes on; None = it begins."""
        began = signed_in_at or at
        secret = _follow(self._successor_keys[0], after) if after else secrets.token_hex(32)
        token = written(_KIND, client_id, secret)
        row = RefreshSession(
            session_id=new_id(),
            client_id=client_id,
            user_id=user_id,
            family_id=family_id,
            token_hash=hash_of(token),
            user_agent=clean_text(agent)[:200] or None,
            address=address or None,
            expires_at=min(at + self._refresh_ttl, began + self._session_lasts),
            signed_in_at=began,
        )
        return row, token

    def _given_before(self, client_id: UUID | None, token: str, successor: RefreshSession) -> str:
        """The successor's token, made anew; by an older key when the secret was replaced in between."""
        made = [written(_KIND, client_id, _follow(key, token)) for key in self._successor_keys]
        return next((each for each in made if hash_of(each) == bytes(successor.token_hash)), made[0])

    def _answer(self, row: RefreshSession, role: Role, refresh: str, at: datetime) -> SignedIn:
        access = self._tokens.issue(
            user_id=row.user_id, client_id=row.client_id, role=role, session_id=row.family_id, at=at
        )
        return SignedIn(access, refresh, self._tokens.ttl_s)


async def _still_proven(session: AsyncSession, login: Login, new_hash: str | None, at: datetime) -> bool:
    """Also keeps the new hash. False when the password or the second factor was changed while the old one was compared."""
    if login.client_id is not None:
        return await UserRepository(session, login.client_id).signed_in(login, at, new_hash)
    proven = login.password_hash or ""
    if not await set_platform_password(session, login.user_id, old=proven, new=new_hash or proven):
        return False
    # The row is ours until the end: whoever changes the factor now ends this session too.
    holder = await find_holder(session, login.user_id)
    return holder is not None and holder.totp_secret == login.totp_secret


def _tell(
    session: AsyncSession,
    row: RefreshSession,
    action: str,
    at: datetime,
    result: AuditResult = AuditResult.SUCCESS,
) -> None:
    if row.client_id is not None:
        by, told = f"user:{row.user_id}", {"user_id": str(row.user_id)}
        session.add(
            act_audit(client_id=row.client_id, at=at, action=action, by=by, result=result, payload=told)
        )


def _outcome(refusal: Unauthorized | Forbidden, login: Login | None) -> str:
    if refusal.code == "invalid_credentials":
        return "failed" if login else "unknown"
    return {"client_suspended": "suspended"}.get(refusal.code, refusal.code)


_KIND = "dfr"


def _client_of(token: str) -> UUID | None:
    try:
        return client_named(_KIND, token)
    except ValueError:
        raise _ended() from None


def _follow(key: bytes, token: str) -> str:
    """Made from the token it follows, with our key: two uses get the same one, and it is stored nowhere."""
    return hmac.new(key, token.encode(), hashlib.sha256).hexdigest()


def successor_key(secret: str) -> bytes:
    """What successors are made with, from a secret that signs tokens."""
    return hmac.new(secret.encode(), b"refresh successor", hashlib.sha256).digest()


def _ended() -> Unauthorized:
    return Unauthorized("the session has ended; sign in again")


def wrong() -> Unauthorized:
    """The same for an unknown address, a wrong password and a wrong code."""
    return Unauthorized("the address, the password or the code is wrong", code="invalid_credentials")


def _suspended() -> Forbidden:
    return Forbidden("this client is suspended", code="client_suspended")

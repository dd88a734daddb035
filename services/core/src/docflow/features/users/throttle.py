"""Slows down whoever guesses passwords, without locking anybody out.

Who failed too often from one address waits there, longer after each further failure; the right password from another
address still gets in. An account that is tried from everywhere is answered more slowly. Unknown accounts count like
known ones: what is counted is a hash of the address that was typed. Codes of a second factor are few enough to be tried out from
many addresses: they wait by account.
"""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.errors import UserError
from docflow.features.users.models import LoginAttempt

WINDOW_S = 3600.0
FIRST_WAIT_S = 15.0
LONGEST_WAIT_S = 900.0
ADDRESS_SHARE = 5
"""An address may fail so many times more than one account from it: an office shares one."""
ACCOUNT_SHARE = 2
LONGEST_PAUSE_S = 4.0


class TooManyAttempts(UserError):
    default_code = "rate_limited"

    def __init__(self, after_s: int) -> None:
        super().__init__("too many failed sign-ins; wait a moment")
        self.after_s = after_s


@dataclass(frozen=True, slots=True)
class Failures:
    """Of the last hour. `age_s` is the time since the last one."""

    count: int = 0
    age_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Recent:
    """`here`: of this account from this address, since it last signed in from there."""

    here: Failures = Failures()
    address: Failures = Failures()
    account: int = 0


def account_of(email: str) -> bytes:
    return hashlib.sha256(email.strip().lower().encode()).digest()


def codes_of(account: bytes) -> tuple[bytes, str]:
    """What codes of an account are counted as: together, from wherever they come. Whoever gets so far has the password, so
    nobody else can make its owner wait."""
    counted = hashlib.sha256(b"codes" + account).digest()
    return counted, counted.hex()


def origin_of(address: str) -> str:
    """What is counted in an address's place: of IPv6 the /64, since whoever has one address of it has them all."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    if not isinstance(ip, IPv6Address):
        return address
    return str(ip.ipv4_mapped or ip_network((int(ip), 64), strict=False))


def wait_s(failures: Failures, limit: int) -> float:
    """Seconds until another try; 0 = now. Doubles with each failure from the limit on."""
    over = failures.count - limit
    if over < 0:
        return 0.0
    wait = min(FIRST_WAIT_S * 2.0 ** min(over, 16), LONGEST_WAIT_S)
    return max(0.0, wait - failures.age_s)


def pause_s(account_failures: int, limit: int) -> float:
    """Seconds that an answer is held back."""
    over = account_failures - ACCOUNT_SHARE * limit
    return 0.0 if over < 0 else min(0.25 * 2.0 ** min(over, 16), LONGEST_PAUSE_S)


class Throttle:
    """`limit`: failures before the waits begin; None = no limit."""

    def __init__(
        self, limit: int | None, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._limit = limit
        self._sleep = sleep
        self._in_hand: Counter[tuple[bytes, str]] = Counter()

    @contextmanager
    def trying(self, account: bytes, address: str) -> Iterator[int]:
        """How many tries of this kind are under way, for `judge`: they count as failures, so that a burst does not slip
        in before the first is judged."""
        key = account, origin_of(address)
        before = self._in_hand[key]
        self._in_hand[key] += 1
        try:
            yield before
        finally:
            self._in_hand[key] -= 1
            if not self._in_hand[key]:
                del self._in_hand[key]

    async def judge(self, session: AsyncSession, account: bytes, address: str, under_way: int) -> float:
        """The pause before this try is looked at, in seconds. Raises TooManyAttempts."""
        if self._limit is None:
            return 0.0
        recent = await recent_failures(session, account, origin_of(address))
        here = Failures(recent.here.count + under_way, recent.here.age_s)
        wait = max(wait_s(here, self._limit), wait_s(recent.address, ADDRESS_SHARE * self._limit))
        if wait > 0:
            raise TooManyAttempts(max(1, round(wait)))
        return pause_s(recent.account, self._limit)

    async def pause(self, seconds: float) -> None:
        """With no transaction open."""
        if seconds > 0:
            await self._sleep(seconds)


async def recent_failures(session: AsyncSession, account: bytes, address: str) -> Recent:
    this_account = LoginAttempt.account == account
    this_address = LoginAttempt.address == address
    begin = func.now() - timedelta(seconds=WINDOW_S)
    signed_in = (
        select(func.max(LoginAttempt.created_at))
        .where(this_account, this_address, LoginAttempt.succeeded, LoginAttempt.created_at > begin)
        .scalar_subquery()
    )
    here = this_account & this_address & (LoginAttempt.created_at > func.coalesce(signed_in, begin))
    last_here = func.max(LoginAttempt.created_at).filter(here)
    last_address = func.max(LoginAttempt.created_at).filter(this_address)
    counted = select(
        func.count().filter(here).label("here"),
        func.extract("epoch", func.now() - last_here).label("here_age_s"),
        func.count().filter(this_address).label("address"),
        func.extract("epoch", func.now() - last_address).label("address_age_s"),
        func.count().filter(this_account).label("account"),
    ).where(LoginAttempt.created_at > begin, ~LoginAttempt.succeeded, this_account | this_address)
    row = (await session.execute(counted)).one()
    return Recent(
        Failures(row.here, float(row.here_age_s or 0)),
        Failures(row.address, float(row.address_age_s or 0)),
        row.account,
    )


async def record_attempt(session: AsyncSession, *, account: bytes, address: str, succeeded: bool) -> None:
    session.add(LoginAttempt(account=account, address=origin_of(address), succeeded=succeeded))
    await session.flush()

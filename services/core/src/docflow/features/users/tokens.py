"""Access tokens: the one module that touches python-jose.

The library accepts tokens without `aud` or `exp`, short secrets and a missing list of algorithms; everything that
matters is therefore required here: one algorithm, a known key id, these claims and no others, each of its type.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from uuid import UUID

from docflow.domain.errors import Unauthorized
from docflow.domain.ids import new_id
from docflow.domain.stages import Role

ALGORITHM = "HS256"
MIN_SECRET_BYTES = 32
MAX_TOKEN_CHARS = 4096
REMEMBERED = 1024
"""Tokens whose signature is not computed again; refused ones are not kept."""
_TYPE = "access"
_CLAIMS = frozenset({"sub", "client_id", "role", "typ", "sid", "iss", "aud", "iat", "exp", "jti"})
_HEADER = frozenset({"alg", "typ", "kid"})
_CLOCK_DRIFT_S = 5


@dataclass(frozen=True, slots=True)
class Claims:
    """A token that was proven. `session_id` names the family of the sign-in it came from."""

    user_id: UUID
    client_id: UUID | None
    role: Role
    session_id: UUID
    token_id: UUID
    expires_at: int
    """Seconds of the epoch."""


def key_id(secret: str) -> str:
    """The `kid` of a secret: tells which one signed, and nothing that its signatures do not tell."""
    return hmac.new(secret.encode(), b"docflow key id", hashlib.sha256).hexdigest()[:16]


class AccessTokens:
    """`secret` signs; tokens of the `previous` ones are taken until they expire, so that a secret can be replaced."""

    def __init__(
        self, secret: str, *, issuer: str, audience: str, ttl_s: int, previous: Sequence[str] = ()
    ) -> None:
        """Raises ValueError for a secret under 32 bytes: shorter ones can be guessed offline."""
        for each in (secret, *previous):
            if len(each.encode()) < MIN_SECRET_BYTES:
                raise ValueError(f"the token secret needs at least {MIN_SECRET_BYTES} bytes")
        self._secret = secret
        self._secrets = {key_id(each): each for each in (secret, *previous)}
        self._issuer = issuer
        self._audience = audience
        self.ttl_s = ttl_s
        # Proving a signature is most of what a token costs. Whether it holds now is judged at each use.
        self._verified = lru_cache(REMEMBERED)(self._verify)

    def issue(
        self, *, user_id: UUID, client_id: UUID | None, role: Role, session_id: UUID, at: datetime
    ) -> str:
        from jose import jwt

        claims = {
            "sub": str(user_id),
            "client_id": str(client_id) if client_id else None,
            "role": role.value,
            "typ": _TYPE,
            "sid": str(session_id),
            "iss": self._issuer,
            "aud": self._audience,
            "iat": int(at.timestamp()),
            "exp": int((at + timedelta(seconds=self.ttl_s)).timestamp()),
            "jti": str(new_id()),
        }
        headers = {"kid": key_id(self._secret)}
        token: str = jwt.encode(claims, self._secret, algorithm=ALGORITHM, headers=headers)
        return token

    def read(self, token: str, *, at: datetime) -> Claims:
        """The claims of a valid token. Raises Unauthorized for any other, without saying which check failed."""
        claims = self._verified(token)
        now = at.timestamp()
        try:
            issued, expires = _seconds(claims["iat"]), _seconds(claims["exp"])
            fits = (
                claims["typ"] == _TYPE
                and claims["iss"] == self._issuer
                and claims["aud"] == self._audience
                and issued <= now + _CLOCK_DRIFT_S
                and now < expires <= issued + self.ttl_s
            )
            proven = Claims(
                user_id=UUID(_text(claims, "sub")),
                client_id=UUID(_text(claims, "client_id")) if claims["client_id"] is not None else None,
                role=Role(_text(claims, "role")),
                session_id=UUID(_text(claims, "sid")),
                token_id=UUID(_text(claims, "jti")),
                expires_at=expires,
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise _refused() from error
        if not fits or (proven.client_id is None) != (proven.role is Role.PLATFORM_ADMIN):
            raise _refused()
        return proven

    def _verify(self, token: str) -> Mapping[str, object]:
        from jose import jwt
        from jose.exceptions import JOSEError

        if len(token) > MAX_TOKEN_CHARS or not token.isascii():
            raise _refused()
        try:
            # Times and names are judged in `read`, against the clock that is passed in.
            claims: dict[str, object] = jwt.decode(
                token,
                self._secret_of(jwt.get_unverified_header(token)),
                algorithms=[ALGORITHM],
                options={"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False},
            )
        except (JOSEError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise _refused() from error
        if set(claims) != _CLAIMS:
            raise _refused()
        return MappingProxyType(claims)

    def _secret_of(self, header: dict[str, object]) -> str:
        """Keys inside the token (`jwk`, `jku`, `x5u`), critical extensions and other forms are never looked at."""
        if set(header) != _HEADER or header["alg"] != ALGORITHM or header["typ"] != "JWT":
            raise _refused()
        return self._secrets[_text(header, "kid")]


def _seconds(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("a time in a token is a whole number of seconds")
    return value


def _refused() -> Unauthorized:
    return Unauthorized("the token is not valid or has expired")


def _text(claims: Mapping[str, object], name: str) -> str:
    value = claims[name]
    if not isinstance(value, str):
        raise TypeError("an id in a token is a string")
    return value

"""Everybody who may call: the roles, keys with one scope more or less, and those who can prove nothing."""

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from docflow.domain.access import ROLE_SCOPES, FactorRule, Scope
from docflow.domain.stages import Role
from docflow.features.api_keys.models import ApiKey
from docflow.features.api_keys.service import create_api_key
from docflow.features.users.factor_rule import FactorRules
from docflow.features.users.tokens import AccessTokens
from docflow.testing.database import DatabaseUrls
from docflow.testing.factories import Tenancy, add_user
from sqlalchemy import update

from tests.integration.api.accounts import platform_session
from tests.integration.api.conftest import World
from tests.security.permissions import Needs, Rule
from tests.security.sign_ins import HASH, sign_in

Headers = dict[str, str]


@dataclass(frozen=True, slots=True)
class Proven:
    """A caller whose token or key is good. `scopes` is what it holds."""

    name: str
    headers: Headers
    scopes: frozenset[Scope]
    platform: bool = False
    role: Role | None = None
    """None = a key."""

    def may(self, rule: Rule) -> bool:
        match rule.needs:
            case Needs.NOTHING | Needs.PROOF:
                return True
            case Needs.PERSON:
                return self.role is not None
            case Needs.MEMBER:
                return self.role is not None and not self.platform
            case Needs.PLATFORM:
                return self.platform
            case _:
                return rule.scopes <= self.scopes or ((rule.platform or rule.everywhere) and self.platform)


CLIENT_ROLES = (Role.VIEWER, Role.OPERATOR, Role.ADMIN)


async def enrollers(world: World, tenancy: Tenancy) -> list[Proven]:
    """One person of each role, signed in by the password alone at a client that requires a second factor of everyone."""
    async with world.container.database.client(tenancy.client_id) as session:
        rules = FactorRules(session, tenancy.client_id)
        await rules.change(FactorRule.EVERYONE, by="matrix", at=datetime.now(UTC))
    return [
        Proven(
            f"{role} without a factor", bearer(await _person(world, tenancy, role)), frozenset(), role=role
        )
        for role in CLIENT_ROLES
    ]


async def people(world: World, tenancy: Tenancy, urls: DatabaseUrls) -> list[Proven]:
    """One signed-in person of each role."""
    found = [
        Proven(role.value, bearer(await _person(world, tenancy, role)), ROLE_SCOPES[role], role=role)
        for role in CLIENT_ROLES
    ]
    top = Role.PLATFORM_ADMIN
    headers = await platform_session(world, urls)
    return [*found, Proven(top.value, headers, frozenset(), platform=True, role=top)]


async def administrator(world: World, tenancy: Tenancy) -> Headers:
    return bearer(await _person(world, tenancy, Role.ADMIN))


async def keys(world: World, tenancy: Tenancy) -> list[Proven]:
    """For each scope a key with it alone and one with every other; a key with none."""
    everything = frozenset(Scope)
    wanted = {f"key with {scope} only": frozenset({scope}) for scope in Scope}
    wanted |= {f"key without {scope}": everything - {scope} for scope in Scope}
    wanted["key with nothing"] = frozenset()
    return [Proven(name, await _key(world, tenancy, scopes), scopes) for name, scopes in wanted.items()]


async def unproven(world: World, tenancy: Tenancy) -> dict[str, Headers]:
    """Who must get 401 wherever a token is needed."""
    token = await _person(world, tenancy, Role.ADMIN)
    ended = await _ended(world, tenancy)
    return {
        "nobody": {},
        "no bearer": {"Authorization": "Basic YTpi"},
        "an empty token": {"Authorization": "Bearer "},
        "no token at all": bearer("hello"),
        "a changed token": bearer(token[:-4] + "AAAA"),
        "an expired token": bearer(_late(world, token)),
        "a token of a session that ended": bearer(ended),
        "a token of nobody": bearer(_invented(world, tenancy)),
        "a revoked key": await _key(world, tenancy, tuple(Scope), revoked=True),
        "an expired key": await _key(world, tenancy, tuple(Scope), expires_at=LONG_AGO),
        "an unknown key": bearer("dfk_live_abcdefgh_" + "x" * 43),
    }


LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def bearer(token: str) -> Headers:
    return {"Authorization": f"Bearer {token}"}


async def _person(world: World, tenancy: Tenancy, role: Role) -> str:
    email = f"{role.value}-{uuid4().hex[:8]}@{tenancy.slug}.test"
    await add_user(world.container.database, tenancy.client_id, email=email, role=role, password_hash=HASH)
    return (await sign_in(world.http, email)).json()["access_token"]


async def _ended(world: World, tenancy: Tenancy) -> str:
    email = f"gone-{uuid4().hex[:8]}@{tenancy.slug}.test"
    await add_user(
        world.container.database, tenancy.client_id, email=email, role=Role.ADMIN, password_hash=HASH
    )
    signed_in = (await sign_in(world.http, email)).json()
    await world.http.post("/v1/auth/logout", json={"refresh_token": signed_in["refresh_token"]})
    return signed_in["access_token"]


def _tokens(world: World) -> AccessTokens:
    auth = world.container.settings.auth
    assert auth.secret is not None
    return AccessTokens(
        auth.secret.get_secret_value(), issuer=auth.issuer, audience=auth.audience, ttl_s=auth.access_ttl_s
    )


def _late(world: World, token: str) -> str:
    """The same person and session, an hour ago."""
    payload = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return _tokens(world).issue(
        user_id=UUID(claims["sub"]),
        client_id=UUID(claims["client_id"]),
        role=Role(claims["role"]),
        session_id=UUID(claims["sid"]),
        at=datetime.now(UTC) - timedelta(hours=1),
    )


def _invented(world: World, tenancy: Tenancy) -> str:
    return _tokens(world).issue(
        user_id=uuid4(),
        client_id=tenancy.client_id,
        role=Role.ADMIN,
        session_id=uuid4(),
        at=datetime.now(UTC),
    )


async def _key(
    world: World,
    tenancy: Tenancy,
    scopes: Iterable[Scope],
    *,
    revoked: bool = False,
    expires_at: datetime | None = None,
) -> Headers:
    async with world.container.database.client(tenancy.client_id) as session:
        row, key = await create_api_key(session, tenancy.client_id, "matrix", scopes, expires_at=expires_at)
        if revoked:
            await session.execute(
                update(ApiKey).where(ApiKey.api_key_id == row.api_key_id).values(revoked_at=LONG_AGO)
            )
    return bearer(key)

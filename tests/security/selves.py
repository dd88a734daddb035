"""Fresh people for operations that are about the caller, with what they know of themselves."""

import base64
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import uuid4

from docflow.domain.ids import new_id
from docflow.domain.stages import Role
from docflow.features.users.models import User
from docflow.features.users.totp import STEP_S, code_at
from docflow.testing.factories import add_user
from sqlalchemy import create_engine, insert
from sqlalchemy.pool import NullPool

from tests.security.scene import Scene
from tests.security.sign_ins import HASH, PASSWORD, claims_of, sign_in

Headers = dict[str, str]


@dataclass(frozen=True, slots=True)
class Myself:
    """`mine` maps a kind of `permissions.py` to what is the caller's own."""

    headers: Headers
    mine: dict[str, str] = field(default_factory=dict)


async def _person(scene: Scene, role: Role) -> Myself:
    token = (await sign_in(scene.world.http, await _account(scene, role))).json()["access_token"]
    return Myself({"Authorization": f"Bearer {token}"}, {"session": str(claims_of(token)["sid"])})


async def _beginner(scene: Scene, role: Role) -> Myself:
    """Has a secret in the app and has not confirmed it."""
    me = await _person(scene, role)
    begun = await _post(scene, me, "/v1/me/mfa/totp", password=PASSWORD)
    step = int(datetime.now(UTC).timestamp()) // STEP_S
    return Myself(me.headers, me.mine | {"code": code_at(base64.b32decode(str(begun["secret"])), step)})


async def _guarded(scene: Scene, role: Role) -> Myself:
    """Has a second factor; the code is one for recovery, which needs no waiting for the app's next."""
    me = await _beginner(scene, role)
    codes = (await _post(scene, me, "/v1/me/mfa/totp/confirm", code=me.mine["code"]))["recovery_codes"]
    assert isinstance(codes, list)
    return Myself(me.headers, me.mine | {"code": str(codes[0])})


SELVES: dict[str, Callable[[Scene, Role], Awaitable[Myself]]] = {
    "person": _person,
    "beginner": _beginner,
    "guarded": _guarded,
}


async def _post(scene: Scene, me: Myself, path: str, **body: str) -> dict[str, object]:
    answer = await scene.world.http.post(path, headers=me.headers, json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def _account(scene: Scene, role: Role) -> str:
    email = f"{uuid4().hex[:12]}@selves.test"
    if role is not Role.PLATFORM_ADMIN:
        await add_user(
            scene.own.database, scene.own.tenancy.client_id, email=email, role=role, password_hash=HASH
        )
        return email
    # Written past the services, which may not make one.
    engine = create_engine(scene.urls.admin, poolclass=NullPool)
    with engine.begin() as connection:
        row = {"user_id": new_id(), "email": email, "role": role.value, "password_hash": HASH}
        connection.execute(insert(User).values(row))
    engine.dispose()
    return email

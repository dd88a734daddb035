"""People who are signed in already: a session of their own without a password to hash."""

from datetime import timedelta
from uuid import UUID

from docflow.db.database import Database
from docflow.domain.ids import new_id
from docflow.domain.stages import Role
from docflow.features.users.models import RefreshSession, User
from docflow.testing.factories import Tenancy
from sqlalchemy import select

from tests.integration.api.conftest import World, gateway_of
from tests.integration.api.test_access import person


async def desk_of(world: World, database: Database, tenancy: Tenancy, email: str) -> dict[str, str]:
    """Headers of one more session of somebody of the client."""
    at, family_id = world.container.clock.now(), new_id()
    async with database.client(tenancy.client_id) as session:
        user = (await session.scalars(select(User).where(User.email == email))).one()
        session.add(
            RefreshSession(
                session_id=new_id(),
                client_id=tenancy.client_id,
                user_id=user.user_id,
                family_id=family_id,
                token_hash=family_id.bytes,
                expires_at=at + timedelta(days=1),
                signed_in_at=at,
            )
        )
    return _headers(world, user.user_id, tenancy.client_id, Role(user.role), family_id)


async def desk(
    world: World, database: Database, tenancy: Tenancy, role: Role = Role.OPERATOR
) -> dict[str, str]:
    """Headers of somebody new."""
    return await desk_of(world, database, tenancy, await person(database, tenancy, role))


def _headers(world: World, user_id: UUID, client_id: UUID, role: Role, family_id: UUID) -> dict[str, str]:
    token = gateway_of(world).tokens.issue(
        user_id=user_id,
        client_id=client_id,
        role=role,
        session_id=family_id,
        at=world.container.clock.now(),
    )
    return {"Authorization": f"Bearer {token}"}

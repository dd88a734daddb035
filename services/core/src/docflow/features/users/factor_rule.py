"""Of whom a client requires a second factor."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.access import FactorRule
from docflow.domain.stages import Role
from docflow.features.audit.messages import act_audit
from docflow.features.clients.models import Client
from docflow.features.users.models import User


@dataclass(frozen=True, slots=True)
class Without:
    """Active people who have no second factor yet; the admins are among `everyone`."""

    admins: int
    everyone: int


class FactorRules:
    """Of one client; `session` is bound to it."""

    def __init__(self, session: AsyncSession, client_id: UUID) -> None:
        self._session = session
        self._client_id = client_id

    async def get(self) -> FactorRule | None:
        """None = as the platform says."""
        kept = await self._session.scalar(
            select(Client.second_factor).where(Client.client_id == self._client_id)
        )
        return FactorRule(kept) if kept else None

    async def change(self, rule: FactorRule | None, *, by: str, at: datetime) -> None:
        """Counts from the next request of everybody. API keys are not asked."""
        await self._session.execute(
            update(Client)
            .where(Client.client_id == self._client_id)
            .values(second_factor=rule.value if rule else None)
        )
        self._session.add(
            act_audit(
                client_id=self._client_id,
                at=at,
                action="second_factor_rule_changed",
                by=by,
                payload={"second_factor": rule.value if rule else None},
            )
        )

    async def without(self) -> Without:
        admins = func.count().filter(User.role == Role.ADMIN.value)
        row = (
            await self._session.execute(
                select(admins, func.count()).where(
                    User.client_id == self._client_id, User.status == "active", User.totp_secret.is_(None)
                )
            )
        ).one()
        return Without(row[0], row[1])

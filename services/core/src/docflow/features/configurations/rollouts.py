"""A client's version on its way into force: beside the work, for a share of it, for all, and back again."""

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.configuration import LifecycleState
from docflow.domain.errors import Conflict
from docflow.features.configurations.drafts import ConfigurationDrafts
from docflow.features.configurations.models import ConfigurationRow

_BEFORE_CANARY = (LifecycleState.DRAFT, LifecycleState.SHADOW, LifecycleState.CANARY)


class Rollouts:
    """`drafts` are those of a client, in the same transaction."""

    def __init__(self, session: AsyncSession, drafts: ConfigurationDrafts) -> None:
        self._session = session
        self._drafts = drafts

    async def shadow(self, row: ConfigurationRow, seen: int | None, at: datetime) -> ConfigurationRow:
        """It stands still to be evaluated; no process is ever decided by it. Raises as publishing does."""
        if row.state != LifecycleState.DRAFT:
            raise Conflict(f"a configuration that is {row.state} does not become a shadow")
        return await self._drafts.release(row, seen, at, LifecycleState.SHADOW)

    async def canary(
        self, row: ConfigurationRow, seen: int | None, at: datetime, percent: int
    ) -> ConfigurationRow:
        """It takes `percent` of 100 new processes; of a canary the share changes. One at a time for each type.

        Raises Conflict where nothing is in force to take the others.
        """
        if row.state not in _BEFORE_CANARY:
            raise Conflict(f"a configuration that is {row.state} does not become a canary")
        if await self._in_force(row) is None:
            raise Conflict("nothing is in force that would take the other processes; publish it")
        other = await self._session.scalar(
            _of_type(row).where(
                ConfigurationRow.state == LifecycleState.CANARY, ConfigurationRow.config_id != row.config_id
            )
        )
        if other is not None:
            raise Conflict(f"version {other.version} is the canary already; retire or publish it first")
        return await self._drafts.release(row, seen, at, LifecycleState.CANARY, percent=percent)

    async def roll_back(
        self, row: ConfigurationRow, seen: int | None, at: datetime
    ) -> tuple[ConfigurationRow, ConfigurationRow]:
        """Retire the version that is in force, or the canary; new processes go to the published one before.

        What was published stays as it is: the version before never left, so it is in force again by itself. Returns
        the retired one and the one in force now. Raises Conflict `rollback_impossible` where there is none.
        """
        in_force = await self._in_force(row)
        is_canary = row.state == LifecycleState.CANARY
        if not is_canary and (in_force is None or in_force.config_id != row.config_id):
            raise Conflict("only the version in force, or the canary, is rolled back")
        back_to = in_force if is_canary else await self._in_force(row, below=row.version)
        if back_to is None:
            raise Conflict(
                "no version before this one is published; clone one and publish it",
                code="rollback_impossible",
            )
        retired = await self._drafts.retire(row, seen, at)
        back_to_version = {"back_to": back_to.version}
        await self._drafts.note(retired, "configuration_rolled_back", at, back_to_version)
        return retired, back_to

    async def _in_force(self, row: ConfigurationRow, below: int | None = None) -> ConfigurationRow | None:
        query = _of_type(row).where(ConfigurationRow.state == LifecycleState.PUBLISHED)
        if below is not None:
            query = query.where(ConfigurationRow.version < below)
        found: ConfigurationRow | None = await self._session.scalar(
            query.order_by(ConfigurationRow.version.desc()).limit(1)
        )
        return found


def _of_type(row: ConfigurationRow) -> Select[ConfigurationRow]:
    return select(ConfigurationRow).where(
        ConfigurationRow.client_id == row.client_id,
        ConfigurationRow.process_type_id == row.process_type_id,
        ConfigurationRow.is_active,
    )

"""Fits in the database: those in force for a configuration, and what came of a new one."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.db.database import Database
from docflow.domain.calibration import Calibration
from docflow.domain.confidence import PRIOR_WEIGHTS, Fitted
from docflow.domain.ids import new_id
from docflow.features.calibration.fitting import Fit
from docflow.features.calibration.models import CalibrationRow

TTL_S = 60.0
"""A new fit counts after so long at the latest."""
MOST_FITS = 2_000
_REMEMBERED = 256

_IN_FORCE = text(
    "SELECT calibration_id, scope, weights, steps, created_at FROM calibrations WHERE client_id = :client_id AND is_active"
    " AND (CAST(:process_type_id AS text) IS NULL OR process_type_id IS NULL OR process_type_id = :process_type_id)"
    " LIMIT :most"
)
_WITHDRAW = text(
    "UPDATE calibrations SET is_active = false WHERE client_id = :client_id AND scope = :scope AND is_active"
)
_NEXT = text(
    "SELECT coalesce(max(version), 0) + 1 FROM calibrations WHERE client_id = :client_id AND scope = :scope"
)


@dataclass(frozen=True, slots=True)
class InForce:
    fitted: Fitted
    since: datetime


class Calibrations:
    """The fits of each client's types, kept for a minute."""

    def __init__(self, database: Database, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock_s = clock_s
        self._kept: OrderedDict[tuple[UUID, str], tuple[float, Mapping[str, Fitted]]] = OrderedDict()

    async def of(self, client_id: UUID, process_type_id: str, config_version: int) -> Calibration:
        return Calibration(process_type_id, config_version, await self._fits(client_id, process_type_id))

    async def _fits(self, client_id: UUID, process_type_id: str) -> Mapping[str, Fitted]:
        key = (client_id, process_type_id)
        kept = self._kept.get(key)
        if kept is not None and self._clock_s() - kept[0] < TTL_S:
            return kept[1]
        async with self._database.client(client_id) as session:
            found = await in_force(session, client_id, process_type_id)
        fits = {scope: one.fitted for scope, one in found.items()}
        self._kept[key] = (self._clock_s(), fits)
        self._kept.move_to_end(key)
        if len(self._kept) > _REMEMBERED:
            self._kept.popitem(last=False)
        return fits


async def in_force(
    session: AsyncSession, client_id: UUID, process_type_id: str | None = None
) -> dict[str, InForce]:
    """By scope; of one type and what is wider, or of all types. Fits of other weights than ours are left out."""
    rows = await session.execute(
        _IN_FORCE, {"client_id": client_id, "process_type_id": process_type_id, "most": MOST_FITS}
    )
    return {
        row.scope: InForce(_fitted(row), row.created_at)
        for row in rows
        if len(row.weights) == len(PRIOR_WEIGHTS)
    }


async def keep(
    session: AsyncSession,
    client_id: UUID,
    fit: Fit,
    *,
    scope: str,
    process_type_id: str | None,
    labels: int,
) -> None:
    """A row for every fit, so that what was refused can be seen too; the better one takes the place of the last."""
    if fit.is_better:
        await session.execute(_WITHDRAW, {"client_id": client_id, "scope": scope})
    version = await session.scalar(_NEXT, {"client_id": client_id, "scope": scope})
    session.add(
        CalibrationRow(
            calibration_id=new_id(),
            client_id=client_id,
            scope=scope,
            version=version or 1,
            process_type_id=process_type_id,
            is_active=fit.is_better,
            labels=labels,
            weights=list(fit.weights),
            steps=[list(step) for step in fit.steps],
            figures={"held_out": fit.figures.as_json(), "before": fit.before.as_json()},
        )
    )


def _fitted(row: Row[Any]) -> Fitted:
    steps: Sequence[Sequence[float]] = row.steps
    return Fitted(
        str(row.calibration_id),
        tuple(float(weight) for weight in row.weights),
        tuple((float(start), float(sure)) for start, sure in steps),
    )

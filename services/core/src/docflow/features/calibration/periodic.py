"""Once a day: what reviewers decided since becomes new fits, client by client, each from its own labels alone."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

import structlog
from sqlalchemy import text

from docflow.db.database import Database
from docflow.domain.calibration import CLIENT, LEAST_LABELS, field_scope, kind_scope
from docflow.domain.confidence import Fitted
from docflow.domain.ports.workbench import Workbench
from docflow.features.calibration.fitting import Example, Fit, fit
from docflow.features.calibration.labels import Label, labels_of
from docflow.features.calibration.store import InForce, in_force, keep

log = structlog.get_logger(__name__)

AT_ONCE = 100
FIT_TIMEOUT_S = 60.0
MOST_LABELS = 20_000
"""The newest of a scope."""


class Work(NamedTuple):
    """One scope to fit. `fresh_from` is where the labels begin that the fit in force has not seen."""

    scope: str
    process_type_id: str | None
    examples: tuple[Example, ...]
    in_force: Fitted | None
    fresh_from: int


async def calibrate(database: Database, workbench: Workbench) -> int:
    """Returns how many fits were taken into force. Holds no transaction while it computes."""
    taken, after = 0, None
    while clients := await _due(database, after):
        for client_id in clients:
            taken += await calibrate_client(database, workbench, client_id)
        after = clients[-1]
    return taken


async def calibrate_client(database: Database, workbench: Workbench, client_id: UUID) -> int:
    async with database.client(client_id) as session:
        labels = await labels_of(session, client_id)
        standing = await in_force(session, client_id)
    taken = 0
    for work in works(labels, standing):
        found = await workbench.run(_fits, work, timeout_s=FIT_TIMEOUT_S, pool="ocr")
        if found is None:
            continue
        async with database.client(client_id) as session:
            await keep(
                session,
                client_id,
                found,
                scope=work.scope,
                process_type_id=work.process_type_id,
                labels=len(work.examples),
            )
        taken += found.is_better
        log.info("calibration.fitted", labels=len(work.examples), taken=found.is_better)
    return taken


def works(labels: Sequence[Label], standing: Mapping[str, InForce]) -> Iterable[Work]:
    """Every scope with enough labels, of which some are newer than what is in force."""
    scopes: dict[tuple[str, str | None], list[Label]] = {}
    for label in labels:
        type_id = label.process_type_id
        for key in (
            (field_scope(type_id, label.config_version, label.path), type_id),
            (kind_scope(type_id, label.weighed.kind), type_id),
            (CLIENT, None),
        ):
            scopes.setdefault(key, []).append(label)
    for (scope, process_type_id), found in sorted(scopes.items(), key=lambda one: one[0][0]):
        newest, standing_here = found[-MOST_LABELS:], standing.get(scope)
        since = standing_here.since if standing_here else None
        seen = sum(1 for one in newest if since is not None and one.decided_at <= since)
        if len(newest) < LEAST_LABELS or seen == len(newest):
            continue
        examples = tuple(
            Example(one.process_id, one.weighed.evidence, one.is_right, one.weight) for one in newest
        )
        fitted = standing_here.fitted if standing_here else None
        yield Work(scope, process_type_id, examples, fitted, seen)


def _fits(work: Work) -> Fit | None:
    return fit(work.examples, work.in_force, work.fresh_from)


async def _due(database: Database, after: UUID | None) -> Sequence[UUID]:
    async with database.nobody() as session:
        rows = await session.scalars(
            text("SELECT clients_to_calibrate(CAST(:after AS uuid), :most)"),
            {"after": after, "most": AT_ONCE},
        )
        return rows.all()

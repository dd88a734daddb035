"""Workers as the database sees them."""

from datetime import UTC, datetime
from uuid import UUID

from docflow.db.database import Database
from docflow.domain.advance import advance
from docflow.domain.case import Given, Policy
from docflow.domain.ids import new_id
from docflow.domain.jobs import Run
from docflow.domain.outcomes import Advance, StageOutcome
from docflow.domain.stages import Stage
from docflow.domain.transition import Transition
from docflow.features.configurations.repository import ConfigurationRepository
from docflow.features.stage_runs import repository
from docflow.features.stage_runs.repository import Finished
from docflow.features.stage_runs.workflows import workflow_of
from sqlalchemy import text

ALL = tuple(Stage)


async def beat(database: Database, worker_id: UUID, expiry_s: float = 60) -> bool:
    async with database.nobody() as session:
        return bool(
            await session.scalar(
                text("SELECT heartbeat(:w, 'test', 'host', 1, :e)"), {"w": worker_id, "e": expiry_s}
            )
        )


async def new_worker(database: Database, expiry_s: float = 60) -> UUID:
    worker_id = new_id()
    assert await beat(database, worker_id, expiry_s)
    return worker_id


async def lose(database: Database, worker_id: UUID) -> None:
    """As if its beats had stopped: the row is renewed into the past."""
    await beat(database, worker_id, -1)


async def claim(database: Database, worker_id: UUID, limit: int = 100, *stages: Stage) -> list[Run]:
    async with database.nobody() as session:
        return await repository.claim(session, worker_id, stages or ALL, limit)


async def decided(database: Database, run: Run, outcome: StageOutcome) -> Transition:
    async with database.client(run.client_id) as session:
        process = await repository.process_state(session, run.client_id, run.process_id)
        assert process is not None
        share = 0.0
        if process.process_type_id is not None and process.config_version is not None:
            configurations = ConfigurationRepository(session, run.client_id)
            config = await configurations.get(process.process_type_id, process.config_version)
            share = config.blind_share
        policy = Policy(workflow=await workflow_of(session, process), sample_share=share)
    return advance(process, run, outcome, policy=policy, given=Given(datetime.now(UTC)))


async def finish(
    database: Database,
    worker_id: UUID,
    run: Run,
    outcome: StageOutcome | None = None,
) -> Finished | None:
    transition = await decided(database, run, outcome or Advance())
    async with database.nobody() as session:
        return (await repository.finish(session, worker_id, [transition])).get(run.run_id)

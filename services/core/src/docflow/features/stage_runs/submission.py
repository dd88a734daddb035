"""The first run of an accepted process, in the transaction that accepts it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.acts import Start
from docflow.domain.advance import advance
from docflow.domain.case import Given, Policy
from docflow.domain.errors import NotFound
from docflow.domain.jobs import ProcessState
from docflow.domain.transition import Transition
from docflow.domain.workflow import Workflow
from docflow.features.stage_runs import repository
from docflow.features.stage_runs.changed import Changed, changed_by
from docflow.features.stage_runs.workflows import workflow_of


async def start(
    session: AsyncSession,
    *,
    client_id: UUID,
    process_id: UUID,
    at: datetime,
    public_url: str = "",
    traceparent: str | None = None,
    workflow: Workflow | None = None,
) -> Changed:
    """Insert the first run, the event `process.pending` and the deliveries of `process.received`.

    The process and its documents are flushed already. `workflow` None = that of the configuration it is pinned to.
    Raises Conflict when it has begun before.
    """
    process = await repository.process_state(session, client_id, process_id, lock=True)
    if process is None:
        raise NotFound("no such process")
    latest = await repository.latest_run(session, client_id, process_id)
    policy = Policy(workflow=workflow or await workflow_of(session, process), public_url=public_url)
    run = latest[0] if latest else None
    transition = advance(process, run, Start(traceparent), policy=policy, given=Given(at))
    return changed_by(transition, process, await repository.write(session, transition))


def first_transition(
    process: ProcessState,
    *,
    workflow: Workflow,
    at: datetime,
    public_url: str = "",
    traceparent: str | None = None,
) -> Transition:
    """What `start` would write for a process that is inserted with it: nobody else sees it, so nothing is looked up."""
    policy = Policy(workflow=workflow, public_url=public_url)
    return advance(process, None, Start(traceparent), policy=policy, given=Given(at))

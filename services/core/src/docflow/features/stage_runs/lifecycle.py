"""What people do to a process: cancel it, try it again, decide it.

Each takes a session bound to the process's client and locks the process row first, so that two who act at once take
turns and the second is refused with Conflict. What comes next is the pinned configuration's workflow, as it is for
the workers. Committing, and handing on the hints afterwards, is the caller's.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.acts import (
    Act,
    Approve,
    Cancel,
    GiveType,
    KeepWhole,
    Reject,
    Replay,
    Resume,
    SendBack,
    SplitUp,
)
from docflow.domain.advance import advance
from docflow.domain.announcing import Announcer, Subject
from docflow.domain.approving import errors_of, refuse_unseen
from docflow.domain.case import Given, Policy
from docflow.domain.errors import Conflict, UserError
from docflow.domain.ids import new_id
from docflow.domain.jobs import ProcessState, Run
from docflow.domain.splitting import BY_PERSON, ChildState, Cuts, is_split, with_decision, without_cuts
from docflow.domain.stages import ProcessStatus, RunStatus, Stage
from docflow.domain.transition import Decision, Transition
from docflow.domain.workflow import FULL_PIPELINE, Workflow, pinned_workflow
from docflow.features.classification.repository import learn_from_process
from docflow.features.reviews.approvals import note_approval
from docflow.features.reviews.held import held, locked
from docflow.features.reviews.saving import Correction, save
from docflow.features.splitting.decisions import check_cuts
from docflow.features.stage_runs import given_type, repository
from docflow.features.stage_runs.changed import Changed, changed_by
from docflow.features.stage_runs.children import children_of
from docflow.features.stage_runs.workflows import workflow_of

_OPEN = (RunStatus.READY.value, RunStatus.CLAIMED.value)


async def cancel(
    session: AsyncSession,
    *,
    client_id: UUID,
    process_id: UUID,
    by: str,
    at: datetime,
    reason: str = "",
    public_url: str = "",
) -> Changed:
    """End a process that has not ended. A worker that has it in hand loses it and writes nothing.

    Those that were split from it end with it, where they have not ended.
    """
    process = await locked(session, client_id, process_id)
    changed = await _carry(session, process, Cancel(by, reason), at, public_url)
    for child in await _children(session, process):
        if not child.status.is_final:
            state = await locked(session, client_id, child.process_id)
            await _carry(session, state, Cancel(by, reason), at, public_url)
    return changed


async def retry(
    session: AsyncSession,
    *,
    client_id: UUID,
    process_id: UUID,
    by: str,
    at: datetime,
    from_stage: Stage | None = None,
    from_step: str | None = None,
    public_url: str = "",
) -> Changed:
    """Go again from where it stopped, or from an earlier stage or step. Only what is failed or cancelled can.

    The stages before have left what they found: nothing of it is worked out again. Where a stage or step is named that reads
    (INGEST, INTELLIGENT_OCR) all documents are read anew, else those that were read stay read.

    Of a process that was split those that failed or were cancelled are tried again, and it waits for them; it is not split
    anew (Conflict). One that was split from a process which failed or was cancelled has that one wait again.
    """
    process = await locked(session, client_id, process_id)
    if is_split(process.classification_result):
        if from_stage is not None or from_step is not None:
            raise Conflict("the process was split; its parts can be tried again from a stage")
        return await _retry_split(session, process, by=by, at=at, public_url=public_url)
    changed = await _retry(
        session, process, from_stage, from_step=from_step, by=by, at=at, public_url=public_url
    )
    if process.parent_process_id is not None:
        await _await_again(session, client_id, process.parent_process_id, by=by, at=at, public_url=public_url)
    return changed


async def _retry(
    session: AsyncSession,
    process: ProcessState,
    from_stage: Stage | None = None,
    *,
    from_step: str | None = None,
    by: str,
    at: datetime,
    public_url: str,
) -> Changed:
    client_id, process_id = process.client_id, process.process_id
    latest = await repository.latest_run(session, client_id, process_id)
    stopped = latest[0].step if latest else None
    act = Replay(
        by, from_stage, stopped, from_step, await repository.steps_of(session, client_id, process_id)
    )
    changed = await _carry(session, process, act, at, public_url)
    named = from_stage is not None or from_step is not None
    anew = named and changed.current_stage in (Stage.INGEST, Stage.INTELLIGENT_OCR)
    await _reopen_documents(session, process, all_of_them=anew)
    return changed


async def _retry_split(
    session: AsyncSession,
    process: ProcessState,
    *,
    by: str,
    at: datetime,
    public_url: str,
) -> Changed:
    if process.status not in (ProcessStatus.FAILED, ProcessStatus.CANCELLED):
        raise Conflict(f"a process that is {process.status} cannot be tried again")
    hints: list[tuple[Stage, UUID]] = []
    at_work = False
    for child in await _children(session, process):
        if child.status in (ProcessStatus.FAILED, ProcessStatus.CANCELLED):
            state = await locked(session, process.client_id, child.process_id)
            hints += (await _retry(session, state, by=by, at=at, public_url=public_url)).hints
        at_work |= child.status is not ProcessStatus.COMPLETED
    changed = await _carry(session, process, Resume(by, at_work), at, public_url)
    return replace(changed, hints=(*changed.hints, *hints))


async def _await_again(
    session: AsyncSession, client_id: UUID, parent_id: UUID, *, by: str, at: datetime, public_url: str
) -> None:
    """A parent that had ended, or was about to, waits for a child that is at work again; a complete one stays so."""
    parent = await repository.process_state(session, client_id, parent_id, lock=True)
    if parent is None or parent.status is ProcessStatus.COMPLETED:
        return
    if parent.status.is_final or await _open_run(session, parent) is not None:
        await _carry(session, parent, Resume(by, children_at_work=True), at, public_url)


async def split(
    session: AsyncSession,
    *,
    client_id: UUID,
    process_id: UUID,
    cuts: Cuts,
    by: str,
    at: datetime,
    user_id: UUID | None = None,
    holder: UUID | None = None,
    reason: str = "",
    expected_version: int | None = None,
    public_url: str = "",
) -> Changed:
    """Say where the files of a held process are cut: each part becomes a process of its own, and so does each other file.

    With no cut at all every file is one document, and the step that held it is done again. One person's word is enough,
    since what comes of it is judged like any other. Raises Conflict as `decide` does, UserError for cuts that cannot be
    made (features/splitting/decisions.py).
    """
    process, _ = await held(
        session, client_id, process_id, holder or user_id, at, expected_version=expected_version
    )
    documents = await repository.documents_of(session, client_id, process_id)
    whole = check_cuts(documents, cuts)
    decided = with_decision(process.classification_result, BY_PERSON, cuts)
    act: Act
    if whole:
        latest = await repository.latest_run(session, client_id, process_id)
        step = latest[0].step if latest else process.current_stage.value.lower()
        results = {
            "classification_result": decided,
            "extraction_result": without_cuts(process.extraction_result),
        }
        act = KeepWhole(by, step, results, user_id, reason)
    else:
        told = {str(document_id): list(pages) for document_id, pages in cuts.items()}
        act = SplitUp(by, told, {"classification_result": decided}, user_id, reason)
    return await _carry(session, process, act, at, public_url)


async def decide(
    session: AsyncSession,
    *,
    client_id: UUID,
    process_id: UUID,
    decision: Decision,
    by: str,
    at: datetime,
    user_id: UUID | None = None,
    reason: str = "",
    holder: UUID | None = None,
    correction: Correction | None = None,
    override: bool = False,
    process_type_id: str | None = None,
    expected_version: int | None = None,
    public_url: str = "",
) -> Changed:
    """Decide a held process. `correction` is saved first, as if it had been before, and counts with any decision.

    `holder` is the id that a lease of theirs bears, a person's or a key's; None = that of `user_id`.
    With a `process_type_id` other than its own it is read as that type. The first of two required approvals leaves it
    in review. Raises Conflict where nothing waits for a decision, somebody else holds the review's lease or has
    approved it before; PreconditionFailed for a stale version; what `approving` raises; UserError `process_type_required` for the approval
    of a process without a type, and what a submission of that type would raise.
    """
    process, review = await held(
        session, client_id, process_id, holder or user_id, at, expected_version=expected_version
    )
    given_type.check(process, decision, process_type_id, corrected=correction is not None)
    if process_type_id is not None and process_type_id != process.process_type_id:
        return await _give_type(
            session,
            process,
            process_type_id,
            decision=decision,
            by=by,
            at=at,
            user_id=user_id,
            reason=reason,
            public_url=public_url,
        )
    if correction is not None:
        await save(session, process, review, correction, by=by, at=at)
        process, review = await locked(session, client_id, process_id), review.without_approvals()
    known: tuple[str, ...] = ()
    if decision is Decision.APPROVE:
        known = errors_of(process.validation_result)
        refuse_unseen(review.approvals, known, override=override, reason=reason)
        if not await note_approval(session, review, by, at, known):
            return Changed(process_id, process.status, process.current_stage, process.version)
    names = correction.names if correction is not None else ()
    act = await _act_of(
        session, process, decision, by=by, user_id=user_id, reason=reason, names=names, known=known
    )
    changed = await _carry(session, process, act, at, public_url)
    if decision is Decision.SEND_BACK:
        await _reopen_documents(session, process, all_of_them=True)
    if decision is Decision.APPROVE:
        await given_type.learn_from_approval(session, process)
    return changed


async def drop_dead(
    session: AsyncSession, *, client_id: UUID, process_id: UUID, by: str, at: datetime
) -> None:
    """Take a dead run off the list of dead runs; its process stays failed."""
    process = await locked(session, client_id, process_id)
    rows = await session.execute(
        text(
            "UPDATE stage_runs SET status = 'cancelled' WHERE client_id = :client_id AND process_id = :process_id"
            " AND status = 'failed' RETURNING run_id"
        ),
        {"client_id": client_id, "process_id": process_id},
    )
    if process.status is not ProcessStatus.FAILED or not rows.all():
        raise Conflict("the process has no dead run")
    await _tell(session, process, at, "dead_run_dropped", by)


async def _give_type(
    session: AsyncSession,
    process: ProcessState,
    process_type_id: str,
    *,
    decision: Decision,
    by: str,
    at: datetime,
    user_id: UUID | None,
    reason: str,
    public_url: str,
) -> Changed:
    chosen = await given_type.configuration_of(session, process, process_type_id)
    act = GiveType(by, decision, given_type.results_of(process, chosen), user_id, reason)
    workflow = pinned_workflow(chosen)
    changed = await _carry(session, process, act, at, public_url, workflow=workflow)
    await _reopen_documents(session, process, all_of_them=True)
    await learn_from_process(session, process.client_id, process.process_id, process_type_id)
    return changed


async def _children(session: AsyncSession, process: ProcessState) -> Sequence[ChildState]:
    if not is_split(process.classification_result):
        return ()
    return await children_of(session, process.client_id, process.process_id)


async def _carry(
    session: AsyncSession,
    process: ProcessState,
    act: Act,
    at: datetime,
    public_url: str,
    *,
    workflow: Workflow | None = None,
) -> Changed:
    run = await _open_run(session, process)
    workflow = workflow or await _workflow(session, process, act)
    policy = Policy(workflow=workflow, public_url=public_url)
    transition = advance(process, run, act, policy=policy, given=Given(at))
    return changed_by(transition, process, await repository.write(session, transition))


async def _open_run(session: AsyncSession, process: ProcessState) -> Run | None:
    latest = await repository.latest_run(session, process.client_id, process.process_id)
    return latest[0] if latest and latest[1] in _OPEN else None


async def _workflow(session: AsyncSession, process: ProcessState, act: Act) -> Workflow:
    # Ending a process must work whatever became of its configuration.
    ends = isinstance(act, Cancel | Reject)
    return FULL_PIPELINE if ends else await workflow_of(session, process)


async def _act_of(
    session: AsyncSession,
    process: ProcessState,
    decision: Decision,
    *,
    by: str,
    user_id: UUID | None,
    reason: str,
    names: tuple[str, ...],
    known: tuple[str, ...],
) -> Act:
    match decision:
        case Decision.REJECT:
            return Reject(by, user_id, reason)
        case Decision.SEND_BACK:
            gone = await repository.steps_of(session, process.client_id, process.process_id)
            return SendBack(by, user_id, reason, gone)
        case Decision.SPLIT:
            raise UserError("cuts are decided with `split`")
        case Decision.APPROVE:
            latest = await repository.latest_run(session, process.client_id, process.process_id)
            step = latest[0].step if latest else process.current_stage.value.lower()
            return Approve(by, step, user_id, reason, names, known)


async def _reopen_documents(session: AsyncSession, process: ProcessState, *, all_of_them: bool) -> None:
    """Let the next run read documents again; those read well stay as they are unless all are meant."""
    await session.execute(
        text(
            "UPDATE documents SET status = 'pending', error_code = NULL, error_message = NULL"
            " WHERE client_id = :client_id AND process_id = :process_id AND (:all_of_them OR status <> 'completed')"
        ),
        {
            "client_id": process.client_id,
            "process_id": process.process_id,
            "all_of_them": all_of_them,
        },
    )


async def _tell(session: AsyncSession, process: ProcessState, at: datetime, action: str, by: str) -> None:
    subject = Subject(process.client_id, process.process_id, process.external_id, process.process_type_id)
    audit = Announcer(at, new_id).act_audit(subject, action=action, by=by, payload={})
    await repository.write(session, Transition(process.client_id, process.process_id, messages=(audit,)))

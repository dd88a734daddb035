"""Erasing a process: one commit takes its rows and plans the removal of its files; the audit keeps ids alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.errors import Conflict, NotFound
from docflow.features.audit.messages import act_audit
from docflow.features.documents.models import Document
from docflow.features.idempotency.models import IdempotencyKey
from docflow.features.outputs.models import OutputAction
from docflow.features.processes.models import Process
from docflow.features.removals import repository as removals
from docflow.features.stage_runs import lifecycle, repository
from docflow.features.stage_runs.children import lock_parent
from docflow.features.uploads.models import Upload
from docflow.features.usage.models import LlmCacheEntry
from docflow.features.vendors import memory as vendors


@dataclass(frozen=True, slots=True)
class Erasing:
    """Who erases, when, and the address in what is said of the cancellation. `only_ended` = what goes on stays."""

    client_id: UUID
    by: str
    at: datetime
    public_url: str = ""
    only_ended: bool = False


async def erase(session: AsyncSession, asked: Erasing, process_id: UUID) -> None:
    """Take the process, and those that were split from it, out for good. Raises NotFound, also when done before, and
    Conflict where one goes on and only what has ended was meant.

    A worker that has it in hand finds its run gone and writes nothing; files it may still write are removed by the
    second look of the planned removal. Flags of other documents that name this one keep its ids.
    """
    await lock_parent(session, asked.client_id, process_id)
    process = await repository.process_state(session, asked.client_id, process_id, lock=True)
    if process is None:
        raise NotFound("no such process")
    for child in await _children(session, asked.client_id, process_id):
        await erase(session, asked, child)
    if not process.status.is_final:
        if asked.only_ended:
            raise Conflict("the process has not ended")
        await lifecycle.cancel(
            session,
            client_id=asked.client_id,
            process_id=process_id,
            by=asked.by,
            at=asked.at,
            public_url=asked.public_url,
        )
    prefixes = await _files(session, asked.client_id, process_id)
    removals.plan(
        session,
        asked.client_id,
        prefixes,
        at=asked.at,
        process_id=process_id,
        again_after=removals.LATE_WRITES,
    )
    session.add(
        act_audit(client_id=asked.client_id, at=asked.at, action="erased", by=asked.by, process_id=process_id)
    )
    await _remove_rows(session, asked.client_id, process_id)


async def _children(session: AsyncSession, client_id: UUID, process_id: UUID) -> Sequence[UUID]:
    rows = await session.scalars(
        select(Process.process_id)
        .where(Process.client_id == client_id, Process.parent_process_id == process_id)
        .order_by(Process.process_id)
    )
    return rows.all()


async def _files(session: AsyncSession, client_id: UUID, process_id: UUID) -> list[str]:
    """What all keys of the process's files begin with.

    A document that lies in another process's folder, being cut out of what was sent there, is named by its own key.
    """
    own = f"/{process_id}/"
    documents = await session.scalars(
        select(Document.blob_key).where(Document.client_id == client_id, Document.process_id == process_id)
    )
    folders = {key.partition(own)[0] + own if own in key else key for key in documents}
    months = await session.scalars(
        select(text("DISTINCT to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM')"))
        .select_from(OutputAction)
        .where(OutputAction.client_id == client_id, OutputAction.process_id == process_id)
    )
    # Where no folder is set; what was interrupted before it was noted lies there too.
    exports = {f"{client_id}/exports/{month}/{process_id}/" for month in months}
    exports |= {key.partition(own)[0] + own for key in await _export_keys(session, client_id, process_id)}
    sent = await session.scalars(
        select(Upload).where(Upload.client_id == client_id, Upload.process_id == process_id)
    )
    return sorted(folders | exports | {upload.folder for upload in sent})


async def _export_keys(session: AsyncSession, client_id: UUID, process_id: UUID) -> Sequence[str]:
    """As the actions noted them; the configuration may have them lie in any folder. In our store alone, not in a bucket."""
    key = OutputAction.result["key"].astext
    rows = await session.scalars(
        select(key).where(
            OutputAction.client_id == client_id,
            OutputAction.process_id == process_id,
            OutputAction.action_type == "file_export",
            key.startswith(f"{client_id}/exports/"),
        )
    )
    return rows.all()


async def _remove_rows(session: AsyncSession, client_id: UUID, process_id: UUID) -> None:
    """The process and all that hangs on it; token counts of its model calls stay, for the bill."""
    for model in (IdempotencyKey, LlmCacheEntry, Upload):
        await session.execute(
            delete(model).where(model.client_id == client_id, model.process_id == process_id)
        )
    await vendors.forget(session, client_id, process_id)
    await session.execute(
        delete(Process).where(Process.client_id == client_id, Process.process_id == process_id)
    )

"""What a handler records on the way: short transactions, each fenced by the run's attempt."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.db.database import Database
from docflow.domain.announcing import Announcer, Subject
from docflow.domain.configuration import Configuration
from docflow.domain.duplicates import Duplicate, duplicate_of
from docflow.domain.ids import new_id
from docflow.domain.jobs import DocumentState, FoundFile, LostRun, ProcessState, Run
from docflow.domain.json_types import JsonObject, JsonValue
from docflow.domain.outcomes import Changes
from docflow.domain.ports.clock import Clock
from docflow.domain.stages import ProcessStatus
from docflow.domain.transition import ProcessChange, Transition, storable
from docflow.domain.workflow import pinned_workflow
from docflow.features.configurations.service import Configurations
from docflow.features.documents.models import Document
from docflow.features.notifications.models import Notification
from docflow.features.stage_runs import repository

_CHECKPOINTED = frozenset(
    {
        "status", "mime_type", "page_count", "text_source", "ocr_text", "ocr_confidence", "classification",
        "extracted_data", "fraud_score", "fraud_flags", "error_code", "error_message",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pinned:
    """What changed under a run whose process was given its type."""

    process: ProcessState
    run: Run
    configuration: Configuration


class RunLedger:
    """The Ledger of one claimed run. Those of one worker share `writing`: how many write at once.

    `pinned` is None until the process is given its type on the way.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        run: Run,
        worker_id: UUID,
        writing: asyncio.Semaphore | None = None,
        *,
        public_url: str = "",
    ) -> None:
        self._database = database
        self._clock = clock
        self._run = run
        self._worker_id = worker_id
        self._writing = writing or asyncio.Semaphore(1)
        self._public_url = public_url
        self.pinned: Pinned | None = None

    async def mark(self, status: ProcessStatus) -> None:
        async with self._writing, self._database.client(self._run.client_id) as session:
            process = await self._ours(session)
            if process.status is not status:
                await repository.write(session, self._marked(process, status))

    async def checkpoint(self, document_id: UUID, changes: Mapping[str, JsonValue]) -> None:
        unknown = changes.keys() - _CHECKPOINTED
        if unknown:
            raise ValueError(f"a checkpoint does not keep {', '.join(sorted(unknown))}")
        run = self._run
        duplicate = duplicate_of(document_id, changes.get("fraud_flags") or ())
        async with self._writing, self._database.client(run.client_id) as session:
            if not await repository.is_ours(session, run, self._worker_id, lock=True):
                raise LostRun
            await session.execute(
                update(Document)
                .where(
                    Document.client_id == run.client_id,
                    Document.process_id == run.process_id,
                    Document.document_id == document_id,
                )
                .values({name: storable(value) for name, value in changes.items()})
            )
            if duplicate is not None:
                await self._tell(session, duplicate)

    async def add_documents(
        self, found: Sequence[FoundFile], metadata: JsonObject
    ) -> Sequence[DocumentState]:
        run = self._run
        async with self._writing, self._database.client(run.client_id) as session:
            # The process first, as everybody who locks both does.
            await self._ours(session)
            return await repository.add_documents(session, run, found, metadata)

    async def pin(self, process_type_id: str, classification: JsonObject) -> Configuration:
        run = self._run
        async with self._writing, self._database.client(run.client_id) as session:
            process = await self._ours(session)
            chosen = await Configurations(session, run.client_id).for_new_process(
                process_type_id, run.process_id
            )
            workflow = pinned_workflow(chosen)
            step = workflow.at(run.stage, run.step)
            results = {
                "process_type_id": chosen.process_type_id,
                "config_version": chosen.version,
                "classification_result": classification,
            }
            await repository.write(session, self._marked(process, ProcessStatus.EXTRACTING, results))
            await session.execute(
                text("UPDATE stage_runs SET step = :step WHERE client_id = :client_id AND run_id = :run_id"),
                {"step": step.name, "client_id": run.client_id, "run_id": run.run_id},
            )
        self._run = replace(run, step=step.name)
        known = replace(
            process,
            process_type_id=chosen.process_type_id,
            config_version=chosen.version,
            classification_result=classification,
        )
        self.pinned = Pinned(known, self._run, chosen)
        return workflow.configured(chosen, step.name)

    async def _tell(self, session: AsyncSession, duplicate: Duplicate) -> None:
        """Once for a document, however often it is read: the notification remembers it."""
        run = self._run
        known = select(Notification.notification_id).where(
            Notification.client_id == run.client_id,
            Notification.notification_id == duplicate.notification_id,
        )
        process = await repository.process_state(session, run.client_id, run.process_id)
        if process is None or await session.scalar(known) is not None:
            return
        say = Announcer(self._clock.now(), new_id, self._public_url)
        await repository.write(session, duplicate.told(process, say))

    async def _ours(self, session: AsyncSession) -> ProcessState:
        """The process, locked. Raises LostRun where the run is no longer ours."""
        run = self._run
        process = await repository.process_state(session, run.client_id, run.process_id, lock=True)
        if process is None or not await repository.is_ours(session, run, self._worker_id, lock=True):
            raise LostRun
        return process

    def _marked(
        self, process: ProcessState, status: ProcessStatus, results: Changes | None = None
    ) -> Transition:
        stage = self._run.stage
        subject = Subject(process.client_id, process.process_id)
        event = Announcer(self._clock.now(), new_id).event(subject, status, stage)
        return Transition(
            process.client_id,
            process.process_id,
            process=ProcessChange(status, stage, results=results or {}),
            messages=(event,),
        )

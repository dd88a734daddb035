"""What a handler records on the way: short transactions, each fenced by the run's attempt."""

import asyncio
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import update

from docflow.db.database import Database
from docflow.domain.announcing import Announcer, Subject
from docflow.domain.ids import new_id
from docflow.domain.jobs import DocumentState, FoundFile, LostRun, ProcessState, Run
from docflow.domain.json_types import JsonObject, JsonValue
from docflow.domain.ports.clock import Clock
from docflow.domain.stages import ProcessStatus
from docflow.domain.transition import ProcessChange, Transition, storable
from docflow.features.documents.models import Document
from docflow.features.stage_runs import repository

_CHECKPOINTED = frozenset(
    {
        "status", "mime_type", "page_count", "text_source", "ocr_text", "ocr_confidence", "classification",
        "extracted_data", "fraud_score", "fraud_flags", "error_code", "error_message",
    }
)  # fmt: skip


class RunLedger:
    """The Ledger of one claimed run. Those of one worker share `writing`: how many write at once."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        run: Run,
        worker_id: UUID,
        writing: asyncio.Semaphore | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._run = run
        self._worker_id = worker_id
        self._writing = writing or asyncio.Semaphore(1)

    async def mark(self, status: ProcessStatus) -> None:
        run = self._run
        async with self._writing, self._database.client(run.client_id) as session:
            process = await repository.process_state(session, run.client_id, run.process_id, lock=True)
            if process is None or not await repository.is_ours(session, run, self._worker_id, lock=True):
                raise LostRun
            if process.status is not status:
                await repository.write(session, self._marked(process, status))

    async def checkpoint(self, document_id: UUID, changes: Mapping[str, JsonValue]) -> None:
        unknown = changes.keys() - _CHECKPOINTED
        if unknown:
            raise ValueError(f"a checkpoint does not keep {', '.join(sorted(unknown))}")
        run = self._run
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

    async def add_documents(
        self, found: Sequence[FoundFile], metadata: JsonObject
    ) -> Sequence[DocumentState]:
        run = self._run
        async with self._writing, self._database.client(run.client_id) as session:
            # The process first, as everybody who locks both does.
            process = await repository.process_state(session, run.client_id, run.process_id, lock=True)
            if process is None or not await repository.is_ours(session, run, self._worker_id, lock=True):
                raise LostRun
            return await repository.add_documents(session, run, found, metadata)

    def _marked(self, process: ProcessState, status: ProcessStatus) -> Transition:
        stage = self._run.stage
        subject = Subject(process.client_id, process.process_id)
        event = Announcer(self._clock.now(), new_id).event(subject, status, stage)
        return Transition(
            process.client_id,
            process.process_id,
            process=ProcessChange(status, stage),
            messages=(event,),
        )

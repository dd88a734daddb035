"""Loads what a handler works on, in one short read transaction inside the run's client."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from docflow.db.database import Database
from docflow.domain.configuration import Configuration
from docflow.domain.errors import PermanentError
from docflow.domain.jobs import Job, LostRun, ProcessState, Run
from docflow.domain.splitting import ChildState, is_split
from docflow.features.configurations.repository import ConfigurationRepository
from docflow.features.stage_runs import repository
from docflow.features.stage_runs.children import children_of

FindConfiguration = Callable[[AsyncSession, UUID, str, int], Awaitable[Configuration]]

_KEPT = 256
"""Configurations kept in memory; a published version never changes, so they never grow stale."""
_READS_AT_ONCE = 4
"""More would open connections beyond the pool's own, and those are closed again after each use."""


class Unworkable(Exception):
    """The job cannot be put together, however often it is tried; `process` is what failing it needs."""

    def __init__(self, process: ProcessState, error: PermanentError) -> None:
        super().__init__(error.code)
        self.process = process
        self.error = error


async def find_configuration(
    session: AsyncSession, client_id: UUID, process_type_id: str, version: int
) -> Configuration:
    return await ConfigurationRepository(session, client_id).get(process_type_id, version)


class JobLoader:
    def __init__(self, database: Database, find: FindConfiguration = find_configuration) -> None:
        self._database = database
        self._find = find
        self._reading = asyncio.Semaphore(_READS_AT_ONCE)
        self._configurations: OrderedDict[tuple[UUID, str, int], Configuration] = OrderedDict()

    async def load(self, run: Run) -> Job:
        """Raises LostRun when the process is gone or has ended, Unworkable when its configuration is missing."""
        async with self._reading, self._database.client(run.client_id) as session:
            process = await repository.process_state(session, run.client_id, run.process_id)
            if process is None or process.status.is_final:
                raise LostRun
            documents = await repository.documents_of(session, run.client_id, run.process_id)
            try:
                configuration = await self._configuration(session, process)
            except PermanentError as error:
                raise Unworkable(process, error) from error
            children: Sequence[ChildState] = ()
            if is_split(process.classification_result):
                children = await children_of(session, run.client_id, run.process_id)
        return Job(run, process, documents, configuration, tuple(children))

    async def _configuration(self, session: AsyncSession, process: ProcessState) -> Configuration | None:
        if process.process_type_id is None or process.config_version is None:
            return None
        key = (process.client_id, process.process_type_id, process.config_version)
        kept = self._configurations.get(key)
        if kept is None:
            kept = await self._find(session, *key)
            self._configurations[key] = kept
            if len(self._configurations) > _KEPT:
                self._configurations.popitem(last=False)
        return kept

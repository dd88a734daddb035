"""A claim whose commit got no answer: the runs may be ours, or nobody's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from docflow.db.database import Database
from docflow.domain.errors import TransientError
from docflow.testing.database import DatabaseUrls
from docflow.testing.engine import open_worker, toy_pipeline
from docflow.testing.factories import Tenancy
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncSession

from tests.integration.engine.submitting import rows, submit, until_status


class LosesTheAnswer(Database):
    """The first claim that takes anything is committed, and its answer is lost on the way."""

    def __init__(self, urls: DatabaseUrls) -> None:
        super().__init__(urls.app, pool_size=3, max_overflow=0)
        self.lost = 0
        self._claimed = False
        event.listen(self.engine.sync_engine, "after_cursor_execute", self._look)

    def _look(self, _c: Any, cursor: Any, statement: str, *_: Any) -> None:
        self._claimed = "claim_runs" in statement and cursor.rowcount > 0

    @asynccontextmanager
    async def nobody(self) -> AsyncIterator[AsyncSession]:
        async with super().nobody() as session:
            yield session
            lose = self._claimed and not self.lost
            if lose:
                self.lost += 1
                await self.before_commit(session)
        if lose:
            raise TransientError("the connection is gone")

    async def before_commit(self, session: AsyncSession) -> None:
        """The commit goes through."""


class LosesTheConnection(LosesTheAnswer):
    """The server ends the session of the first claim before it is committed."""

    def __init__(self, urls: DatabaseUrls) -> None:
        super().__init__(urls)
        self._admin = Database(urls.admin, pool_size=1, max_overflow=0)

    async def before_commit(self, session: AsyncSession) -> None:
        pid = await session.scalar(text("SELECT pg_backend_pid()"))
        async with self._admin.nobody() as admin:
            await admin.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})

    async def aclose(self) -> None:
        await self._admin.aclose()
        await super().aclose()


@pytest.mark.parametrize("kind", [LosesTheAnswer, LosesTheConnection])
async def test_runs_of_a_claim_without_an_answer_are_worked_on_all_the_same(
    kind: type[LosesTheAnswer],
    database: Database,
    database_urls: DatabaseUrls,
    two_clients: tuple[Tenancy, Tenancy],
) -> None:
    acme, _ = two_clients
    processes = await submit(database, acme, 3)
    losing = kind(database_urls)
    async with open_worker(losing, toy_pipeline()) as worker:
        before = worker.worker_id
        await until_status(database, acme, processes, "completed", within_s=45)
        assert worker.worker_id == before
    await losing.aclose()
    runs = await rows(database, acme, "SELECT status, failures, losses FROM stage_runs")
    assert losing.lost == 1
    assert {tuple(run) for run in runs} == {("done", 0, 0)}

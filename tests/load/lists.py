"""Lists of 50 out of a million processes, as the gateway asks for them, under row-level security.

    python -m tests.load.lists [--rows N] [--explain]

Statement times are what the driver waits for; `api` is the whole request without a network.
"""

import argparse
import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from statistics import median
from typing import Any
from uuid import UUID

import httpx
import psycopg
import structlog
from docflow.db.database import Database
from docflow.db.roles import libpq_url
from docflow.domain.access import Scope
from docflow.domain.ids import new_id
from docflow.domain.paging import Mark, PageRequest
from docflow.domain.stages import ProcessStatus
from docflow.features.api_keys.service import create_api_key
from docflow.features.documents.service import Documents
from docflow.features.processes.gists import gists_of
from docflow.features.processes.repository import ProcessFilter, ProcessRepository
from docflow.testing.database import DatabaseServer, open_server
from docflow.testing.factories import Tenancy, add_tenancy
from docflow_api.app import create_app
from sqlalchemy import event, text

ROWS = 1_000_000
OTHERS = 10
"""Clients beside the large one; each has a hundredth of the rows."""
ROUNDS = 60
WARM_UP = 5

Figures = Mapping[str, float]
Ask = Callable[[], Awaitable[object]]


def measure(rows: int = ROWS, *, explain: bool = False) -> Figures:
    with open_server() as server:
        return asyncio.run(_measure(server, rows, explain))


async def _measure(server: DatabaseServer, rows: int, explain: bool) -> Figures:
    urls = await server.clone()
    database = Database(urls.app, pool_size=4, max_overflow=0)
    try:
        acme = await add_tenancy(database, "acme")
        others = [await add_tenancy(database, f"other-{number}") for number in range(OTHERS)]
        began = time.perf_counter()
        await _fill(urls.admin, acme, rows - OTHERS * (rows // 100))
        for other in others:
            await _fill(urls.admin, other, rows // 100)
        await _settle(urls.admin)
        print(f"lists: {rows} processes written in {time.perf_counter() - began:.0f} s")
        return await _ask_all(database, acme, explain)
    finally:
        await database.aclose()
        await server.drop_all()


_PROCESSES = """
INSERT INTO processes (process_id, client_id, process_type_id, config_version, external_id, status, current_stage,
    overall_confidence, created_by, created_at, updated_at, completed_at, extraction_result)
SELECT gen_random_uuid(), %(client)s, %(type)s, 1, 'ext-' || n,
    (ARRAY['completed','completed','completed','completed','completed','completed','completed','hitl_review','failed',
           'cancelled'])[1 + n %% 10],
    'OUTPUT', 0.9, 'user:' || n %% 50, at, at, at,
    jsonb_build_object('fields', jsonb_build_object(
        'invoice_number', jsonb_build_object('value', 'R-' || n, 'confidence', 0.9),
        'seller_name', jsonb_build_object('value', 'Seller ' || n %% 1000, 'confidence', 0.9),
        'currency', jsonb_build_object('value', CASE WHEN n %% 1000 = 0 THEN 'USD' ELSE 'EUR' END),
        'grand_total', jsonb_build_object('value', (n %% 20000 / 100.0)::numeric(10, 2)::text)))
FROM generate_series(1, %(rows)s) AS n, LATERAL (SELECT now() - n * interval '20 seconds' AS at) AS stamped
"""
_DOCUMENTS = """
INSERT INTO documents (document_id, client_id, process_id, storage_url, storage_provider, blob_key, file_name, file_size,
    mime_type, sha256, status)
SELECT gen_random_uuid(), client_id, process_id, 'file:///' || process_id, 'local', process_id::text,
    'invoice-' || external_id || '.pdf', 1000, 'application/pdf', md5(process_id::text), 'completed'
FROM processes WHERE client_id = %(client)s
"""
_FIELDS = """
INSERT INTO process_fields (client_id, process_id, name, value, created_at)
SELECT p.client_id, p.process_id, read.name, field_text(read.field -> 'value'), p.created_at
FROM processes p, jsonb_each(p.extraction_result -> 'fields') AS read (name, field) WHERE p.client_id = %(client)s
"""


async def _fill(admin_url: str, tenancy: Tenancy, rows: int) -> None:
    values = {"client": tenancy.client_id, "type": tenancy.process_type_id, "rows": rows}
    async with await psycopg.AsyncConnection.connect(libpq_url(admin_url)) as connection:
        # Keys and triggers hold for what is written here; checking a million times would only take longer.
        await connection.execute("SET session_replication_role = replica")
        await connection.execute("SET synchronous_commit = off")
        for statement in (_PROCESSES, _DOCUMENTS, _FIELDS):
            await connection.execute(statement.encode(), values)


async def _settle(admin_url: str) -> None:
    """As autovacuum leaves tables some time after such a load."""
    async with await psycopg.AsyncConnection.connect(libpq_url(admin_url), autocommit=True) as connection:
        await connection.execute("SET maintenance_work_mem = '256MB'")
        for table in ("processes", "documents", "process_fields"):
            await connection.execute(f"VACUUM ANALYZE {table}".encode())
        await connection.execute("CHECKPOINT")


@dataclass(slots=True)
class Meter:
    """Adds up the seconds of statements, and keeps the last of them."""

    seconds: float = 0.0
    statements: list[tuple[str, Any]] = field(default_factory=list)
    _began: float = 0.0

    def watch(self, database: Database) -> None:
        engine = database.engine.sync_engine

        def before(_c: object, _u: object, statement: str, values: object, *_: object) -> None:
            self.statements.append((statement, values))
            self._began = time.perf_counter()

        def after(*_: object) -> None:
            self.seconds += time.perf_counter() - self._began

        event.listen(engine, "before_cursor_execute", before)
        event.listen(engine, "after_cursor_execute", after)

    def reset(self) -> None:
        self.seconds = 0.0
        self.statements.clear()


_PLAIN: Mapping[str, ProcessFilter] = {
    "newest": ProcessFilter(),
    "one status": ProcessFilter(statuses=(ProcessStatus.COMPLETED,)),
    "rare statuses": ProcessFilter(statuses=(ProcessStatus.FAILED, ProcessStatus.CANCELLED)),
    "no such status": ProcessFilter(statuses=(ProcessStatus.PENDING, ProcessStatus.EXTRACTING)),
    "type": ProcessFilter(process_type_id="acme.invoice"),
    "no such type": ProcessFilter(process_type_id="payroll_v1"),
    "creator": ProcessFilter(created_by="user:7"),
    "no such creator": ProcessFilter(created_by="user:none"),
    "no creator, a status": ProcessFilter(created_by="user:none", statuses=(ProcessStatus.COMPLETED,)),
    "a type, no status": ProcessFilter(process_type_id="acme.invoice", statuses=(ProcessStatus.PENDING,)),
    "external id": ProcessFilter(external_id="ext-777777"),
}
_FIELD: Mapping[str, ProcessFilter] = {
    "unique": ProcessFilter(fields={"invoice_number": "R-500000"}),
    "of one in 1000": ProcessFilter(fields={"seller_name": "Seller 500"}),
    "of nearly all": ProcessFilter(fields={"currency": "EUR"}),
    "rare beside common": ProcessFilter(fields={"currency": "USD", "seller_name": "Seller 0"}),
    "common beside unique": ProcessFilter(fields={"currency": "EUR", "invoice_number": "R-500000"}),
    "common beside 1000th": ProcessFilter(fields={"currency": "EUR", "seller_name": "Seller 500"}),
    "number": ProcessFilter(fields={"grand_total": "119"}),
    "absent": ProcessFilter(fields={"seller_name": "Nobody"}),
    "and status": ProcessFilter(fields={"currency": "EUR"}, statuses=(ProcessStatus.FAILED,)),
    "and no such status": ProcessFilter(fields={"currency": "EUR"}, statuses=(ProcessStatus.PENDING,)),
    "unknown field": ProcessFilter(fields={"nothing": "x"}),
}
_SEARCH: Mapping[str, ProcessFilter] = {
    "file name, one": ProcessFilter(search="Invoice-ext-777777"),
    "file name, all": ProcessFilter(search="invoice"),
    "file name, 1111": ProcessFilter(search="invoice-ext-777"),
    "file name, 11111": ProcessFilter(search="invoice-ext-77"),
    "external id": ProcessFilter(search="ext-12345"),
    "process id, many": ProcessFilter(search="12ab"),
    "part of a name, one": ProcessFilter(search="oice-ext-77777."),
    "part, a few hundred": ProcessFilter(search="7777"),
    "part of nearly all": ProcessFilter(search="voice-ext"),
    "part, at the far end": ProcessFilter(search="ext-9.p"),
    "value, one": ProcessFilter(search="R-500000"),
    "value of 1 in 1000": ProcessFilter(search="Seller 500"),
    "value of nearly all": ProcessFilter(search="EUR"),
    "nothing": ProcessFilter(search="zzz"),
}


async def _ask_all(database: Database, acme: Tenancy, explain: bool) -> Figures:
    meter = Meter()
    meter.watch(database)
    deep = PageRequest(50, await _middle(database, acme.client_id))
    groups = {"list": _PLAIN, "field": _FIELD, "search": _SEARCH}
    figures: dict[str, float] = {}
    for group, filters in groups.items():
        worst = 0.0
        for name, chosen in filters.items():
            for page, request in (("first", PageRequest(50)), ("deep", deep)):
                p50, p95 = await _timed(meter, _page(database, acme.client_id, chosen, request))
                worst = max(worst, p95)
                print(f"{group:7} {name:20} {page:6} p50 {p50 * 1000:7.2f} ms   p95 {p95 * 1000:7.2f} ms")
                if explain:
                    await _explain(database, acme.client_id, meter)
        figures[f"{group}_p95_s"] = worst
    async with _api(database, acme) as ask:
        p50, p95 = await _by_clock(ask)
        figures |= {"list_api_p50_s": p50, "list_api_p95_s": p95}
    return figures


async def _middle(database: Database, client_id: UUID) -> Mark:
    """Far down the list, as a cursor would say it."""
    async with database.client(client_id) as session:
        newest = await session.scalar(text("SELECT max(created_at) FROM processes"))
    return Mark(newest - timedelta(days=100), new_id())


def _page(database: Database, client_id: UUID, chosen: ProcessFilter, request: PageRequest) -> Ask:
    async def ask() -> object:
        async with database.client(client_id) as session:
            found = await ProcessRepository(session, client_id).page(chosen, request)
            await gists_of(session, client_id, found.rows)
            return await Documents(session, client_id).of([row.process_id for row in found.rows])

    return ask


async def _timed(meter: Meter, ask: Ask) -> tuple[float, float]:
    taken = []
    for number in range(WARM_UP + ROUNDS):
        meter.reset()
        await ask()
        if number >= WARM_UP:
            taken.append(meter.seconds)
    return median(taken), _p95(taken)


async def _by_clock(ask: Ask) -> tuple[float, float]:
    taken = []
    for number in range(WARM_UP + ROUNDS):
        began = time.perf_counter()
        await ask()
        if number >= WARM_UP:
            taken.append(time.perf_counter() - began)
    return median(taken), _p95(taken)


def _p95(taken: list[float]) -> float:
    return sorted(taken)[int(0.95 * len(taken))]


@asynccontextmanager
async def _api(database: Database, acme: Tenancy) -> AsyncIterator[Ask]:
    from tests.integration.api.conftest import make_container

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    container = make_container(database)
    container.settings = container.settings.model_copy(
        update={"limits": container.settings.limits.model_copy(update={"requests_per_minute": None})}
    )
    async with database.client(acme.client_id) as session:
        _, key = await create_api_key(session, acme.client_id, "load", tuple(Scope), expires_at=None)
    transport = httpx.ASGITransport(create_app(container))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway.test") as http:

        async def ask() -> object:
            answer = await http.get("/v1/processes?limit=50", headers={"Authorization": f"Bearer {key}"})
            assert len(answer.json()["data"]) == 50
            return answer

        yield ask


async def _explain(database: Database, client_id: UUID, meter: Meter) -> None:
    asked = [(statement, values) for statement, values in meter.statements if "FROM process" in statement]
    async with database.client(client_id) as session:
        connection = await session.connection()
        for statement, values in asked[:2]:
            plan = await connection.exec_driver_sql(
                f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) {statement}", values
            )
            print("\n".join(f"    {row[0]}" for row in plan if not str(row[0]).startswith("Planning")))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.load.lists")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--explain", action="store_true", help="show the plans")
    options = parser.parse_args()
    print(
        json.dumps(
            {name: round(value, 4) for name, value in measure(options.rows, explain=options.explain).items()}
        )
    )

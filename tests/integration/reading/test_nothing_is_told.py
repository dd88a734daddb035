"""Documents read by a model on the real engine: their words are in their own rows and nowhere else."""

import asyncio
import io
import logging
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from dataclasses import replace
from typing import Any

import orjson
import pytest
from docflow.adapters.clock.system import SystemClock
from docflow.adapters.llm.anthropic.vendor import AnthropicVendor
from docflow.adapters.llm.offline.provider import OfflineProvider
from docflow.adapters.sealing.fernet import FernetSealing
from docflow.db.database import Database
from docflow.domain.stages import Stage
from docflow.features.classification.repository import TypeCatalog
from docflow.features.completions.router import Router
from docflow.features.documents.repository import DocumentStore
from docflow.features.usage.books import PostgresBooks
from docflow.plugins.running import Plugins
from docflow.plugins.validators import BUILT_IN
from docflow.runtime.logging import open_logging
from docflow.runtime.metrics import Metrics
from docflow.runtime.model_reading import RoutedProvider
from docflow.runtime.model_watch import LlmWatch
from docflow.runtime.models import Models
from docflow.runtime.settings import LlmSettings, LogSettings
from docflow.runtime.tracing import OtelTracing
from docflow.testing.blobs import MemoryBlobs
from docflow.testing.database import DatabaseUrls
from docflow.testing.engine import open_worker, toy_pipeline
from docflow.testing.factories import add_configuration, add_tenancy, add_type
from docflow_ocr.stages import handlers
from docflow_processor.stages.intelligent_process import IntelligentProcess
from sqlalchemy import text

from tests.integration.engine.submitting import state, until_status
from tests.integration.reading.test_on_the_engine import submit
from tests.llm_loopback.faults import Fault, Kind
from tests.llm_loopback.server import Loopback
from tests.security.injection.documents import LINES, ORDERS, pdf
from tests.security.injection.reading import CANARY, LIMITS, SCHEMA, InlineWorkbench, Prompted, read_page

PLANTED = (
    "Quicksilver Chairs Ltd",
    "QX-99173",
    "8714.35",
    "DE75 5121 0800 1245 1261 99",
    "ann.private@example.test",
)
PAGE = [
    f"Seller: {PLANTED[0]}", f"Invoice no: {PLANTED[1]}", f"Total: {PLANTED[2]}", f"IBAN: {PLANTED[3]}",
    f"Contact: {PLANTED[4]}", *LINES[6:],
]  # fmt: skip
#: What holds a document's words: they are a client's, and go when the document goes.
OWN = {"documents", "processes", "pages", "process_fields", "llm_cache", "type_words", "reviews"}


@contextmanager
def everything_logged() -> Iterator[io.StringIO]:
    """What an operator gets who asks for all there is, in every field."""
    written = io.StringIO()
    with open_logging(LogSettings(level="DEBUG", json_lines=True), None, terminal=False):
        logging.getLogger().addHandler(logging.StreamHandler(written))
        yield written


@pytest.fixture
def tracing() -> tuple[OtelTracing, Any]:
    pytest.importorskip("opentelemetry.sdk")
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return OtelTracing(provider), exporter


async def test_what_a_document_says_is_told_to_no_log_span_book_or_audit(
    database: Database,
    owner_database: Database,
    database_urls: DatabaseUrls,
    tracing: tuple[OtelTracing, Any],
) -> None:
    tenancy, blobs = await add_tenancy(owner_database, "discreet"), MemoryBlobs()
    type_id = await add_type(owner_database, "discreet.bill", client_id=tenancy.client_id)
    await add_configuration(owner_database, tenancy.client_id, type_id, output_schema=SCHEMA)
    tenancy = replace(tenancy, process_type_id=type_id)
    workbench, store, spans = InlineWorkbench(), DocumentStore(database), tracing[1]
    async with Loopback().running() as loopback:
        loopback.script.add(
            Fault(Kind.SERVER),
            Fault(Kind.WRONG_SCHEMA),
            Fault(Kind.SERVER),
            Fault(Kind.CUT),
            Fault(Kind.BAD_JSON),
        )
        vendor = AnthropicVendor("key-that-is-secret", SystemClock(), base_url=loopback.url)
        router = Router(
            {"anthropic": vendor},
            PostgresBooks(database, FernetSealing(["s" * 43])),
            clock=SystemClock(),
            watch=LlmWatch(Metrics(), tracing[0]),
            sleep=lambda seconds: asyncio.sleep(0),
        )
        settings = LlmSettings(order=["anthropic/claude-haiku-5-5", "offline"])
        provider = Prompted(RoutedProvider(Models.of(router, database, settings), OfflineProvider(workbench)))
        reading = handlers(
            blobs=blobs, workbench=workbench, provider=provider, read_image=read_page, duplicates=store, pages=store,
            types=TypeCatalog(database), limits=LIMITS,
        )  # fmt: skip
        later = [
            one
            for one in toy_pipeline()
            if one.stage not in (Stage.INGEST, Stage.INTELLIGENT_OCR, Stage.INTELLIGENT_PROCESS)
        ]
        checking = IntelligentProcess(Plugins(BUILT_IN, installed=tuple))
        with everything_logged() as logged:
            sent = [
                await submit(database, blobs, tenancy, data)
                for data in (pdf([PAGE]), pdf([[*PAGE, ORDERS[0]]]), pdf([[*PAGE, "Second copy"]]))
            ]
            async with open_worker(database, (*reading, checking, *later)):
                await until_status(database, tenancy, sent, "completed", "failed", "hitl_review")
        await vendor.aclose()
        assert len(loopback.requests) >= 5
    read = await state(database, tenancy, sent[0])
    assert PLANTED[1] in orjson.dumps(read.extraction_result).decode(), "the document was read"
    assert "llm.called" in logged.getvalue()
    assert any(span.name == "docflow.llm.ocr" for span in spans.get_finished_spans())
    told = {
        "logs": logged.getvalue(),
        "spans": "\n".join(span.to_json() for span in spans.get_finished_spans()),
        **await _tables(database_urls.admin),
    }
    secrets = (
        *PLANTED,
        *(one.replace(" ", "") for one in PLANTED),
        CANARY,
        "key-that-is-secret",
        ORDERS[0][:30],
    )
    found = {(where, secret) for where, words in told.items() for secret in secrets if secret in words}
    assert found == set()
    assert "claude-haiku-5-5" in told["llm_calls"]
    assert "INTELLIGENT_OCR" in told["outbox"]


async def _tables(admin_url: str) -> dict[str, str]:
    """All rows of all tables but those that hold a document's words."""
    async with (
        aclosing(Database(admin_url, pool_size=1, max_overflow=0)) as all_seeing,
        all_seeing.nobody() as session,
    ):
        names = await session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        found = {}
        for name in sorted(set(names) - OWN):
            rows = await session.scalars(text(f"SELECT t::text FROM {name} t"))
            found[name] = "\n".join(rows)
    return found

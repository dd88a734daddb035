"""The workers that ask models, on the real engine and database, against the vendors' protocols on this machine."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from docflow.adapters.clock.system import SystemClock
from docflow.adapters.llm.anthropic.vendor import AnthropicVendor
from docflow.adapters.llm.offline.provider import OfflineProvider
from docflow.adapters.llm.openai.profiles import OPENAI
from docflow.adapters.llm.openai.vendor import OpenAIVendor
from docflow.adapters.ocr.rapidocr import read_image
from docflow.db.database import Database
from docflow.domain.jobs import StageHandler
from docflow.domain.ports.llm import Extraction, ExtractRequest, Provider, Vendor
from docflow.domain.stages import Stage
from docflow.features.classification.repository import TypeCatalog
from docflow.features.completions.router import Router
from docflow.features.documents.repository import DocumentStore
from docflow.features.stage_runs import submission
from docflow.runtime.metrics import Metrics
from docflow.runtime.model_advice import ModelAdvice
from docflow.runtime.model_alarm import ModelAlarm
from docflow.runtime.model_classifying import ModelVoice
from docflow.runtime.model_reading import RoutedProvider
from docflow.runtime.model_watch import LlmWatch
from docflow.runtime.models import Models
from docflow.runtime.second_reading import TwoReadings
from docflow.runtime.settings import LlmSettings
from docflow.runtime.tracing import Tracing
from docflow.testing.blobs import MemoryBlobs
from docflow.testing.engine import QUICK, open_worker, toy_pipeline
from docflow.testing.factories import Tenancy, add_configuration, add_document, add_process, add_tenancy
from docflow.testing.workbench import ThreadWorkbench
from docflow_ocr.pages.inspection import FileLimits
from docflow_ocr.stages import handlers
from docflow_processor.stages import stages as processing

from tests.integration.engine.submitting import rows, until_status
from tests.integration.usage.books import books_of
from tests.llm_loopback.server import Loopback

T = TypeVar("T")

#: Drawing and reading share the loop's core here, so a worker is given up for dead later.
PATIENT = QUICK.model_copy(update={"expiry_s": 30.0})
LIMITS = FileLimits(pages=50, image_pixels=50_000_000, page_pixels=12_000_000)
HAIKU, SONNET = "anthropic/claude-haiku-5-5", "anthropic/claude-sonnet-5-5"
TERRA, SOL = "openai/gpt-6.1-terra", "openai/gpt-6.1-sol"
SCHEMA = {
    "type": "object",
    "properties": {
        "invoice_number": {"type": "string", "x-kind": "id", "x-labels": ["Invoice No"]},
        "seller_name": {"type": ["string", "null"], "x-labels": ["Seller"]},
        "grand_total": {"type": ["string", "number", "null"], "x-kind": "money", "x-labels": ["Total"]},
    },
    "required": ["invoice_number", "grand_total"],
}


def invoice(number: int = 17, total: str = "119.00", *more: str) -> bytes:
    lines = ("Invoice", f"Seller: Blue {number} Ltd", f"Invoice No: A-{number}", f"Total: {total}", *more)
    return "\n".join(lines).encode()


@dataclass(slots=True)
class Rig:
    """`slept` holds the seconds the router would have waited; a hundredth of them went by."""

    database: Database
    loopback: Loopback
    models: Models
    provider: Provider
    workbench: ThreadWorkbench
    blobs: MemoryBlobs
    metrics: Metrics = field(default_factory=Metrics)
    slept: list[float] = field(default_factory=list)

    async def client(self, slug: str, **columns: Any) -> Tenancy:
        """A client whose type is read by `columns` of its configuration, version 2; what is likelier right than wrong is sure."""
        tenancy = await add_tenancy(self.database, slug)
        given = {"output_schema": SCHEMA, "confidence_threshold": 0.5, **columns}
        await add_configuration(self.database, tenancy.client_id, tenancy.process_type_id, version=2, **given)
        return tenancy

    async def submit(
        self, tenancy: Tenancy, data: bytes, mime_type: str = "text/plain", **columns: object
    ) -> UUID:
        process_id = await add_process(self.database, tenancy, **{"config_version": 2, **columns})
        document_id = await add_document(
            self.database,
            tenancy.client_id,
            process_id,
            sha256=hashlib.sha256(data).hexdigest(),
            file_name="invoice",
            mime_type=mime_type,
            file_size=len(data),
        )
        await self.blobs.put(f"{tenancy.client_id}/2026-11/{process_id}/{document_id}", data)
        async with self.database.client(tenancy.client_id) as session:
            await submission.start(
                session, client_id=tenancy.client_id, process_id=process_id, at=datetime.now(UTC)
            )
        return process_id

    def stages(self, provider: Provider | None = None) -> tuple[StageHandler, ...]:
        store = DocumentStore(self.database)
        reading = handlers(
            blobs=self.blobs,
            workbench=self.workbench,
            provider=provider or self.provider,
            read_image=read_image,
            duplicates=store,
            pages=store,
            types=TypeCatalog(self.database),
            limits=LIMITS,
            voice=ModelVoice(self.models, self.database),
        )
        output = next(stage for stage in toy_pipeline() if stage.stage is Stage.OUTPUT)
        return (*reading, *processing(ModelAdvice(self.models, self.blobs)), output)

    async def run(self, tenancy: Tenancy, processes: Sequence[UUID], within_s: float = 60) -> None:
        async with open_worker(self.database, self.stages(), settings=PATIENT):
            await until_status(
                self.database, tenancy, processes, "completed", "failed", "hitl_review", within_s=within_s
            )

    async def read(self, tenancy: Tenancy, data: bytes, **columns: Any) -> UUID:
        process_id = await self.submit(tenancy, data, **columns)
        await self.run(tenancy, [process_id])
        return process_id

    async def calls(self, tenancy: Tenancy, process_id: UUID) -> list[Any]:
        return list(
            await rows(
                self.database,
                tenancy,
                "SELECT stage, provider, model, outcome, error_kind, tokens_input, tokens_output, tokens_cache_read,"
                " cost_micros, cache_hit, prompt_id, run_id FROM llm_calls WHERE process_id = :p ORDER BY created_at, call_id",
                p=process_id,
            )
        )


@asynccontextmanager
async def open_rig(
    database: Database,
    *,
    key: str = "key",
    deadline_s: float = 20.0,
    order: Sequence[str] = (HAIKU, SONNET, TERRA),
    blobs: MemoryBlobs | None = None,
) -> AsyncIterator[Rig]:
    """`key` is Anthropic's: the loopback refuses some."""
    clock, metrics, slept = SystemClock(), Metrics(), list[float]()

    async def doze(seconds: float) -> None:
        slept.append(seconds)
        await asyncio.sleep(seconds / 100)

    async with AsyncExitStack() as stack:
        loopback = await stack.enter_async_context(Loopback().running())
        vendors: dict[str, Vendor] = {
            "anthropic": AnthropicVendor(key, clock, base_url=loopback.url),
            "openai": OpenAIVendor("key", clock, profile=OPENAI, base_url=f"{loopback.url}/v1"),
        }
        for vendor in vendors.values():
            await stack.enter_async_context(aclosing(vendor))
        alarm = await stack.enter_async_context(aclosing(ModelAlarm(database, clock)))
        settings = LlmSettings(order=list(order), deadline_s=deadline_s)
        router = Router(
            vendors,
            books_of(database),
            clock=clock,
            table=settings.table(),
            watch=LlmWatch(metrics, Tracing(), alarm),
            sleep=doze,
        )
        workbench = OneAtATime()
        models = Models.of(router, database, settings)
        routed = RoutedProvider(models, OfflineProvider(workbench))
        yield Rig(
            database,
            loopback,
            models,
            TwoReadings(routed, models, workbench),
            workbench,
            blobs or MemoryBlobs(),
            metrics=metrics,
            slept=slept,
        )


class OneAtATime(ThreadWorkbench):
    """The library that draws pages takes one thread; the workbench of production has processes."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    async def run(
        self, function: Callable[..., T], /, *args: object, timeout_s: float, pool: str = "parse"
    ) -> T:
        async with self._turn:
            return await super().run(function, *args, timeout_s=timeout_s, pool=pool)


class ByClient:
    """One worker for many rigs: each client's documents are read by its own."""

    name = "router"

    def __init__(self, providers: dict[UUID, Provider]) -> None:
        self._providers = providers

    async def extract(self, request: ExtractRequest) -> Extraction:
        return await self._providers[request.client_id].extract(request)

    async def aclose(self) -> None:
        return None

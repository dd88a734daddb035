"""Who reads fields: the offline reader, before it a model where a vendor is set up, and what vendors taught."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass

from docflow.adapters.llm.offline.provider import OfflineProvider
from docflow.adapters.sealing.fernet import FernetSealing
from docflow.db.database import Database
from docflow.domain.ports.clock import Clock
from docflow.domain.ports.llm import Provider
from docflow.domain.ports.sealing import Sealing
from docflow.domain.ports.workbench import Workbench
from docflow.features.completions.router import Router
from docflow.features.usage.books import PostgresBooks
from docflow.features.vendor_memory.index import VendorIndex
from docflow.features.vendor_memory.remembering import Remembering
from docflow.runtime.metrics import Metrics
from docflow.runtime.model_alarm import ModelAlarm
from docflow.runtime.model_reading import RoutedProvider
from docflow.runtime.model_watch import LlmWatch
from docflow.runtime.models import Models
from docflow.runtime.second_reading import TwoReadings
from docflow.runtime.settings import LlmSettings
from docflow.runtime.tracing import Tracing
from docflow.runtime.vendors import vendors_from


@dataclass(frozen=True, slots=True)
class Readers:
    provider: Provider
    models: Models | None
    """None = no vendor is set up, and everything is read offline."""


@asynccontextmanager
async def open_readers(
    settings: LlmSettings,
    *,
    database: Database,
    workbench: Workbench,
    sealing: Sealing,
    clock: Clock,
    metrics: Metrics,
    tracing: Tracing,
) -> AsyncIterator[Readers]:
    """Nothing is asked yet. Vendors' connections close with it."""
    async with AsyncExitStack() as stack:
        offline = await stack.enter_async_context(aclosing(OfflineProvider(workbench)))
        vendors = vendors_from(settings, clock)
        for vendor in vendors.values():
            await stack.enter_async_context(aclosing(vendor))
        reading: Provider = offline
        models = None
        if vendors:
            alarm = await stack.enter_async_context(aclosing(ModelAlarm(database, clock)))
            router = Router(
                vendors,
                PostgresBooks(database, answer_sealing(settings, sealing)),
                clock=clock,
                table=settings.table(),
                watch=LlmWatch(metrics, tracing, alarm),
                requests_per_minute=settings.requests_per_minute,
            )
            await stack.enter_async_context(aclosing(router))
            models = Models.of(router, database, settings)
            reading = TwoReadings(RoutedProvider(models, offline), models, workbench)
        yield Readers(Remembering(reading, VendorIndex(database), database, workbench), models)


def answer_sealing(settings: LlmSettings, otherwise: Sealing) -> Sealing:
    """Who asks a model need not hold the key of other secrets, but opens what another process was answered."""
    keys = [each.get_secret_value() for each in settings.answer_keys]
    return FernetSealing(keys) if keys else otherwise

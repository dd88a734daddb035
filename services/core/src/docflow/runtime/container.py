"""The parts of a running program, built once from the settings. Here, and only here, adapters are chosen."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

import docflow.features.models  # noqa: F401 - tables find each other by name, so all must be known
from docflow.db.database import Database
from docflow.domain.json_types import JsonObject
from docflow.domain.ports.audit_stream import AuditStream
from docflow.domain.ports.blobs import BlobStore
from docflow.domain.ports.buckets import SignPut
from docflow.domain.ports.cache import Cache
from docflow.domain.ports.chat import Chat
from docflow.domain.ports.clock import Clock
from docflow.domain.ports.egress import Egress
from docflow.domain.ports.limits import RateLimits
from docflow.domain.ports.live import LiveEvents
from docflow.domain.ports.llm import Provider
from docflow.domain.ports.mail import Mail
from docflow.domain.ports.ocr import PageEngine
from docflow.domain.ports.sealing import Sealing
from docflow.domain.ports.transport import Transport
from docflow.domain.ports.workbench import Workbench
from docflow.domain.reading import ReadPicture
from docflow.runtime.databases import DatabaseUrls, open_databases
from docflow.runtime.local_state import LocalState
from docflow.runtime.metrics import Metrics
from docflow.runtime.settings import SecondEngine, Settings
from docflow.runtime.shared import open_shared
from docflow.runtime.tracing import Tracing, tracing_from

if TYPE_CHECKING:
    from docflow.adapters.workbench.processes import ProcessWorkbench
    from docflow.runtime.models import Models

log = structlog.get_logger(__name__)

#: One that hangs keeps no other waiting.
PLUGIN_PROCESSES = 2


@dataclass(slots=True)
class Container:
    """Shared by the services of one process. `stopping` is set once, by a signal or by the program's end."""

    settings: Settings
    """As given, with the secrets filled in that a home folder makes for itself."""
    stopping: asyncio.Event
    urls: DatabaseUrls
    clock: Clock
    database: Database
    """As docflow_app."""
    beat_database: Database
    """As docflow_app, one connection: a busy pool must not make a worker look dead."""
    audit_database: Database
    """As docflow_audit."""
    blobs: BlobStore
    transport: Transport
    live: LiveEvents
    cache: Cache
    limits: RateLimits
    workbench: Workbench
    egress: Egress
    sealing: Sealing
    provider: Provider
    read_image: Callable[[bytes], ReadPicture]
    """A picture to its words; a plain function, for the workbench's `ocr` pool."""
    mail: Mail
    chat: Chat
    models: "Models | None" = None
    """None = no vendor is set up, and everything is read offline."""
    has_ocr: bool = True
    """Whether the engine of `read_image` is installed."""
    read_lines: Callable[[Sequence[bytes]], Sequence[tuple[str, float]]] | None = None
    """Pictures of one line each to their texts and how sure these are, by the same engine; None where it is not."""
    metrics: Metrics = field(default_factory=Metrics)
    tracing: Tracing = field(default_factory=Tracing)
    audit_stream: Callable[[], AuditStream] | None = None
    """Where audit records travel besides the outbox; None = the outbox alone carries them."""
    sign_put: SignPut | None = None
    """How a file gets into a bucket of a client; None = not at all."""
    api_listener: socket.socket | None = None
    """Where the gateway listens; None in a program that runs without it."""
    serving: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once a service that runs alone is loaded and, if it is the gateway, listens."""

    async def second_engine(self) -> PageEngine | None:
        """As the settings ask for it; None where it is off or the machine has none."""
        return await find_second_engine(self.settings)


@asynccontextmanager
async def open_container(settings: Settings, stopping: asyncio.Event) -> AsyncIterator[Container]:
    """Build the container; everything it opened is closed in reverse order, also after an error.

    Databases of an operator are not asked anything yet: `runtime.logins` does.
    """
    from docflow.adapters.blobs.foreign import sign_put
    from docflow.adapters.chat.apprise import AppriseChat
    from docflow.adapters.clock.system import SystemClock
    from docflow.adapters.egress.guarded import GuardedEgress
    from docflow.adapters.ocr.rapidocr import read_image, read_lines
    from docflow.adapters.sealing.fernet import FernetSealing
    from docflow.runtime.readers import open_readers

    metrics = Metrics()
    async with AsyncExitStack() as stack:
        tracing = tracing_from(settings.traces)
        stack.callback(tracing.close)
        urls = await stack.enter_async_context(open_databases(settings))
        settings = with_secret(settings)
        database = await stack.enter_async_context(aclosing(_database(settings, urls.app)))
        beats = await stack.enter_async_context(aclosing(_database(settings, urls.app, size=1)))
        audit = await stack.enter_async_context(aclosing(_database(settings, urls.audit, size=2)))
        blobs = await stack.enter_async_context(aclosing(open_blobs(settings)))
        workbench = await stack.enter_async_context(aclosing(_workbench(settings, metrics)))
        transport, audit_stream = await stack.enter_async_context(
            _open_transport(settings, database, urls, metrics)
        )
        for name, pool in (("app", database), ("beat", beats), ("audit", audit)):
            metrics.watch_pool(name, pool.connections)
        metrics.watch_transport(lambda: transport.healthy)
        has_ocr = all(find_spec(name) for name in ("rapidocr", "onnxruntime"))
        clock = SystemClock()
        sealing = FernetSealing(settings.auth.sealing_secrets())
        readers = await stack.enter_async_context(
            open_readers(
                settings.llm,
                database=database,
                workbench=workbench,
                sealing=sealing,
                clock=clock,
                metrics=metrics,
                tracing=tracing,
            )
        )
        mail = await stack.enter_async_context(aclosing(open_mail(settings, clock)))
        egress = GuardedEgress(settings.egress.allow, connect_timeout_s=settings.egress.connect_timeout_s)
        shared = await stack.enter_async_context(open_shared(settings, clock))
        yield Container(
            settings=settings,
            stopping=stopping,
            urls=urls,
            clock=clock,
            database=database,
            beat_database=beats,
            audit_database=audit,
            blobs=blobs,
            transport=transport,
            live=shared.live,
            cache=shared.cache,
            limits=shared.limits,
            workbench=workbench,
            egress=egress,
            sealing=sealing,
            provider=readers.provider,
            models=readers.models,
            read_image=read_image,
            mail=mail,
            has_ocr=has_ocr,
            read_lines=read_lines if has_ocr else None,
            chat=AppriseChat(egress),
            metrics=metrics,
            tracing=tracing,
            audit_stream=audit_stream,
            sign_put=sign_put,
        )


def with_secret(settings: Settings) -> Settings:
    """Fill in the secret that signs tokens from the home folder, where none was set."""
    if settings.auth.secret is not None:
        return settings
    made = settings.auth.model_copy(update={"secret": LocalState(settings.home).auth_secret()})
    return settings.model_copy(update={"auth": made})


def open_blobs(settings: Settings) -> BlobStore:
    """The file store of the settings. Nothing is sent yet."""
    from docflow.adapters.blobs.buckets import BucketOptions
    from docflow.adapters.blobs.objects import blobs_from

    given = settings.blobs
    options = BucketOptions(
        kms_key_id=given.kms_key_id,
        region=given.region,
        endpoint=given.endpoint,
        access_key_id=given.access_key_id.get_secret_value() if given.access_key_id else None,
        secret_access_key=given.secret_access_key.get_secret_value() if given.secret_access_key else None,
    )
    return blobs_from(given.url, settings.home, options)


async def find_second_engine(settings: Settings) -> PageEngine | None:
    """Told once where it was asked for and is not there: documents are read without it."""
    if settings.ocr.second_engine is SecondEngine.OFF:
        return None
    from docflow.adapters.ocr.tesseract import find_tesseract

    given = settings.worker
    found = await find_tesseract(at_once=given.ocr_processes, memory_bytes=given.child_memory_bytes)
    if found is None:
        log.warning("ocr.second_engine_missing", engine=settings.ocr.second_engine.value)
    return found


def open_mail(settings: Settings, clock: Clock) -> Mail:
    """Where letters go. Nothing is sent yet. Raises ValueError for a URL that cannot be used."""
    given = settings.mail
    if given.url is None:
        from docflow.adapters.mail.folder import FolderMail

        return FolderMail(mail_folder(settings), clock, sender=given.sender)
    from docflow.adapters.mail.smtp import SmtpMail, SmtpServer

    server = SmtpServer.of(given.url.get_secret_value())
    return SmtpMail(server, clock, sender=given.sender, timeout_s=given.timeout_s)


def mail_folder(settings: Settings) -> Path:
    """Where letters lie while no mail server is set."""
    return settings.home.absolute() / "mail"


@asynccontextmanager
async def _open_transport(
    settings: Settings, database: Database, urls: DatabaseUrls, metrics: Metrics
) -> AsyncIterator[tuple[Transport, Callable[[], AuditStream] | None]]:
    """RabbitMQ where it is set, else the database. Does not wait for a broker."""
    if settings.broker.url is None:
        from docflow.adapters.transport.postgres import PostgresTransport

        async with aclosing(PostgresTransport(database, urls.listen)) as notifying:
            yield notifying, None
        return
    from docflow.adapters.transport.rabbitmq.transport import RabbitTransport

    broker = RabbitTransport(
        settings.broker.url.get_secret_value(),
        name="docflow",
        prefetch=settings.worker.jobs_in_flight,
        dropped=metrics.hints_dropped.inc,
    )
    async with aclosing(broker):
        broker.start()
        yield broker, broker.audit_stream


@asynccontextmanager
async def open_audit_stream(settings: Settings) -> AsyncIterator[AuditStream | None]:
    """The stream alone, for a verb that reads it; None where no broker is set. Connects in the background."""
    if settings.broker.url is None:
        yield None
        return
    from docflow.adapters.transport.rabbitmq.transport import RabbitTransport

    broker = RabbitTransport(settings.broker.url.get_secret_value(), name="docflow.audit")
    async with aclosing(broker):
        yield broker.audit_stream()


def topology() -> JsonObject:
    """What the program declares on its broker."""
    from docflow.adapters.transport.rabbitmq.topology import TOPOLOGY

    return TOPOLOGY.as_json()


def _database(settings: Settings, url: str, *, size: int | None = None) -> Database:
    """`size` None = the pool of the settings; else a pool of exactly that many connections."""
    given = settings.db
    return Database(
        url,
        pool_size=given.pool_size if size is None else size,
        max_overflow=given.max_overflow if size is None else 0,
        pool_recycle_s=given.pool_recycle_s,
        pool_timeout_s=given.pool_timeout_s,
        connect_timeout_s=given.connect_timeout_s,
        statement_timeout_s=given.statement_timeout_s,
        idle_in_transaction_s=given.idle_in_transaction_s,
        transaction_pooler=given.transaction_pooler,
    )


def _workbench(settings: Settings, metrics: Metrics) -> "ProcessWorkbench":
    from docflow.adapters.workbench.processes import PoolLimits, ProcessWorkbench

    given = settings.worker
    return ProcessWorkbench(
        {
            "parse": PoolLimits(given.parse_processes, given.child_memory_bytes),
            "ocr": PoolLimits(given.ocr_processes, given.child_memory_bytes, idle_s=given.child_idle_s),
            "plugins": PoolLimits(PLUGIN_PROCESSES, given.child_memory_bytes, idle_s=given.child_idle_s),
        },
        child_exited=lambda pool, reason: metrics.child_exits.labels(pool, reason).inc(),
    )

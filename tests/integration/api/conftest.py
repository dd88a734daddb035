"""The gateway over a real database, with the outside world in memory."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import httpx
import pytest
from docflow.adapters.cache.memory import MemoryCache
from docflow.adapters.chat.apprise import AppriseChat
from docflow.adapters.clock.system import SystemClock
from docflow.adapters.limits.counting import memory_limits
from docflow.adapters.live.memory import MemoryLive
from docflow.adapters.llm.offline.provider import OfflineProvider
from docflow.adapters.sealing.fernet import FernetSealing
from docflow.db.database import Database
from docflow.domain.access import Scope
from docflow.domain.errors import UserError
from docflow.domain.ports.egress import HttpAnswer, Take
from docflow.features.api_keys.service import create_api_key
from docflow.runtime.container import Container
from docflow.runtime.settings import AuthSettings, LimitSettings, Settings
from docflow.testing.blobs import MemoryBlobs
from docflow.testing.factories import Tenancy
from docflow.testing.mail import MemoryMail
from docflow.testing.passwords import quick_passwords
from docflow.testing.transport import MemoryTransport
from docflow.testing.workbench import ThreadWorkbench
from docflow_api.app import create_app
from docflow_api.deps import Gateway
from pydantic import SecretStr

ADDRESS = "http://gateway.test"


class NamedEgress:
    """Lets every host through but `inner.test`; answers what `answers` holds for an address."""

    def __init__(self) -> None:
        self.answers: dict[str, HttpAnswer | Exception] = {}
        self.asked: list[str] = []

    async def check(self, url: str) -> None:
        if "inner.test" in url:
            raise UserError("this address is not allowed", code="egress_refused")

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: object,
        content: bytes = b"",
        timeout_s: float = 10.0,
        max_bytes: int = 65_536,
        take: Take | None = None,
    ) -> HttpAnswer:
        await self.check(url)
        self.asked.append(url)
        answer = self.answers[url]
        if isinstance(answer, Exception):
            raise answer
        if take is not None and answer.status == 200:
            for at in range(0, len(answer.body), 1000):
                await take(answer.body[at : at + 1000])
            return replace(answer, body=b"")
        return replace(answer, body=answer.body[:max_bytes])


@dataclass(slots=True)
class World:
    """One gateway and what stands around it."""

    container: Container
    http: httpx.AsyncClient

    @property
    def blobs(self) -> MemoryBlobs:
        assert isinstance(self.container.blobs, MemoryBlobs)
        return self.container.blobs

    @property
    def egress(self) -> NamedEgress:
        assert isinstance(self.container.egress, NamedEgress)
        return self.container.egress

    async def stored(self, tenancy: Tenancy) -> list[str]:
        """The keys of the files that are kept for a client."""
        return [info.key async for info in self.blobs.list(f"{tenancy.client_id}/")]


def gateway_of(world: World) -> Gateway:
    """The parts behind a world whose requests stay in the process."""
    transport = world.http._transport
    assert isinstance(transport, httpx.ASGITransport)
    gateway: Gateway = transport.app.state.gateway  # type: ignore[attr-defined]
    return gateway


def settings() -> Settings:
    return Settings(
        _env_file=None,
        auth=AuthSettings(secret=SecretStr("s" * 43), hash_concurrency=2),
        limits=LimitSettings(
            file_bytes=20_000,
            body_bytes=300_000,
            files_per_process=4,
            logins_per_minute=3,
            streams_per_client=2,
        ),
    )


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    container = make_container(database)
    container.provider = OfflineProvider(container.workbench)
    transport = httpx.ASGITransport(create_app(container, quick_passwords()))
    async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as http:
        yield World(container, http)


def make_container(database: Database) -> Container:
    egress = NamedEgress()
    return Container(
        settings=settings(),
        stopping=asyncio.Event(),
        urls=None,
        clock=SystemClock(),
        database=database,
        beat_database=database,
        audit_database=database,
        blobs=MemoryBlobs(),
        transport=MemoryTransport(),
        live=MemoryLive(),
        cache=MemoryCache(SystemClock()),
        limits=memory_limits(),
        workbench=ThreadWorkbench(),
        egress=egress,
        chat=AppriseChat(egress),
        sealing=FernetSealing(["s" * 43]),
        provider=None,
        read_image=None,
        mail=MemoryMail(),
    )


KeyFor = Callable[..., Awaitable[dict[str, str]]]


@pytest.fixture
def key_for(database: Database) -> KeyFor:
    """Headers with a fresh key of a client; all scopes unless some are named."""

    async def make(tenancy: Tenancy, *scopes: Scope, expires_at: datetime | None = None) -> dict[str, str]:
        async with database.client(tenancy.client_id) as session:
            _, key = await create_api_key(
                session, tenancy.client_id, "test", scopes or tuple(Scope), expires_at=expires_at
            )
        return {"Authorization": f"Bearer {key}"}

    return make


LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def pdf(mark: str = "") -> bytes:
    """Bytes that look like a PDF; another `mark` makes another file."""
    return PDF + f"% {mark}\n".encode()


def form(
    tenancy: Tenancy,
    *,
    content: bytes | None = None,
    name: str = "invoice.pdf",
    declared: str = "application/pdf",
    **fields: str,
) -> dict:
    """Arguments of a multipart post."""
    data = {"process_type_id": tenancy.process_type_id, **fields}
    return {"files": {"files": (name, pdf() if content is None else content, declared)}, "data": data}

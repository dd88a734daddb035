import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from docflow.adapters.blobs.foreign import sign_put
from docflow.adapters.egress.guarded import GuardedEgress
from docflow.adapters.sealing.fernet import FernetSealing
from docflow.db.database import Database
from docflow.domain.ids import new_id
from docflow.domain.ports.blobs import BlobStore
from docflow.domain.ports.mail import Mail
from docflow.domain.stages import ProcessStatus, Stage
from docflow.features.webhooks.models import WebhookDelivery, WebhookEndpoint
from docflow.testing.blobs import MemoryBlobs
from docflow.testing.database import DatabaseUrls
from docflow.testing.factories import Tenancy, add_process
from docflow.testing.jobs import read_field
from docflow.testing.mail import MemoryMail
from docflow.testing.workbench import ThreadWorkbench
from docflow_output.actions import ActionLane
from docflow_output.connectors import connectors
from docflow_output.connectors.webhook import WebhookSender
from docflow_output.deliveries import DeliveryLane
from docflow_output.loop import LaneLoop
from docflow_output.secrets import Secrets
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

RESULT = {"fields": {"total": read_field("119.00")}, "tables": {}, "data": {"total": "119.00"}}
SECRET = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


@dataclass
class Output:
    """The two lanes on a real database, under one living worker."""

    database: Database
    tenancy: Tenancy
    worker_id: UUID = field(default_factory=new_id)
    blobs: BlobStore = field(default_factory=MemoryBlobs)
    sealing: FernetSealing = field(default_factory=lambda: FernetSealing(["s" * 40]))
    mail: Mail = field(default_factory=MemoryMail)
    environment: dict[str, str] = field(default_factory=dict)
    secrets_folder: Path | None = None
    lanes: list[ActionLane] = field(default_factory=list)
    egress: GuardedEgress = field(default_factory=lambda: GuardedEgress(["127.0.0.1"]))

    async def alive(self) -> None:
        async with self.database.nobody() as session:
            await session.execute(
                text("SELECT heartbeat(:w, 'worker-output', 'h', 1, 600)"), {"w": self.worker_id}
            )

    def deliveries(self, database: Any = None) -> DeliveryLane:
        sender = WebhookSender(self.egress, SystemClock())
        return DeliveryLane(database or self.database, sender, self.sealing, SystemClock(), lambda: 0.0)

    def actions(self) -> ActionLane:
        known = connectors(
            database=self.database,
            blobs=self.blobs,
            egress=self.egress,
            sealing=self.sealing,
            clock=SystemClock(),
            mail=self.mail,
            workbench=ThreadWorkbench(),
            sign_put=sign_put,
        )
        secrets = Secrets(
            self.database, self.sealing, environment=self.environment, folder=self.secrets_folder
        )
        lane = ActionLane(self.database, known, SystemClock(), lambda: 0.0, secrets=secrets)
        self.lanes.append(lane)
        return lane

    async def aclose(self) -> None:
        for lane in self.lanes:
            await lane.aclose()

    async def round(self, lane: object) -> int:
        """Take what is due once and finish it."""
        loop: LaneLoop[object, object] = LaneLoop(lane)  # type: ignore[arg-type]
        taken = await loop.take(self)
        await loop.settle()
        return taken

    async def process(self) -> UUID:
        return await add_process(
            self.database,
            self.tenancy,
            status=ProcessStatus.COMPLETED,
            current_stage=Stage.OUTPUT,
            final_output=RESULT,
            external_id="INV-7",
        )

    async def endpoint(self, **columns: object) -> UUID:
        endpoint_id = new_id()
        sealed = self.sealing.seal(SECRET.encode())
        given = {"url": "http://unused.example", "secret_sealed": sealed, **columns}
        async with self.database.client(self.tenancy.client_id) as session:
            session.add(WebhookEndpoint(endpoint_id=endpoint_id, client_id=self.tenancy.client_id, **given))
        return endpoint_id

    async def delivery(self, url: str, endpoint_id: UUID | None = None, **columns: object) -> UUID:
        endpoint_id = endpoint_id or await self.endpoint()
        process_id, delivery_id = await self.process(), new_id()
        given = {
            "event_type": "process.completed",
            "webhook_id": f"msg_{delivery_id.hex}",
            "body": '{"a":"ü"}',
            **columns,
        }
        async with self.database.client(self.tenancy.client_id) as session:
            session.add(
                WebhookDelivery(
                    delivery_id=delivery_id,
                    client_id=self.tenancy.client_id,
                    endpoint_id=endpoint_id,
                    process_id=process_id,
                    url=url,
                    **given,
                )
            )
        return delivery_id

    async def row(self, table: str, key: str, value: UUID) -> dict[str, object]:
        async with self.database.client(self.tenancy.client_id) as session:
            found = await session.execute(
                text(f"SELECT * FROM {table} WHERE {key} = :value"), {"value": value}
            )
            return dict(found.mappings().one())


def end_what_others_left(urls: DatabaseUrls) -> None:
    """Lanes work for all clients, so also for those of tests before."""
    engine = create_engine(urls.admin, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE webhook_deliveries SET state = 'failed' WHERE state IN ('pending', 'sending')")
        )
        connection.execute(
            text("UPDATE output_actions SET status = 'failed' WHERE status NOT IN ('completed', 'failed')")
        )
    engine.dispose()


@pytest.fixture
async def output(
    database: Database, database_urls: DatabaseUrls, two_clients: tuple[Tenancy, Tenancy]
) -> AsyncIterator[Output]:
    end_what_others_left(database_urls)
    made = Output(database, two_clients[0])
    await made.alive()
    yield made
    await made.aclose()

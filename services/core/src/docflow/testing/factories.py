"""Rows that tests start from, written the way the services write them: as docflow_app, bound to the client.

The platform's own rows (types and templates without a client) are written by the owner.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from docflow.db.database import Database
from docflow.domain.configuration import LifecycleState, PromptStage
from docflow.domain.ids import new_id
from docflow.domain.json_types import JsonObject
from docflow.domain.stages import ProcessStatus, Role, RunStatus, Stage
from docflow.features.clients.models import Client
from docflow.features.configurations.models import ConfigurationRow
from docflow.features.documents.models import Document, PageRow
from docflow.features.process_types.models import ProcessType
from docflow.features.processes.models import Process
from docflow.features.prompts.models import PromptRow
from docflow.features.stage_runs.models import StageRun
from docflow.features.users.models import User
from docflow.features.vendor_memory.models import VendorTemplate
from docflow.features.vendor_memory.places import Place, Relation
from docflow.features.vendors.models import Vendor

OUTPUT_SCHEMA: JsonObject = {
    "type": "object",
    "properties": {
        "invoice_number": {"type": "string", "x-kind": "id", "x-labels": ["Invoice No"]},
        "grand_total": {"type": ["string", "number", "null"], "x-kind": "money", "x-labels": ["Total"]},
    },
    "required": ["invoice_number", "grand_total"],
}


@dataclass(frozen=True, slots=True)
class Tenancy:
    """One client with an administrator, a type of its own and a published configuration, version 1."""

    client_id: UUID
    slug: str
    admin_id: UUID
    process_type_id: str
    config_id: UUID


async def add_tenancy(database: Database, slug: str) -> Tenancy:
    client_id = await add_client(database, slug)
    admin_id = await add_user(database, client_id, email=f"admin@{slug}.test")
    process_type_id = await add_type(database, f"{slug}.invoice", client_id=client_id)
    config_id = await add_configuration(database, client_id, process_type_id)
    return Tenancy(client_id, slug, admin_id, process_type_id, config_id)


async def add_client(database: Database, slug: str, **columns: object) -> UUID:
    client_id = new_id()
    async with database.client(client_id) as session:
        session.add(Client(**{"client_id": client_id, "name": slug.title(), "slug": slug, **columns}))
    return client_id


async def add_user(
    database: Database, client_id: UUID, *, email: str, role: Role = Role.ADMIN, **columns: object
) -> UUID:
    user_id = new_id()
    async with database.client(client_id) as session:
        session.add(
            User(**{"user_id": user_id, "client_id": client_id, "email": email, "role": role, **columns})
        )
    return user_id


async def add_type(
    database: Database, process_type_id: str, *, client_id: UUID | None = None, **columns: object
) -> str:
    """Without a client it is the platform's: `database` must then be the owner's."""
    given = {"default_version": 1, "display_name": process_type_id, **columns}
    async with database.of(client_id) as session:
        session.add(ProcessType(**{"process_type_id": process_type_id, "client_id": client_id, **given}))
    return process_type_id


async def add_configuration(
    database: Database, client_id: UUID | None, process_type_id: str, version: int = 1, **columns: object
) -> UUID:
    """Without a client it is the platform's template: `database` must then be the owner's."""
    config_id = new_id()
    # What is sampled hangs on the process's id, which differs with every run.
    unsampled = {"review_sample_share": Decimal(0)}
    given = {"state": LifecycleState.PUBLISHED, "output_schema": OUTPUT_SCHEMA, **unsampled, **columns}
    async with database.of(client_id) as session:
        session.add(
            ConfigurationRow(
                config_id=config_id,
                client_id=client_id,
                process_type_id=process_type_id,
                version=version,
                **given,
            )
        )
    return config_id


async def add_prompt(
    database: Database,
    client_id: UUID | None,
    process_type_id: str,
    stage: PromptStage,
    version: int = 1,
    **columns: object,
) -> UUID:
    prompt_id = new_id()
    given = {"state": LifecycleState.PUBLISHED, "prompt_template": "{{text}}", "model_name": "m", **columns}
    async with database.of(client_id) as session:
        session.add(
            PromptRow(
                prompt_id=prompt_id,
                client_id=client_id,
                process_type_id=process_type_id,
                stage=stage,
                version=version,
                **given,
            )
        )
    return prompt_id


async def add_process(database: Database, tenancy: Tenancy, **columns: object) -> UUID:
    process_id = new_id()
    given = {
        "process_type_id": tenancy.process_type_id,
        "config_version": 1,
        "status": ProcessStatus.PENDING,
        "current_stage": Stage.INGEST,
        **columns,
    }
    async with database.client(tenancy.client_id) as session:
        session.add(Process(process_id=process_id, client_id=tenancy.client_id, **given))
    return process_id


async def add_dead_run(
    database: Database,
    tenancy: Tenancy,
    *,
    stage: Stage = Stage.INTELLIGENT_OCR,
    error_code: str = "file_corrupt",
    finished_at: datetime | None = None,
) -> UUID:
    """The run that a process of its own failed with."""
    run_id = new_id()
    process_id = await add_process(
        database,
        tenancy,
        status=ProcessStatus.FAILED,
        current_stage=stage,
        error_code=error_code,
        external_id=f"of {run_id}",
    )
    async with database.client(tenancy.client_id) as session:
        session.add(
            StageRun(
                run_id=run_id,
                client_id=tenancy.client_id,
                process_id=process_id,
                stage=stage,
                step=stage.value.lower(),
                status=RunStatus.FAILED,
                attempt=3,
                failures=3,
                error_code=error_code,
                error_message="it ends early",
                finished_at=finished_at or datetime.now(UTC),
            )
        )
    return run_id


async def add_document(database: Database, client_id: UUID, process_id: UUID, **columns: object) -> UUID:
    document_id = new_id()
    key = f"{client_id}/2026-11/{process_id}/{document_id}"
    given = {
        "storage_url": f"memory://{key}",
        "storage_provider": "local",
        "blob_key": key,
        "file_name": "invoice.pdf",
        "file_size": 1,
        "mime_type": "application/pdf",
        "sha256": "0" * 64,
        **columns,
    }
    async with database.client(client_id) as session:
        session.add(Document(document_id=document_id, client_id=client_id, process_id=process_id, **given))
    return document_id


async def add_page(
    database: Database, client_id: UUID, document_id: UUID, words_key: str, **columns: object
) -> None:
    """The first page of a document, an A4 sheet with a text layer; its words are the caller's to keep under `words_key`."""
    given = {"number": 1, "width": 595, "height": 842, "source": "text_layer", "word_count": 1, **columns}
    async with database.client(client_id) as session:
        session.add(PageRow(client_id=client_id, document_id=document_id, words_key=words_key, **given))


async def add_vendor(database: Database, client_id: UUID, name: str = "Lieferant GmbH") -> UUID:
    """A vendor without documents."""
    vendor_id = new_id()
    async with database.client(client_id) as session:
        session.add(
            Vendor(vendor_id=vendor_id, client_id=client_id, name=name, name_key=f"{vendor_id}", vat_id=None)
        )
    return vendor_id


async def add_run(
    database: Database, client_id: UUID, process_id: UUID, stage: Stage = Stage.INGEST, **columns: object
) -> UUID:
    run_id = new_id()
    given = {"step": stage.value.lower(), "status": RunStatus.READY, **columns}
    async with database.client(client_id) as session:
        session.add(StageRun(run_id=run_id, client_id=client_id, process_id=process_id, stage=stage, **given))
    return run_id


async def add_vendor_template(database: Database, tenancy: Tenancy, **columns: object) -> UUID:
    """As a correction of the total of a process of its own would teach."""
    place = Place(Relation.RIGHT, "To settle", 1, (0.1, 0.1, 0.2, 0.2))
    template_id, process_id = new_id(), await add_process(database, tenancy)
    given = {
        "process_type_id": tenancy.process_type_id,
        "vendor_key": f"name:{template_id.hex}",
        "field": "grand_total",
        "place": place.as_json(),
        "learned_by": "test",
        **columns,
    }
    async with database.client(tenancy.client_id) as session:
        session.add(
            VendorTemplate(
                template_id=template_id, client_id=tenancy.client_id, process_id=process_id, **given
            )
        )
    return template_id

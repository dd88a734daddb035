"""A process with all that its result is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any
from uuid import UUID

from docflow.domain.errors import Conflict, NotFound
from docflow.domain.results import build_result, in_order
from docflow.domain.stages import ProcessStatus
from docflow.features.configurations.repository import ConfigurationRepository
from docflow.features.documents.models import Document, PageRow
from docflow.features.documents.service import Documents
from docflow.features.processes.models import Process
from docflow.features.processes.repository import ProcessRepository
from sqlalchemy.ext.asyncio import AsyncSession

_SHOWN = (ProcessStatus.COMPLETED, ProcessStatus.HITL_REVIEW)


@dataclass(frozen=True, slots=True)
class LoadedResult:
    """`result` is None while, or because, there is none."""

    process: Process
    documents: Sequence[Document]
    pages: Sequence[PageRow]
    result: Mapping[str, Any] | None

    @property
    def title(self) -> str:
        """What a saved result is called: as the first document, which people know it by."""
        return PurePath(self.documents[0].file_name).stem if self.documents else str(self.process.process_id)

    def shown(self) -> Mapping[str, Any]:
        """Raises Conflict `state_conflict` in a state that has no result."""
        if self.result is None:
            raise Conflict(f"a process that is {self.process.status} has no result")
        return self.result


async def load_result(
    session: AsyncSession, client_id: UUID, process_id: UUID, *, text: bool = False
) -> LoadedResult:
    """Raises NotFound. `text` loads the recognised text and the pages too."""
    process = await ProcessRepository(session, client_id).get(process_id)
    store = Documents(session, client_id)
    documents = (await store.of([process_id], text=text)).get(process_id, [])
    pages = await store.pages([document.document_id for document in documents]) if text else ()
    result = None
    if process.status in _SHOWN:
        schema = await _schema_of(session, client_id, process)
        result = {
            "process_id": str(process.process_id),
            "process_type_id": process.process_type_id,
            "status": process.status,
            "overall_confidence": None
            if process.overall_confidence is None
            else float(process.overall_confidence),
            **in_order(process.final_output or _as_it_stands(process, schema), schema),
        }
    return LoadedResult(process, documents, pages, result)


async def load_marked(
    session: AsyncSession, client_id: UUID, process_ids: Sequence[UUID]
) -> list[dict[str, Any]]:
    """For `results_xlsx`, in the order asked for; a process that has no result has no values. Raises NotFound."""
    repository = ProcessRepository(session, client_id)
    processes = await repository.many(process_ids)
    if set(process_ids) - processes.keys():
        raise NotFound("no such process")
    shown = [one for one in process_ids if processes[one].status in _SHOWN]
    values = await repository.values_of(shown)
    documents = await Documents(session, client_id).of(process_ids)
    pinned = {one: version for one, process in processes.items() if (version := _version_of(process))}
    schemas = await ConfigurationRepository(session, client_id).schemas(set(pinned.values()))
    return [
        _marked(
            processes[one],
            documents.get(one, ()),
            in_order(values.get(one, {}), schemas.get(pinned.get(one, ("", 0)), {})),
        )
        for one in process_ids
    ]


def _marked(process: Process, documents: Sequence[Document], values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "process_id": str(process.process_id),
        "file": documents[0].file_name if documents else None,
        "external_id": process.external_id,
        "status": process.status,
        "received": process.created_at.isoformat(timespec="seconds"),
        "process_type_id": process.process_type_id,
        "fields": values.get("fields") or {},
        "tables": values.get("tables") or {},
    }


async def _schema_of(session: AsyncSession, client_id: UUID, process: Process) -> Mapping[str, Any]:
    version = _version_of(process)
    if version is None:
        return {}
    return (await ConfigurationRepository(session, client_id).get(*version)).output_schema


def _version_of(process: Process) -> tuple[str, int] | None:
    """Of the configuration that the process is pinned to."""
    if process.process_type_id is None or process.config_version is None:
        return None
    return process.process_type_id, process.config_version


def _as_it_stands(process: Process, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a reviewer sees: the values before the last stage made them final."""
    return build_result(
        extraction_result=process.extraction_result,
        validation_result=process.validation_result,
        classification_result=process.classification_result,
        output_schema=schema,
    )

"""POST /v1/processes."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from docflow.domain.access import Scope
from docflow.domain.ports.live import Snapshot
from docflow.features.documents.models import Document
from docflow.features.idempotency.service import StoredAnswer
from docflow.features.processes.models import Process
from docflow.features.processes.repository import ProcessRepository
from docflow.features.processes.view import DocumentView, ProcessView
from docflow.features.submissions.service import Accepted
from fastapi import APIRouter, Query, Request, Response
from fastapi.encoders import jsonable_encoder

from docflow_api.answers import COME_BACK, json_answer, place_of
from docflow_api.deps import TheCaller, TheGateway, needs
from docflow_api.intake import open_submission
from docflow_api.repeats import TheKey
from docflow_api.results import load_result
from docflow_api.schemas.problem import problems
from docflow_api.schemas.processes import ProcessIn, ProcessOut, SettledProcessOut, process_out
from docflow_api.waiting import SettledWait

router = APIRouter(prefix="/v1/processes", tags=["processes"])

MAX_WAIT_S = 55
"""Under the 60 s that proxies wait for an answer."""

_FORM: dict[str, Any] = {
    "type": "object",
    "required": ["files"],
    "properties": {
        "files": {"type": "array", "items": {"type": "string", "format": "binary"}, "minItems": 1},
        "file": {"type": "string", "format": "binary", "description": "The same as `files`, for one file"},
        "process_type_id": {
            "type": "string",
            "examples": ["simple_invoice"],
            "description": "Left out or `auto` = the documents tell",
        },
        "ingestion_source": {"type": "string", "enum": ["web", "api", "whatsapp", "telegram", "email"]},
        "metadata": {"type": "string", "description": "A JSON object of at most 50 keys"},
        "callback_url": {"type": "string", "format": "uri"},
        "external_id": {"type": "string", "maxLength": 255},
    },
}
_WITH_A_FILE = "With a file as the whole body: as the form's field of this name"
_BESIDE_A_FILE = [
    {
        "name": name,
        "in": "query",
        "required": False,
        "schema": {"type": "string"},
        "description": _WITH_A_FILE,
    }
    for name in ("process_type_id", "ingestion_source", "metadata", "callback_url", "external_id")
]
_SENT_FORM = {"files": ["invoice.pdf"], "process_type_id": "simple_invoice", "external_id": "order-4711"}
_BODY: dict[str, Any] = {
    "parameters": _BESIDE_A_FILE,
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {"schema": _FORM, "example": _SENT_FORM},
            "application/json": {"schema": {"$ref": f"#/components/schemas/{ProcessIn.__name__}"}},
            "application/pdf": {"schema": {"type": "string", "format": "binary"}, "example": "%PDF-1.7 ..."},
        },
    },
}
_HEADERS = {
    "Location": {"schema": {"type": "string"}, "description": "The process"},
    "Retry-After": {"schema": {"type": "integer"}, "description": "Seconds until asking is worth it"},
    "Idempotent-Replayed": {"schema": {"type": "string"}, "description": "`true` for a stored answer"},
}


@router.post(
    "",
    operation_id="create_process",
    status_code=202,
    response_model=ProcessOut,
    responses={
        202: {"description": "Accepted and durable", "headers": _HEADERS},
        200: {
            "description": "Settled within `wait`, or the earlier process of the same file",
            "model": SettledProcessOut,
            "headers": _HEADERS,
        },
        **problems(400, 402, 409, 413, 415, 422, 507),
    },
    dependencies=[needs(Scope.PROCESSES_WRITE)],
    openapi_extra=_BODY,
)
async def create_process(
    *,
    request: Request,
    caller: TheCaller,
    gateway: TheGateway,
    wait: Annotated[int, Query(ge=0, le=MAX_WAIT_S, description="Seconds to wait for the result")] = 0,
    file_name: Annotated[str | None, Query(description="With a file as the whole body: its name")] = None,
    idempotency_key: TheKey = None,
) -> Response:
    """Hand in one or more files as one process. Repeatable with an `Idempotency-Key`."""
    async with open_submission(request, gateway, caller.client) as given:
        accepted = await gateway.submissions.submit(
            caller.client, caller.name, given, key=idempotency_key, render=stored_answer
        )
    if wait and await _settled(gateway, caller.client, accepted.process_id, wait):
        return await _settled_answer(gateway, caller, accepted)
    headers = {**accepted.answer.headers, **_replayed(accepted)}
    return json_answer(accepted.answer.body, accepted.answer.status_code, headers)


def stored_answer(
    process: Process | ProcessView, documents: Sequence[Document] | Sequence[DocumentView], status: int
) -> StoredAnswer:
    headers = place_of(process.process_id) | (COME_BACK if status == 202 else {})
    return StoredAnswer(status, headers, process_out(process, documents).model_dump(mode="json"))


def _replayed(accepted: Accepted) -> dict[str, str]:
    return {"Idempotent-Replayed": "true"} if accepted.replayed else {}


async def _settled(gateway: TheGateway, client_id: UUID, process_id: UUID, wait_s: int) -> bool:
    container = gateway.container

    async def load() -> Snapshot | None:
        async with container.database.client(client_id) as session:
            return await ProcessRepository(session, client_id).snapshot(process_id)

    waiter = SettledWait(container.live, container.clock, container.stopping)
    return await waiter.until_settled(client_id, process_id, load, wait_s=wait_s)


async def _settled_answer(gateway: TheGateway, caller: TheCaller, accepted: Accepted) -> Response:
    async with gateway.bound(caller) as session:
        loaded = await load_result(session, caller.client, accepted.process_id)
    shown = process_out(loaded.process, loaded.documents).model_dump(mode="json")
    shown["result"] = jsonable_encoder(loaded.result) if loaded.result is not None else None
    headers = place_of(accepted.process_id) | _replayed(accepted)
    return json_answer(shown, 200, headers)

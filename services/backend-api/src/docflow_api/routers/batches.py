"""POST /v1/processes/batch."""

import hashlib
from typing import Annotated, Any

from docflow.domain.access import Scope
from docflow.domain.errors import DocflowError
from docflow.features.idempotency.service import StoredAnswer
from docflow.features.submissions.service import Accepted
from fastapi import APIRouter, Header, Request, Response

from docflow_api.answers import json_answer
from docflow_api.batches import NDJSON, Batch, Items
from docflow_api.deps import Gateway, TheCaller, TheGateway, needs
from docflow_api.errors import status_of
from docflow_api.routers.submissions import stored_answer
from docflow_api.schemas.batches import BatchOut
from docflow_api.schemas.problem import problems

router = APIRouter(prefix="/v1/processes", tags=["processes"])

ROUTE = "POST /v1/processes/batch"
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            NDJSON: {
                "schema": {"type": "string", "description": "A body of POST /v1/processes on each line"},
                "example": '{"process_type_id": "simple_invoice", "documents": [{"url": "https://acme.com/1.pdf"}]}',
            },
            "application/zip": {
                "schema": {"type": "string", "format": "binary", "description": "With a manifest.json"},
                "example": "PK...",
            },
        },
    }
}


@router.post(
    "/batch",
    operation_id="create_processes",
    status_code=207,
    response_model=BatchOut,
    responses=problems(400, 413, 415, 422),
    dependencies=[needs(Scope.PROCESSES_WRITE)],
    openapi_extra=_BODY,
)
async def create_processes(
    *,
    request: Request,
    caller: TheCaller,
    gateway: TheGateway,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=255)] = None,
) -> Response:
    """Hand in many processes; each is accepted or refused by itself. Repeatable with an `Idempotency-Key`."""
    async with Batch(gateway, caller.client).open(request) as items:
        told = [await _one(gateway, caller, items, index, idempotency_key) for index in range(items.count)]
    return json_answer({"data": told}, 207)


async def _one(
    gateway: Gateway, caller: TheCaller, items: Items, index: int, key: str | None
) -> dict[str, Any]:
    try:
        async with items.item(index) as given:
            accepted = await gateway.submissions.submit(
                caller.client,
                caller.name,
                given,
                key=_key_of(key, index),
                render=stored_answer,
                route=ROUTE,
            )
    except DocflowError as error:
        return {"index": index, "status": status_of(error), "error": _told(error)}
    return _accepted(index, accepted)


def _accepted(index: int, accepted: Accepted) -> dict[str, Any]:
    answer: StoredAnswer = accepted.answer
    return {"index": index, "status": answer.status_code, "process": answer.body}


def _told(error: DocflowError) -> dict[str, Any]:
    places = [{"pointer": place.pointer, "message": place.message} for place in error.problems]
    return {"code": error.code, "message": error.message, "errors": places}


def _key_of(key: str | None, index: int) -> str | None:
    """A key of the item's own, as short as a key may be whatever the batch's is."""
    return f"{hashlib.sha256(key.encode()).hexdigest()}:{index}" if key else None

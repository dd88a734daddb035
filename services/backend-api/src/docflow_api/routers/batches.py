"""POST /v1/processes/batch."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from docflow.domain.access import Scope
from docflow.domain.errors import DocflowError
from docflow.features.idempotency.service import StoredAnswer
from docflow.features.submissions.service import Accepted
from fastapi import APIRouter, Request, Response

from docflow_api.answers import json_answer
from docflow_api.batches import NDJSON, Batch, Items
from docflow_api.deps import Gateway, TheCaller, TheGateway, needs
from docflow_api.errors import status_of
from docflow_api.repeats import TheKey
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

_HEADERS = {
    "Idempotent-Replayed": {
        "schema": {"type": "string"},
        "description": "`true` where every accepted item is a stored answer",
    }
}


@router.post(
    "/batch",
    operation_id="create_processes",
    status_code=207,
    response_model=BatchOut,
    responses={
        207: {"description": "Each item by itself", "headers": _HEADERS},
        **problems(400, 413, 415, 422),
    },
    dependencies=[needs(Scope.PROCESSES_WRITE)],
    openapi_extra=_BODY,
)
async def create_processes(
    *,
    request: Request,
    caller: TheCaller,
    gateway: TheGateway,
    idempotency_key: TheKey = None,
) -> Response:
    """Hand in many processes; each is accepted or refused by itself. Repeatable with an `Idempotency-Key`."""
    async with Batch(gateway, caller.client).open(request) as items:
        done = [await _one(gateway, caller, items, index, idempotency_key) for index in range(items.count)]
    return json_answer({"data": [one.told for one in done]}, 207, _replayed(done))


@dataclass(frozen=True, slots=True)
class _Done:
    """One item as it is told; neither made nor replayed = refused."""

    told: dict[str, Any]
    made: bool = False
    replayed: bool = False


async def _one(gateway: Gateway, caller: TheCaller, items: Items, index: int, key: str | None) -> _Done:
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
        return _Done({"index": index, "status": status_of(error), "error": _told(error)})
    return _accepted(index, accepted)


def _accepted(index: int, accepted: Accepted) -> _Done:
    answer: StoredAnswer = accepted.answer
    told = {"index": index, "status": answer.status_code, "process": answer.body}
    return _Done(told, made=not accepted.replayed, replayed=accepted.replayed)


def _replayed(done: Sequence[_Done]) -> dict[str, str]:
    """Said of a batch that made nothing new. What was refused is not stored: it is judged again at each repeat."""
    again = any(one.replayed for one in done) and not any(one.made for one in done)
    return {"Idempotent-Replayed": "true"} if again else {}


def _told(error: DocflowError) -> dict[str, Any]:
    places = [{"pointer": place.pointer, "message": place.message} for place in error.problems]
    return {"code": error.code, "message": error.message, "errors": places}


def _key_of(key: str | None, index: int) -> str | None:
    """A key of the item's own, as short as a key may be whatever the batch's is."""
    return f"{hashlib.sha256(key.encode()).hexdigest()}:{index}" if key else None

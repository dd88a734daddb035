from collections.abc import Mapping
from uuid import UUID

from docflow.db.json_text import json_bytes
from fastapi import Response
from pydantic import BaseModel

COME_BACK = {"Retry-After": "1"}
"""Of an accepted process: asking again is worth it after a second."""


def place_of(process_id: UUID) -> dict[str, str]:
    return {"Location": f"/v1/processes/{process_id}"}


def json_answer(data: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """JSON of data that is in its public shape already: nothing validates or filters it again."""
    return Response(json_bytes(data), status, headers, media_type="application/json")


def model_answer(model: BaseModel, headers: Mapping[str, str] | None = None) -> Response:
    """The same of a model, which was validated when it was made."""
    return Response(model.model_dump_json(), 200, headers, media_type="application/json")

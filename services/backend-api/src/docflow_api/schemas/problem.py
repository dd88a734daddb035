from typing import Any

from pydantic import ConfigDict

from docflow_api.errors import PROBLEM_JSON
from docflow_api.schemas.base import Schema


class ProblemPlace(Schema):
    """One wrong place: an RFC 6901 pointer and what is wrong there."""

    pointer: str
    message: str


class ProblemOut(Schema):
    """RFC 9457; `code` is stable and meant for programs."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:docflow:problem:not_found",
                    "title": "Not Found",
                    "status": 404,
                    "detail": "no such process",
                    "instance": "/v1/processes/0193a6a4-0000-7000-8000-000000000000",
                    "code": "not_found",
                    "request_id": "0193a6a4-1111-7000-8000-000000000000",
                    "errors": [],
                }
            ]
        }
    )

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: str
    errors: list[ProblemPlace]


MEANING = {
    400: "The body is not what its content type says",
    401: "No valid token or key",
    402: "Budget or quota is spent",
    403: "The role or the key's scopes do not allow it",
    404: "Nothing of that id for this client",
    405: "The path has no such method",
    409: "The state does not allow it",
    412: "The version given is not the current one",
    413: "Larger than the limit that the detail names",
    415: "A type that is not taken",
    422: "Values that are not valid, or a document that cannot be taken",
    428: "The write needs If-Match with the version it goes by",
    429: "Too many requests; try again after Retry-After seconds",
    500: "A fault on our side",
    503: "The database or another part is away; try again after Retry-After seconds",
    507: "No room is left; nothing was stored",
}
ALWAYS = (401, 403, 429, 500, 503)

Responses = dict[int | str, dict[str, Any]]


def problems(*statuses: int) -> Responses:
    """OpenAPI's entry for these statuses and for those that every guarded route can answer."""
    return only(*statuses, *ALWAYS)


def only(*statuses: int) -> Responses:
    schema = {"$ref": "#/components/schemas/ProblemOut"}
    return {
        status: {"description": MEANING[status], "content": {PROBLEM_JSON: {"schema": schema}}}
        for status in sorted(set(statuses))
    }

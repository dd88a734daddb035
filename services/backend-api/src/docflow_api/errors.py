"""Every error leaves as application/problem+json (RFC 9457) with a stable code."""

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus

import orjson
import psycopg
import structlog
from docflow.db.database import holds_nul
from docflow.domain.errors import (
    Conflict,
    DocflowError,
    Forbidden,
    NotFound,
    PayloadTooLarge,
    PermanentError,
    PreconditionFailed,
    Problem,
    QuotaExceeded,
    StorageFull,
    TransientError,
    Unauthorized,
    UnsupportedMedia,
    UserError,
    pointer_to,
)
from docflow.domain.leases import LeaseHeld
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.routing import Match, Route

PROBLEM_JSON = "application/problem+json"
NOTHING_OF_THAT_ID = "there is nothing of that id"

_log = structlog.get_logger()
_NONE: Mapping[str, str | None] = {}

# The first kind that fits counts, so the narrow ones come first.
_BY_KIND: tuple[tuple[type[DocflowError], int], ...] = (
    (NotFound, 404),
    (Conflict, 409),
    (PreconditionFailed, 412),
    (Unauthorized, 401),
    (Forbidden, 403),
    (QuotaExceeded, 402),
    (PayloadTooLarge, 413),
    (UnsupportedMedia, 415),
    (UserError, 422),
    (StorageFull, 507),
    (TransientError, 503),
    (PermanentError, 422),
)
_BY_CODE = {
    "malformed_request": 400,
    "precondition_required": 428,
    "rate_limited": 429,
    "file_too_large": 413,
    "file_unsupported": 415,
    "file_type_mismatch": 415,
    "file_empty": 422,
}
_BY_STATUS = {
    400: "malformed_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "payload_too_large",
    415: "unsupported_media_type",
}


# Of pydantic's messages.
_BY_TYPE = {"missing": "is missing", "extra_forbidden": "is not known here; look for a mistyped name"}
_SHOULD = re.compile(r"^[A-Z]\w*(?: \w+)? should ")


class Malformed(UserError):
    """The body is not what its content type says."""

    default_code = "malformed_request"


def status_of(error: DocflowError) -> int:
    by_kind = (status for kind, status in _BY_KIND if isinstance(error, kind))
    return _BY_CODE.get(error.code) or next(by_kind, 500)


def problem_body(
    request_id: str,
    path: str,
    *,
    status: int,
    code: str,
    detail: str,
    problems: Sequence[Problem] = (),
    members: Mapping[str, str | None] = _NONE,
) -> bytes:
    """`members` are of this problem alone."""
    return orjson.dumps(
        {
            **members,
            "type": f"urn:docflow:problem:{code}",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": detail,
            "instance": path,
            "code": code,
            "request_id": request_id,
            "errors": [{"pointer": p.pointer, "message": p.message} for p in problems],
        }
    )


def problem(
    request: HTTPConnection,
    status: int,
    code: str,
    detail: str,
    *,
    problems: Sequence[Problem] = (),
    headers: Mapping[str, str] | None = None,
    members: Mapping[str, str | None] = _NONE,
) -> Response:
    request_id = request.scope.get("state", {}).get("request_id", "")
    path = request.url.path
    body = problem_body(
        request_id, path, status=status, code=code, detail=detail, problems=problems, members=members
    )
    return Response(body, status, headers=headers, media_type=PROBLEM_JSON)


async def _docflow_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, DocflowError)
    return refusal(request, error)


def refusal(request: HTTPConnection, error: DocflowError) -> Response:
    status = status_of(error)
    headers: dict[str, str] = {}
    after_s = getattr(error, "after_s", None)
    if after_s is not None:
        headers["Retry-After"] = str(max(1, round(after_s)))
    limit = getattr(error, "limit", None)
    if limit is not None:
        headers |= {
            "RateLimit-Limit": str(limit),
            "RateLimit-Remaining": "0",
            "RateLimit-Reset": headers["Retry-After"],
        }
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.warning("http.refused", code=error.code, status=status)
    told = error.members if isinstance(error, LeaseHeld) else _NONE
    return problem(
        request, status, error.code, error.message, problems=error.problems, headers=headers, members=told
    )


async def _database_error(request: Request, error: Exception) -> Response:
    """A NUL may stand in any text that somebody sends; what else the database refuses is a bug of ours."""
    assert isinstance(error, DBAPIError | psycopg.Error)
    if not holds_nul(error):
        raise error
    return refusal(request, UserError("a text has a NUL character"))


async def _framework_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = _BY_STATUS.get(error.status_code, HTTPStatus(error.status_code).name.lower())
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        # The framework names the methods of the first route of that path; there may be more.
        headers["Allow"] = ", ".join(sorted(_methods_of(request)))
    return problem(request, error.status_code, code, str(error.detail), headers=headers)


def _methods_of(request: Request) -> set[str]:
    """Of all routes of the path that fits best: `/accept` before `/{invitation_id}`."""
    routes = [context.original_route for context in iter_route_contexts(request.app.routes)]
    fitting = [
        route
        for route in routes
        if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE
    ]
    best = min((route.path_format for route in fitting), key=lambda path: path.count("{"), default="")
    return {method for route in fitting if route.path_format == best for method in route.methods or ()}


async def _invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    if any(one["type"] == "json_invalid" for one in error.errors()):
        return problem(request, 400, "malformed_request", "the body is not valid JSON")
    if any(one["loc"][0] == "path" for one in error.errors()):
        # An id of another form names nothing that exists.
        return problem(request, 404, "not_found", NOTHING_OF_THAT_ID)
    places = invalid(error.errors())
    return problem(request, 422, "validation_failed", "some values are not valid", problems=places)


def invalid(errors: Sequence[Mapping[str, object]]) -> list[Problem]:
    """Pydantic's errors as pointers and messages; the values themselves stay out."""
    found = []
    for one in errors:
        loc = one["loc"]
        assert isinstance(loc, tuple)
        steps = loc[1:] if loc and loc[0] == "body" else loc
        found.append(Problem(pointer_to(steps), _told(str(one["type"]), str(one["msg"]))))
    return found


def _told(kind: str, message: str) -> str:
    """As our own messages read behind a pointer: what must be, without the word for the type of input."""
    if kind in _BY_TYPE:
        return _BY_TYPE[kind]
    return _SHOULD.sub("must ", message.removeprefix("Value error, "))


def add_error_handlers(app: FastAPI) -> None:
    app.add_exception_handler(DocflowError, _docflow_error)
    app.add_exception_handler(DBAPIError, _database_error)
    app.add_exception_handler(psycopg.Error, _database_error)
    app.add_exception_handler(HTTPException, _framework_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)

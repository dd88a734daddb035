"""The OpenAPI document: what the framework knows of the routes, and what it cannot know of them."""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel

from docflow_api.deps import PERSON, PLATFORM, needed_rights, proves_caller
from docflow_api.errors import PROBLEM_JSON
from docflow_api.member_docs import describe_members
from docflow_api.schemas.problem import ALWAYS, MEANING, ProblemOut, only
from docflow_api.schemas.webhook_messages import MESSAGES, WebhookMessage

DESCRIPTION = """Hand in documents, follow them, review what is doubtful, fetch checked and typed data.

Every refusal is `application/problem+json` with a stable `code`. Lists are pages with a cursor. A POST that creates
takes an `Idempotency-Key`. Another client's object does not exist: 404."""
TAGS = {
    "auth": "Signing in and out, and who calls",
    "processes": "Documents handed in, how far they are, what was read",
    "uploads": "Large files, sent over a link of their own",
    "documents": "One file of a process: the original, its pages, its words",
    "reviews": "What waits for a person, and deciding it",
    "vendors": "Whom a client pays: accounts, amounts, and what somebody verified",
    "process types": "The kinds of documents that a client works with",
    "prompts": "What a model is asked, by type, version and stage",
    "configurations": "What is read, checked and sent on, by type and version",
    "evaluations": "Approved documents as a measure of prompts and configurations",
    "clients": "The platform's clients; for platform admins",
    "vendor templates": "Where corrections say that a vendor's fields stand",
    "usage": "What models cost, and what they may",
    "notifications": "What people are told, where, and when a measure alerts them",
    "audit": "Who did what, in a chain that shows any change",
    "events": "Changes as they come",
    "outputs": "What goes out for a process, each with its own state and tries",
    "dead runs": "Work that failed for good: run again, or dropped",
    "webhooks": "Endpoints that are told of events, and each message's tries",
    "secrets": "What output actions use by name, and nobody can read",
    "users": "The people of a client, and inviting them",
    "api keys": "Keys of programs, with scopes",
    "health": "For load balancers and orchestrators",
}
_SCHEMES = {
    "accessToken": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "Of a person, from POST /v1/auth/login; the role decides what it may do",
    },
    "apiKey": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "dfk_<env>_<id>_<secret>",
        "description": "Of a program; its scopes decide what it may do",
    },
}
_RETRY_AFTER = {"description": "Seconds until asking is worth it", "schema": {"type": "integer"}}
_UNUSED = ("HTTPValidationError", "ValidationError")
_OF_A_BODY = (400, 413, 415, 422)
_OF_A_HEADER = {"if-match": (412,), "idempotency-key": (409, 422)}


def describe(app: FastAPI, bodies: Sequence[type[BaseModel]]) -> dict[str, Any]:
    """`bodies` are read by hand, after the caller and the row were judged; the framework does not see them."""
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=DESCRIPTION,
        tags=[{"name": name, "description": told} for name, told in TAGS.items()],
        servers=[{"url": "/"}],
        routes=app.routes,
    )
    components = document.setdefault("components", {})
    components["securitySchemes"] = _SCHEMES
    components["responses"] = {f"Problem{status}": answer for status, answer in only(*MEANING).items()}
    for status in (429, 503):
        components["responses"][f"Problem{status}"]["headers"] = {"Retry-After": _RETRY_AFTER}
    schemas = components.setdefault("schemas", {})
    models: list[type[BaseModel]] = [*bodies, ProblemOut, WebhookMessage]
    for model in models:
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(schema.pop("$defs", {}))
        schemas[model.__name__] = schema
        if model.__name__.endswith(("Patch", "Change")):
            # What is left out of a change stays as it is.
            for member in schema["properties"].values():
                member.pop("default", None)
    for unused in _UNUSED:
        schemas.pop(unused, None)
    document["webhooks"] = {name: _webhook(name, told) for name, told in MESSAGES.items()}
    rights = dict(_rights(app))
    for path in document["paths"].values():
        for operation in path.values():
            _complete(operation, rights.get(operation["operationId"]))
            for parameter in operation.get("parameters", ()):
                for said_already in ("title", "description"):
                    parameter["schema"].pop(said_already, None)
    for schema in schemas.values():
        _untitle(schema)
    describe_members(schemas)
    return document


def _untitle(schema: dict[str, Any]) -> None:
    """Titles of members say their names once more, and generators make types of them."""
    for member in schema.get("properties", {}).values():
        if isinstance(member, dict):
            member.pop("title", None)


def _rights(app: FastAPI) -> Iterator[tuple[str, list[list[str]]]]:
    """For each operation that needs a caller the sets of rights of which one is enough; an empty set = whoever is known."""
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if not isinstance(route, APIRoute) or route.operation_id is None:
            continue
        calls = [one.call for one in _all(route.dependant)]
        if any(proves_caller(call) for call in calls):
            asked = [rights for call in calls if (rights := needed_rights(call))]
            # Nobody is a platform admin and holds a scope.
            together = [list(dict.fromkeys(each)) for each in product(*asked)]
            yield (
                route.operation_id,
                [each for each in together if PLATFORM not in each or each == [PLATFORM]],
            )


def _all(dependant: Dependant) -> Iterator[Dependant]:
    for one in dependant.dependencies:
        yield one
        yield from _all(one)


def _complete(operation: dict[str, Any], rights: Sequence[list[str]] | None) -> None:
    """Says who may call, and adds the refusals that follow from the operation's shape."""
    answers = operation["responses"]
    if "application/json" in answers.get("422", {}).get("content", {}):
        # The framework's own form of 422; ours is the problem.
        del answers["422"]
    operation["security"] = [] if rights is None else list(_ways(rights))
    for status, answer in only(*_refusals(operation, guarded=rights is not None)).items():
        answers.setdefault(str(status), answer)
    operation["responses"] = {status: _shared(status, answer) for status, answer in sorted(answers.items())}
    if "428" in answers:
        for parameter in operation.get("parameters", ()):
            # Left out it is a refusal of its own, which no form of the parameter can say.
            parameter["required"] |= parameter["name"].lower() == "if-match"
    for answer in answers.values():
        if answer.get("content", {}).get("text/event-stream", {}).pop("itemSchema", None):
            # `itemSchema` is of OpenAPI 3.2; this document is 3.1.
            answer["content"]["text/event-stream"]["schema"] = {"type": "string"}


def _shared(status: str, answer: dict[str, Any]) -> dict[str, Any]:
    """A refusal points to the one form of all of its status; where it means something else here, that stays beside."""
    if list(answer.get("content", ())) != [PROBLEM_JSON]:
        return answer
    shared = {"$ref": f"#/components/responses/Problem{status}"}
    told = answer["description"]
    return shared if told == MEANING[int(status)] else {**shared, "description": told}


def _ways(rights: Sequence[list[str]]) -> Iterator[dict[str, list[str]]]:
    """Each way to call: a token, or a key where it can hold the rights."""
    for asked in rights:
        yield {"accessToken": [right for right in asked if right != PERSON]}
        if not {PLATFORM, PERSON} & set(asked):
            yield {"apiKey": asked}


def _refusals(operation: dict[str, Any], *, guarded: bool) -> set[int]:
    found = set(ALWAYS) if guarded else set()
    if "requestBody" in operation:
        found.update(_OF_A_BODY)
    for parameter in operation.get("parameters", ()):
        match parameter["in"]:
            case "path":
                found.add(404)
            case "query":
                found.add(422)
            case "header":
                found.update(_OF_A_HEADER.get(parameter["name"].lower(), (422,)))
    return found


def _webhook(name: str, told: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{WebhookMessage.__name__}"}}}
    headers = {
        "webhook-id": "The same over all tries of one event",
        "webhook-timestamp": "Seconds of the epoch, of this try",
        "webhook-signature": "`v1,` and the base64 of an HMAC-SHA256 over `id.timestamp.body`",
    }
    return {
        "post": {
            "operationId": f"on_{name.replace('.', '_')}",
            "summary": told,
            "tags": ["events"],
            "security": [],
            "parameters": [
                {
                    "name": header,
                    "in": "header",
                    "required": True,
                    "description": what,
                    "schema": {"type": "string"},
                }
                for header, what in headers.items()
            ],
            "requestBody": {"required": True, "content": content},
            "responses": {
                "2XX": {"description": "Taken"},
                "410": {"description": "No more of these: the endpoint is disabled"},
                "default": {"description": "Tried again later"},
            },
        }
    }

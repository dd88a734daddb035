from docflow.runtime.readiness import readiness
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from docflow_api.answers import json_answer
from docflow_api.deps import TheGateway
from docflow_api.metrics import CONTENT_TYPE
from docflow_api.rendering.reference import CSP, reference
from docflow_api.schemas.base import Schema

router = APIRouter(tags=["health"])


class Health(Schema):
    """`checks` maps a part to `ok`, `degraded`, `pending` (migrations to run first) or `unavailable`."""

    status: str
    checks: dict[str, str] = {}  # noqa: RUF012 - pydantic copies it


@router.get("/healthz", operation_id="healthz")
async def healthz() -> Health:
    """The process is alive."""
    return Health(status="ok")


@router.get("/readyz", operation_id="readyz", response_model=Health, responses={503: {"model": Health}})
async def readyz(gateway: TheGateway) -> Response:
    """Whether requests can be answered. A missing broker only slows work down."""
    container = gateway.container
    found = await readiness(container.database, container.transport, container.models)
    body = Health(status=found.status, checks=found.checks)
    return json_answer(
        body.model_dump(), 200 if found.ready else 503, {} if found.ready else {"Retry-After": "2"}
    )


@router.get("/docs", operation_id="docs", include_in_schema=False)
async def docs(request: Request) -> Response:
    kept = request.app.state
    if not hasattr(kept, "reference"):
        # Anybody may ask for it, and writing it takes some 50 ms of the event loop.
        kept.reference = reference(request.app.openapi())
    return HTMLResponse(kept.reference, headers={"Content-Security-Policy": CSP})


@router.get("/metrics", operation_id="metrics", include_in_schema=False)
async def metrics(gateway: TheGateway) -> Response:
    return Response(await gateway.container.metrics.render(), media_type=CONTENT_TYPE)

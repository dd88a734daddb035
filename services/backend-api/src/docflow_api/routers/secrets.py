from typing import Annotated

from docflow.domain.access import Scope
from docflow.domain.secret_references import NAME
from docflow.features.client_secrets.keeping import SecretKeeping
from fastapi import APIRouter, Depends, Path, Response

from docflow_api.deps import Session, TheCaller, TheGateway, body_of, body_spec, needs
from docflow_api.schemas.problem import problems
from docflow_api.schemas.secrets import SecretIn, SecretsOut, secret_out

router = APIRouter(prefix="/v1/secrets", tags=["secrets"], dependencies=[needs(Scope.ADMIN)])
Name = Annotated[str, Path(max_length=200, description=f"Of the form `{NAME}`")]


async def _keeping(session: Session, caller: TheCaller, gateway: TheGateway) -> SecretKeeping:
    return SecretKeeping(session, caller, gateway.container.sealing)


Keeping = Annotated[SecretKeeping, Depends(_keeping)]


@router.get("", operation_id="list_secrets", responses=problems())
async def list_secrets(keeping: Keeping) -> SecretsOut:
    """The names of the client's secrets. An output action uses one as `{"$secret": "NAME"}`; its value is never shown."""
    return SecretsOut(data=[secret_out(row) for row in await keeping.names()])


@router.put(
    "/{name}",
    operation_id="set_secret",
    status_code=204,
    response_class=Response,
    responses=problems(400, 409, 413, 415, 422),
    openapi_extra=body_spec(SecretIn),
)
async def set_secret(
    name: Name,
    body: Annotated[SecretIn, Depends(body_of(SecretIn))],
    keeping: Keeping,
    gateway: TheGateway,
) -> Response:
    """Set or replace a secret. What waits to be sent uses it from now on."""
    await keeping.put(name, body.value, at=gateway.now())
    return Response(status_code=204)


@router.delete(
    "/{name}",
    operation_id="delete_secret",
    status_code=204,
    response_class=Response,
    responses=problems(404),
)
async def delete_secret(name: Name, keeping: Keeping, gateway: TheGateway) -> Response:
    """Actions that use it fail with `secret_missing` from now on."""
    await keeping.remove(name, at=gateway.now())
    return Response(status_code=204)

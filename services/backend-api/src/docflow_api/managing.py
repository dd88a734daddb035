"""Whose people a caller manages."""

from typing import Annotated
from uuid import UUID

from docflow.domain.access import Scope
from docflow.domain.errors import Forbidden, NotFound
from docflow.domain.stages import Role
from docflow.features.clients.repository import ClientRepository
from fastapi import Depends, Request

from docflow_api.deps import PLATFORM, Gateway, TheCaller, gateway_of, judge, read_json


async def _managed_client(request: Request, caller: TheCaller) -> UUID:
    """The caller's own client; for a platform administrator the one that the body names as `client_id`."""
    gateway = await gateway_of(request)
    if caller.role is not Role.PLATFORM_ADMIN:
        await judge(request, caller, gateway, Scope.ADMIN)
        if await _named(request) is not None:
            raise Forbidden("only a platform admin may name a client")
        return caller.client
    named = await _named(request)
    if named is None:
        return caller.client  # a platform administrator has none: refused
    return await _existing(gateway, named)


_managed_client.rights = (Scope.ADMIN.value, PLATFORM)  # type: ignore[attr-defined]
ManagedClient = Annotated[UUID, Depends(_managed_client)]
"""Judged before the rest of the body is."""


async def _named(request: Request) -> object:
    body = await read_json(request)
    return body.get("client_id") if isinstance(body, dict) else None


async def _existing(gateway: Gateway, named: object) -> UUID:
    try:
        client_id = UUID(str(named))
    except ValueError:
        raise NotFound("no such client") from None
    async with gateway.container.database.client(client_id) as session:
        if not await ClientRepository(session, client_id).exists():
            raise NotFound("no such client")
    return client_id

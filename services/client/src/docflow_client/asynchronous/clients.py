from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from docflow_client.asynchronous.sender import AsyncSender
from docflow_client.calls import Call, as_json, as_model, given, key_header, version_header
from docflow_client.models.clients import Client


class AsyncClients:
    """The platform's clients; for a platform administrator."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    def list(self, *, limit: int | None = None, **filters: Any) -> AsyncIterator[Client]:
        """Newest first. Filter: `status`."""
        params = given(limit=limit, **filters)
        return self._sender.rows(Call("GET", "/v1/clients", as_json, params=params), Client)

    async def get(self, client_id: UUID | str) -> Client:
        return await self._sender.send(Call("GET", f"/v1/clients/{client_id}", as_model(Client)))

    async def create(
        self, name: str, slug: str, *, idempotency_key: str | None = None, **values: Any
    ) -> Client:
        """Active at once; its people come by invitation. `values`: `subscription_tier`, `token_balance`."""
        body, headers = {"name": name, "slug": slug, **values}, key_header(idempotency_key)
        call = Call("POST", "/v1/clients", as_model(Client), json=body, headers=headers, creates=True)
        return await self._sender.send(call)

    async def update(self, client_id: UUID | str, *, version: int, **changes: Any) -> Client:
        """`name`, `status`, `subscription_tier` or `token_balance`; `version` is the one it was read with."""
        headers = version_header(version)
        call = Call("PATCH", f"/v1/clients/{client_id}", as_model(Client), json=changes, headers=headers)
        return await self._sender.send(call)

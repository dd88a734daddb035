from collections.abc import Iterator
from typing import Any
from uuid import UUID

from docflow_client.blocking.sender import Sender
from docflow_client.calls import Call, as_json, as_model, given, key_header, version_header
from docflow_client.models.clients import Client


class Clients:
    """The platform's clients; for a platform administrator."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(self, *, limit: int | None = None, **filters: Any) -> Iterator[Client]:
        """Newest first. Filter: `status`."""
        params = given(limit=limit, **filters)
        return self._sender.rows(Call("GET", "/v1/clients", as_json, params=params), Client)

    def get(self, client_id: UUID | str) -> Client:
        return self._sender.send(Call("GET", f"/v1/clients/{client_id}", as_model(Client)))

    def create(self, name: str, slug: str, *, idempotency_key: str | None = None, **values: Any) -> Client:
        """Active at once; its people come by invitation. `values`: `subscription_tier`, `token_balance`."""
        body, headers = {"name": name, "slug": slug, **values}, key_header(idempotency_key)
        call = Call("POST", "/v1/clients", as_model(Client), json=body, headers=headers, creates=True)
        return self._sender.send(call)

    def update(self, client_id: UUID | str, *, version: int, **changes: Any) -> Client:
        """`name`, `status`, `subscription_tier` or `token_balance`; `version` is the one it was read with."""
        headers = version_header(version)
        call = Call("PATCH", f"/v1/clients/{client_id}", as_model(Client), json=changes, headers=headers)
        return self._sender.send(call)

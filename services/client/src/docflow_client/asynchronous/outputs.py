from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from docflow_client.asynchronous.sender import AsyncSender
from docflow_client.calls import (
    Call,
    as_json,
    as_list,
    as_model,
    as_nothing,
    given,
    key_header,
    version_header,
)
from docflow_client.models.outputs import (
    CallbackSecret,
    OutputAction,
    Outputs,
    Secret,
    WebhookDelivery,
    WebhookEndpoint,
)


class AsyncProcessOutputs:
    """What goes out for a process."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    async def of(self, process_id: UUID | str) -> Outputs:
        """Its output actions and webhook deliveries."""
        return await self._sender.send(Call("GET", f"/v1/processes/{process_id}/outputs", as_model(Outputs)))

    async def retry(self, action_id: UUID | str) -> OutputAction:
        """Try a failed action again. What succeeded is never repeated."""
        call = Call("POST", f"/v1/output-actions/{action_id}/retry", as_model(OutputAction))
        return await self._sender.send(call)


class AsyncWebhookEndpoints:
    """Where events go."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    def list(self, *, limit: int | None = None) -> AsyncIterator[WebhookEndpoint]:
        """Newest first."""
        params = given(limit=limit)
        return self._sender.rows(
            Call("GET", "/v1/webhook-endpoints", as_json, params=params), WebhookEndpoint
        )

    async def get(self, endpoint_id: UUID | str) -> WebhookEndpoint:
        return await self._sender.send(
            Call("GET", f"/v1/webhook-endpoints/{endpoint_id}", as_model(WebhookEndpoint))
        )

    async def create(
        self,
        url: str,
        events: Sequence[str],
        *,
        headers: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
    ) -> WebhookEndpoint:
        """`secret` is in this answer alone."""
        body = {"url": url, "events": [*events], "headers": dict(headers or {})}
        call = Call(
            "POST",
            "/v1/webhook-endpoints",
            as_model(WebhookEndpoint),
            json=body,
            headers=key_header(idempotency_key),
            creates=True,
        )
        return await self._sender.send(call)

    async def update(self, endpoint_id: UUID | str, *, version: int, **changes: Any) -> WebhookEndpoint:
        """`url`, `events`, `headers` or `state`; `version` is the one it was read with."""
        call = Call(
            "PATCH",
            f"/v1/webhook-endpoints/{endpoint_id}",
            as_model(WebhookEndpoint),
            json=changes,
            headers=version_header(version),
        )
        return await self._sender.send(call)

    async def delete(self, endpoint_id: UUID | str) -> None:
        """With its deliveries."""
        await self._sender.send(Call("DELETE", f"/v1/webhook-endpoints/{endpoint_id}", as_nothing))

    async def rotate_secret(self, endpoint_id: UUID | str, *, overlap_s: int = 86_400) -> WebhookEndpoint:
        """A new `secret`; for `overlap_s` seconds messages are signed with both."""
        path = f"/v1/webhook-endpoints/{endpoint_id}/rotate-secret"
        call = Call("POST", path, as_model(WebhookEndpoint), json={"overlap_s": overlap_s})
        return await self._sender.send(call)

    async def test(self, endpoint_id: UUID | str) -> WebhookDelivery:
        """Send a message of the type `endpoint.test`."""
        path = f"/v1/webhook-endpoints/{endpoint_id}/test"
        return await self._sender.send(Call("POST", path, as_model(WebhookDelivery)))

    async def callback_secret(self) -> CallbackSecret:
        """What signs the messages to a process's `callback_url`."""
        call = Call("GET", "/v1/webhook-endpoints/callback", as_model(CallbackSecret))
        return await self._sender.send(call)

    async def rotate_callback_secret(self, *, overlap_s: int = 86_400) -> CallbackSecret:
        path = "/v1/webhook-endpoints/callback/rotate-secret"
        call = Call("POST", path, as_model(CallbackSecret), json={"overlap_s": overlap_s})
        return await self._sender.send(call)


class AsyncWebhookDeliveries:
    """Messages with their tries."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    def list(self, *, limit: int | None = None, **filters: Any) -> AsyncIterator[WebhookDelivery]:
        """Newest first; by `endpoint_id`, `process_id`, `state`, `event_type`."""
        params = given(limit=limit, **filters)
        return self._sender.rows(
            Call("GET", "/v1/webhook-deliveries", as_json, params=params), WebhookDelivery
        )

    async def get(self, delivery_id: UUID | str) -> WebhookDelivery:
        return await self._sender.send(
            Call("GET", f"/v1/webhook-deliveries/{delivery_id}", as_model(WebhookDelivery))
        )

    async def redeliver(self, delivery_id: UUID | str) -> WebhookDelivery:
        """Again, under the same `webhook_id`."""
        path = f"/v1/webhook-deliveries/{delivery_id}/redeliver"
        return await self._sender.send(Call("POST", path, as_model(WebhookDelivery)))


class AsyncSecrets:
    """What output actions use by name."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    async def names(self) -> list[Secret]:
        """Without their values, which are never shown."""
        return await self._sender.send(Call("GET", "/v1/secrets", as_list(Secret)))

    async def put(self, name: str, value: str) -> None:
        """Set or replace."""
        await self._sender.send(Call("PUT", f"/v1/secrets/{name}", as_nothing, json={"value": value}))

    async def delete(self, name: str) -> None:
        await self._sender.send(Call("DELETE", f"/v1/secrets/{name}", as_nothing))

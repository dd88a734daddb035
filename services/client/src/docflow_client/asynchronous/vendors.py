from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from docflow_client.asynchronous.sender import AsyncSender
from docflow_client.calls import Call, as_json, as_model, as_nothing, given
from docflow_client.models.vendors import Vendor, VendorFacts, VendorTemplate


class AsyncVendors:
    """Whom the client pays, known from completed documents."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    def list(self, *, limit: int | None = None, **filters: Any) -> AsyncIterator[Vendor]:
        """Newest first, with their accounts."""
        params = given(limit=limit, **filters)
        return self._sender.rows(Call("GET", "/v1/vendors", as_json, params=params), Vendor)

    async def get(self, vendor_id: UUID | str) -> VendorFacts:
        return await self._sender.send(Call("GET", f"/v1/vendors/{vendor_id}", as_model(VendorFacts)))

    async def verify_bank_details(self, vendor_id: UUID | str, iban: str) -> VendorFacts:
        """Keep that the vendor confirmed this account. Repeatable: who verified it first stays."""
        path = f"/v1/vendors/{vendor_id}/verify-bank-details"
        return await self._sender.send(Call("POST", path, as_model(VendorFacts), json={"iban": iban}))


class AsyncVendorTemplates:
    """Where reviewers' corrections say that fields of a vendor stand."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    def list(self, *, limit: int | None = None, **filters: Any) -> AsyncIterator[VendorTemplate]:
        """Newest first. Filter: `process_type_id`."""
        params = given(limit=limit, **filters)
        return self._sender.rows(Call("GET", "/v1/vendor-templates", as_json, params=params), VendorTemplate)

    async def delete(self, template_id: UUID | str) -> None:
        """Forget it; a later correction may teach it anew."""
        await self._sender.send(Call("DELETE", f"/v1/vendor-templates/{template_id}", as_nothing))

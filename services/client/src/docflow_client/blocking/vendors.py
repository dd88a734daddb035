from collections.abc import Iterator
from typing import Any
from uuid import UUID

from docflow_client.blocking.sender import Sender
from docflow_client.calls import Call, as_json, as_model, as_nothing, given
from docflow_client.models.vendors import Vendor, VendorFacts, VendorTemplate


class Vendors:
    """Whom the client pays, known from completed documents."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(self, *, limit: int | None = None, **filters: Any) -> Iterator[Vendor]:
        """Newest first, with their accounts."""
        params = given(limit=limit, **filters)
        return self._sender.rows(Call("GET", "/v1/vendors", as_json, params=params), Vendor)

    def get(self, vendor_id: UUID | str) -> VendorFacts:
        return self._sender.send(Call("GET", f"/v1/vendors/{vendor_id}", as_model(VendorFacts)))

    def verify_bank_details(self, vendor_id: UUID | str, iban: str) -> VendorFacts:
        """Keep that the vendor confirmed this account. Repeatable: who verified it first stays."""
        path = f"/v1/vendors/{vendor_id}/verify-bank-details"
        return self._sender.send(Call("POST", path, as_model(VendorFacts), json={"iban": iban}))


class VendorTemplates:
    """Where reviewers' corrections say that fields of a vendor stand."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(self, *, limit: int | None = None, **filters: Any) -> Iterator[VendorTemplate]:
        """Newest first. Filter: `process_type_id`."""
        params = given(limit=limit, **filters)
        return self._sender.rows(Call("GET", "/v1/vendor-templates", as_json, params=params), VendorTemplate)

    def delete(self, template_id: UUID | str) -> None:
        """Forget it; a later correction may teach it anew."""
        self._sender.send(Call("DELETE", f"/v1/vendor-templates/{template_id}", as_nothing))

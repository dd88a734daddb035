from collections.abc import Iterator
from typing import Any
from uuid import UUID

from docflow_client.blocking.sender import Sender
from docflow_client.calls import Call, as_json, as_model, given
from docflow_client.models.vendors import Vendor, VendorFacts


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

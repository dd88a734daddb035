from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from docflow_client.blocking.sender import Sender
from docflow_client.calls import Call, as_json, as_model, as_nothing, given, key_header, version_header
from docflow_client.models.processes import Process, Review


class Reviews:
    """What waits for a person."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(self, *, limit: int | None = None, **filters: Any) -> Iterator[Review]:
        """The most urgent first, among those the oldest."""
        params = given(limit=limit, **filters)
        return self._sender.rows(Call("GET", "/v1/reviews", as_json, params=params), Review)

    def claim(self, process_id: UUID | str) -> Review:
        """For a quarter of an hour; claiming again renews it."""
        return self._sender.send(Call("POST", f"/v1/reviews/{process_id}/claim", as_model(Review)))

    def release(self, process_id: UUID | str) -> None:
        self._sender.send(Call("POST", f"/v1/reviews/{process_id}/release", as_nothing))

    def decide(
        self,
        process_id: UUID | str,
        decision: str,
        *,
        reason: str = "",
        corrections: Mapping[str, Any] | None = None,
        process_type_id: str | None = None,
        version: int | None = None,
        idempotency_key: str | None = None,
    ) -> Process:
        """`approve`, `reject` or `send_back`; with `version` only if nobody changed it since.

        `process_type_id` gives the process its type, or another one; its documents are then read as that.
        """
        body = {"decision": decision, "reason": reason, "corrections": dict(corrections or {})}
        if process_type_id is not None:
            body["process_type_id"] = process_type_id
        call = Call(
            "POST",
            f"/v1/reviews/{process_id}/decision",
            as_model(Process),
            json=body,
            headers=version_header(version) | key_header(idempotency_key),
            creates=True,
        )
        return self._sender.send(call)

    def split(
        self,
        process_id: UUID | str,
        cuts: Mapping[UUID | str, Sequence[int]] | None = None,
        *,
        reason: str = "",
        version: int | None = None,
        idempotency_key: str | None = None,
    ) -> Process:
        """Cut documents on the pages where another begins; each part becomes a process of its own (`children`).

        Without cuts every file is one document, and the process goes on.
        """
        documents = [{"document_id": str(key), "cuts": [*pages]} for key, pages in (cuts or {}).items()]
        call = Call(
            "POST",
            f"/v1/reviews/{process_id}/split",
            as_model(Process),
            json={"documents": documents, "reason": reason},
            headers=version_header(version) | key_header(idempotency_key),
            creates=True,
        )
        return self._sender.send(call)

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
from docflow_client.models.processes import (
    Corrected,
    Note,
    Process,
    Review,
    ReviewDetail,
    Reviewer,
    ReviewSummary,
)


class AsyncReviews:
    """What waits for a person."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    def list(self, *, limit: int | None = None, **filters: Any) -> AsyncIterator[Review]:
        """The most urgent first, among those the oldest."""
        params = given(limit=limit, **filters)
        return self._sender.rows(Call("GET", "/v1/reviews", as_json, params=params), Review)

    async def get(self, process_id: UUID | str) -> ReviewDetail:
        """With all that its screen shows."""
        return await self._sender.send(Call("GET", f"/v1/reviews/{process_id}", as_model(ReviewDetail)))

    async def summary(self) -> ReviewSummary:
        return await self._sender.send(Call("GET", "/v1/reviews/summary", as_model(ReviewSummary)))

    async def assignees(self) -> Sequence[Reviewer]:
        """Who reviews can be given to."""
        return await self._sender.send(Call("GET", "/v1/reviews/assignees", as_list(Reviewer)))

    async def claim(self, process_id: UUID | str, *, take_over: bool = False) -> Review:
        """For a quarter of an hour; claiming again renews it. An admin may take it over."""
        params = given(take_over=take_over or None)
        return await self._sender.send(
            Call("POST", f"/v1/reviews/{process_id}/claim", as_model(Review), params=params)
        )

    async def release(self, process_id: UUID | str) -> None:
        await self._sender.send(Call("POST", f"/v1/reviews/{process_id}/release", as_nothing))

    async def correct(
        self,
        process_id: UUID | str,
        version: int,
        fields: Mapping[str, Any] | None = None,
        *,
        tables: Mapping[str, Any] | None = None,
        cells: Sequence[Mapping[str, Any]] = (),
    ) -> Corrected:
        """Save right values before anything is decided; `version` is the process's as it was read."""
        body = {
            "fields": dict(fields or {}),
            "tables": dict(tables or {}),
            "cells": [dict(one) for one in cells],
        }
        call = Call(
            "PATCH",
            f"/v1/reviews/{process_id}/fields",
            as_model(Corrected),
            json=body,
            headers=version_header(version),
        )
        return await self._sender.send(call)

    async def assign(self, process_id: UUID | str, user_id: UUID | str | None) -> Review:
        """To an operator or admin of the client, or to nobody."""
        body = {"user_id": None if user_id is None else str(user_id)}
        return await self._sender.send(
            Call("PUT", f"/v1/reviews/{process_id}/assignee", as_model(Review), json=body)
        )

    async def add_note(
        self, process_id: UUID | str, text: str, *, idempotency_key: str | None = None
    ) -> Note:
        call = Call(
            "POST",
            f"/v1/reviews/{process_id}/notes",
            as_model(Note),
            json={"text": text},
            headers=key_header(idempotency_key),
            creates=True,
        )
        return await self._sender.send(call)

    async def decide(
        self,
        process_id: UUID | str,
        decision: str,
        *,
        reason: str = "",
        corrections: Mapping[str, Any] | None = None,
        process_type_id: str | None = None,
        override: bool = False,
        version: int | None = None,
        idempotency_key: str | None = None,
    ) -> Process:
        """`approve`, `reject` or `send_back`; with `version` only if nobody changed it since.

        `process_type_id` gives the process its type, or another one; its documents are then read as that.
        `override` says that findings which still stand are known, where two people must approve.
        """
        body: dict[str, Any] = {
            "decision": decision,
            "reason": reason,
            "corrections": dict(corrections or {}),
        }
        if process_type_id is not None:
            body["process_type_id"] = process_type_id
        if override:
            body["override"] = True
        call = Call(
            "POST",
            f"/v1/reviews/{process_id}/decision",
            as_model(Process),
            json=body,
            headers=version_header(version) | key_header(idempotency_key),
            creates=True,
        )
        return await self._sender.send(call)

    async def split(
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
        return await self._sender.send(call)

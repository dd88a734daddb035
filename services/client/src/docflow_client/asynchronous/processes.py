from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from docflow_client.asynchronous.sender import AsyncSender
from docflow_client.calls import (
    Call,
    as_bytes,
    as_json,
    as_list,
    as_model,
    as_nothing,
    given,
)
from docflow_client.files import File, Upload
from docflow_client.models.audit import AuditLog
from docflow_client.models.processes import HistoryEvent, Process, Result, StageRun


class AsyncProcesses:
    """Documents on their way to a result."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    async def submit(
        self,
        files: Iterable[File],
        process_type_id: str,
        *,
        wait_s: int = 0,
        idempotency_key: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        external_id: str | None = None,
        callback_url: str | None = None,
    ) -> Process:
        """One process of all the files; `auto` lets the service tell their type.

        With `wait_s` (0..55) its `result` is there when it settled in time. Sending twice makes one process: pass an
        `idempotency_key` of your own to have that beyond this call too.
        """
        fields = given(
            process_type_id=process_type_id,
            metadata=dict(metadata) if metadata else None,
            external_id=external_id,
            callback_url=callback_url,
        )
        uploads = [Upload.of(file) for file in files]
        talk = self._sender.conversation
        steps = talk.submit(uploads, fields, wait_s=wait_s, idempotency_key=idempotency_key)
        return await self._sender.run(steps)

    async def get(self, process_id: UUID | str) -> Process:
        return await self._sender.send(Call("GET", f"/v1/processes/{process_id}", as_model(Process)))

    def list(
        self,
        *,
        status: str | Sequence[str] | None = None,
        process_type_id: str | None = None,
        created_after: datetime | None = None,
        created_before: datetime | None = None,
        created_by: str | None = None,
        external_id: str | None = None,
        limit: int | None = None,
        **filters: Any,
    ) -> AsyncIterator[Process]:
        """All that fit, newest first; `limit` (1..100) is the size of a page. `q` and `field.<name>` are filters too."""
        params = given(
            status=status,
            process_type_id=process_type_id,
            created_after=created_after.isoformat() if created_after else None,
            created_before=created_before.isoformat() if created_before else None,
            created_by=created_by,
            external_id=external_id,
            limit=limit,
            **filters,
        )
        return self._sender.rows(Call("GET", "/v1/processes", as_json, params=params), Process)

    def children(self, process_id: UUID | str) -> AsyncIterator[Process]:
        """The processes that were split from this one, the last part first."""
        return self.list(parent_process_id=str(process_id))

    async def wait_for(self, process_id: UUID | str, *, timeout_s: float = 300.0) -> Process:
        """The process once it is final or waits for a person. Raises TimeoutError."""
        return await self._sender.run(self._sender.conversation.wait_for(process_id, timeout_s))

    async def result(self, process_id: UUID | str) -> Result:
        params = {"format": "json"}
        path = f"/v1/processes/{process_id}/result"
        return await self._sender.send(Call("GET", path, as_model(Result), params=params))

    async def result_as(self, process_id: UUID | str, form: str) -> bytes:
        """The result as `json`, `csv`, `xlsx`, `html`, `ubl` or `cii`."""
        path = f"/v1/processes/{process_id}/result"
        return await self._sender.send(Call("GET", path, as_bytes, params={"format": form}))

    async def export(self, process_ids: Sequence[UUID | str]) -> bytes:
        """The results of up to 200 processes as one workbook."""
        body = {"process_ids": [str(one) for one in process_ids]}
        return await self._sender.send(Call("POST", "/v1/exports", as_bytes, json=body, repeats=True))

    async def stages(self, process_id: UUID | str) -> Sequence[StageRun]:
        return await self._sender.send(Call("GET", f"/v1/processes/{process_id}/stages", as_list(StageRun)))

    async def history(self, process_id: UUID | str) -> Sequence[HistoryEvent]:
        """What happened to it, oldest first."""
        return await self._sender.send(
            Call("GET", f"/v1/processes/{process_id}/events", as_list(HistoryEvent))
        )

    async def audit(self, process_id: UUID | str) -> Sequence[AuditLog]:
        return await self._sender.send(Call("GET", f"/v1/processes/{process_id}/audit", as_list(AuditLog)))

    async def cancel(self, process_id: UUID | str) -> Process:
        return await self._sender.send(Call("POST", f"/v1/processes/{process_id}/cancel", as_model(Process)))

    async def retry(
        self, process_id: UUID | str, *, from_stage: str | None = None, from_step: str | None = None
    ) -> Process:
        """Go on from where it stopped, or from a stage or step that it has been at; one of the two."""
        path = f"/v1/processes/{process_id}/retry"
        return await self._sender.send(
            Call("POST", path, as_model(Process), params=given(from_stage=from_stage, from_step=from_step))
        )

    async def erase(self, process_id: UUID | str) -> None:
        """The process, its files and all that was read; its audit keeps ids."""
        await self._sender.send(Call("DELETE", f"/v1/processes/{process_id}", as_nothing))

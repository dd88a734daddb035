import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import httpx

from docflow_client import calls
from docflow_client.calls import Call, File
from docflow_client.errors import raise_for
from docflow_client.models import Process, Result, Review


class AsyncDocflowClient:
    """Asynchronous. Sign in by `api_key`, or later by `login`. Every refusal is an ApiError.

    `transport` replaces the network, for tests.
    """

    def __init__(
        self, address: str, api_key: str | None = None, *, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._http = httpx.AsyncClient(base_url=address, transport=transport)
        if api_key:
            self._http.headers["Authorization"] = f"Bearer {api_key}"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._http.aclose()

    async def _send(self, call: Call) -> httpx.Response:
        return raise_for(await self._http.request(call.method, call.path, **call.arguments()))

    async def login(self, email: str, password: str) -> None:
        """Go on as this person."""
        token = (await self._send(calls.login(email, password))).json()["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"

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
        """One process of all the files. With `wait_s` (0..55) its `result` is there when it settled in time."""
        call = calls.submit(
            files,
            process_type_id,
            wait_s=wait_s,
            idempotency_key=idempotency_key,
            metadata=metadata,
            external_id=external_id,
            callback_url=callback_url,
        )
        return Process.model_validate((await self._send(call)).json())

    async def get(self, process_id: UUID | str) -> Process:
        return Process.model_validate((await self._send(calls.get(process_id))).json())

    async def wait(
        self,
        process_id: UUID | str,
        *,
        timeout_s: float = 300.0,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> Process:
        """The process once it is settled. Raises TimeoutError."""
        until = clock() + timeout_s
        while not (process := await self.get(process_id)).is_settled:
            if clock() >= until:
                raise TimeoutError(f"process {process_id} is still {process.status}")
            await pause(0.5)
        return process

    async def result(self, process_id: UUID | str) -> Result:
        return Result.model_validate((await self._send(calls.result(process_id, "json"))).json())

    async def result_as(self, process_id: UUID | str, form: str) -> bytes:
        """The result as `json`, `csv` or `html`."""
        return (await self._send(calls.result(process_id, form))).content

    def processes(self, **filters: Any) -> AsyncIterator[Process]:
        """All that fit, newest first, page by page as they are taken."""
        return (Process.model_validate(row) async for row in self._rows("/v1/processes", filters))

    def reviews(self) -> AsyncIterator[Review]:
        """What waits for a person, the most urgent first."""
        return (Review.model_validate(row) async for row in self._rows("/v1/reviews", {}))

    async def decide(
        self,
        process_id: UUID | str,
        decision: str,
        *,
        reason: str = "",
        corrections: Mapping[str, Any] | None = None,
        version: int | None = None,
    ) -> Process:
        """`approve`, `reject` or `send_back`; with `version` only if nobody changed it since."""
        call = calls.decide(process_id, decision, reason=reason, corrections=corrections, version=version)
        return Process.model_validate((await self._send(call)).json())

    async def _rows(self, path: str, filters: Mapping[str, Any]) -> AsyncIterator[Any]:
        cursor: str | None = None
        while True:
            page = (await self._send(calls.page(path, cursor, filters))).json()
            for row in page["data"]:
                yield row
            cursor = page["next_cursor"]
            if cursor is None:
                return

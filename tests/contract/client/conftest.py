"""Both forms of the client behind one face, over an answer made in memory."""

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from docflow_client import AsyncDocflowClient, DocflowClient

PROCESS = {
    "process_id": "0193a6a4-0000-7000-8000-000000000000",
    "process_type_id": "simple_invoice",
    "status": "completed",
    "current_stage": "OUTPUT",
    "version": 7,
    "created_at": "2026-11-20T12:00:00Z",
    "updated_at": "2026-11-20T12:00:01Z",
    "something_new": 1,
}
KEY = "dfk_live_a_b"
Answer = Callable[[httpx.Request], httpx.Response]


class Service:
    """Answers by `answer`, keeps what was sent; its clock moves with the pauses of the client alone."""

    def __init__(self, answer: Answer) -> None:
        self.sent: list[httpx.Request] = []
        self.pauses: list[float] = []
        self.now = 0.0
        self._answer = answer

    def __call__(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.sent.append(request)
        return self._answer(request)

    async def later(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.sent.append(request)
        return self._answer(request)

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    async def apause(self, seconds: float) -> None:
        self.pause(seconds)
        await asyncio.sleep(0)


Face = Callable[..., Any]


@pytest.fixture(params=["blocking", "asynchronous"])
def client_of(request: pytest.FixtureRequest) -> Face:
    """A client over a service, in one of the forms."""

    def make(service: Service, key: str | None = KEY, **more: Any) -> DocflowClient | AsyncDocflowClient:
        given = {"clock": lambda: service.now, "chance": lambda: 1.0, **more}
        if request.param == "blocking":
            transport = httpx.MockTransport(service)
            return DocflowClient(
                "http://docflow.test", key, transport=transport, pause=service.pause, **given
            )
        transport = httpx.MockTransport(service.later)
        return AsyncDocflowClient(
            "http://docflow.test", key, transport=transport, pause=service.apause, **given
        )

    return make


async def done(value: Any, most: int = 1000) -> Any:
    """What a call gives in either form; an iterator gives the list of its first values."""
    if inspect.isawaitable(value):
        return await value
    if hasattr(value, "__anext__"):
        taken = []
        async for one in value:
            taken.append(one)
            if len(taken) == most:
                break
        await value.aclose()
        return taken
    if hasattr(value, "__next__"):
        taken = [one for _, one in zip(range(most), value, strict=False)]
        value.close()
        return taken
    return value

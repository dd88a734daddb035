import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel

from docflow_client.calls import Call
from docflow_client.conversation import Conversation, Listen, Pause, Renew, Send, Steps
from docflow_client.errors import ApiError, raise_for
from docflow_client.events import EventParser
from docflow_client.files import CHUNK_BYTES, Upload
from docflow_client.models.processes import ProcessEvent

T = TypeVar("T")
Model = TypeVar("Model", bound=BaseModel)


class AsyncSender:
    """Carries out the steps of a conversation, asynchronously."""

    def __init__(
        self, http: httpx.AsyncClient, conversation: Conversation, pause: Callable[[float], Awaitable[None]]
    ) -> None:
        self.http = http
        self.conversation = conversation
        self._pause = pause
        self._renewing = asyncio.Lock()

    async def send(self, call: Call[T]) -> T:
        return await self.run(self.conversation.call(call))

    async def run(self, steps: Steps[T]) -> T:
        answer: Any = None
        try:
            while True:
                answer = await self._take(steps.send(answer))
        except StopIteration as end:
            value: T = end.value
            return value

    async def _take(self, step: Send | Pause | Renew | Listen) -> Any:
        match step:
            case Send():
                return await self._exchange(step)
            case Pause():
                return await self._pause(step.seconds)
            case Renew():
                async with self._renewing:
                    return await self.run(self.conversation.renew(step.stale))
            case Listen():
                return await self._listen(step)

    async def _exchange(self, step: Send) -> httpx.Response | httpx.TransportError:
        call = step.call
        with ExitStack() as opened:
            files = [("files", (one.name, opened.enter_context(one.opened()))) for one in call.files]
            try:
                return await self.http.request(
                    call.method,
                    call.path,
                    params=dict(call.params) or None,
                    headers={**step.headers, **call.headers},
                    json=call.json,
                    data=call.form,
                    files=files or None,
                    content=_content(call.content) if call.content else None,
                    timeout=call.timeout_s,
                )
            except httpx.TransportError as error:
                return error

    async def _listen(self, step: Listen) -> bool:
        try:
            async with asyncio.timeout(step.seconds):
                async for event in self._events(EventParser(step.last_id), step.seconds):
                    if event is not None and step.wanted(event):
                        return True
        except (TimeoutError, ApiError, httpx.TransportError):
            pass
        return False

    async def events(self, last_id: str | None) -> AsyncIterator[ProcessEvent]:
        """Without end: where the stream breaks off it goes on after its last mark."""
        parser, failures, renewed = EventParser(last_id), 0, False
        while True:
            stale = self.conversation.token
            try:
                async for event in self._events(parser, 60.0):
                    renewed = False
                    if event is not None:
                        failures = 0
                        yield event
            except ApiError as error:
                if error.status == 401 and self.conversation.can_renew and not renewed:
                    renewed = True
                    await self._take(Renew(stale))
                elif error.status < 500 and error.status != 429:
                    raise
            except httpx.TransportError:
                pass
            await self._pause(self.conversation.reconnect_s(failures))
            failures += 1

    async def _events(self, parser: EventParser, silence_s: float) -> AsyncIterator[ProcessEvent | None]:
        """None once it is open, and for a line that ends no event, such as a sign of life."""
        headers = {**self.conversation.headers(), **parser.headers()}
        async with self.http.stream(
            "GET", "/v1/events", headers=headers, timeout=httpx.Timeout(silence_s)
        ) as answer:
            if not answer.is_success:
                await answer.aread()
                raise_for(answer)
            yield None
            async for line in answer.aiter_lines():
                yield parser.feed(line)

    async def rows(self, call: Call[Any], model: type[Model]) -> AsyncIterator[Model]:
        """Page by page, as they are taken."""
        cursor: str | None = None
        while True:
            page = await self.send(call.at(cursor))
            for row in page["data"]:
                yield model.model_validate(row)
            cursor = page["next_cursor"]
            if cursor is None:
                return


async def _content(upload: Upload) -> AsyncIterator[bytes]:
    with upload.opened() as stream:
        while chunk := await asyncio.to_thread(stream.read, CHUNK_BYTES):
            yield chunk

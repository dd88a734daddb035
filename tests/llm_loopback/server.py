"""The server: HTTP/1.1 by h11 on this machine alone, so that a fault can end a connection anywhere."""

import asyncio
import hashlib
import itertools
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from types import ModuleType

import h11
import jsonschema_rs
import orjson

from tests.llm_loopback import anthropic_api, anthropic_rules, openai_api, openai_rules
from tests.llm_loopback.exchange import Asked, Json, Question, Refused, Reply
from tests.llm_loopback.faults import Fault, Kind, Script, spoiled
from tests.llm_loopback.meter import PromptCache, tokens_of, tokens_of_pictures
from tests.llm_loopback.reader import answer_to

MAX_BODY = 32 * 1024 * 1024
KEPT_REQUESTS = 1000


@dataclass(frozen=True)
class Seen:
    """A request that was answered. `body` is as it came, decoded; `fault` what happened to it."""

    path: str
    model: str
    status: int
    fault: Kind | None
    headers: Mapping[str, str]
    body: Json


class Loopback:
    """Both vendors on one port. `fixtures`: answer by the SHA-256 of the first picture. `latency_s` before each answer."""

    def __init__(self, fixtures: Mapping[str, Json] | None = None, *, latency_s: float = 0.0) -> None:
        self.script = Script()
        self.requests: deque[Seen] = deque(maxlen=KEPT_REQUESTS)
        self.port = 0
        self._fixtures = dict(fixtures or {})
        self._latency_s = latency_s
        self._caches = PromptCache()
        self._ids = itertools.count(1)
        self._open: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """What Anthropic's SDK takes as base; OpenAI's takes it with /v1."""
        return f"http://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def running(self, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator["Loopback"]:
        server = await asyncio.start_server(self._connected, host, port)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for task in self._open:
                task.cancel()
            await asyncio.gather(*self._open, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._open.add(task)
        try:
            with suppress(
                ConnectionError, h11.RemoteProtocolError, h11.LocalProtocolError, asyncio.CancelledError
            ):
                await self._serve(_Connection(reader, writer))
        finally:
            self._open.discard(task)
            writer.close()

    async def _serve(self, connection: "_Connection") -> None:
        while (asked := await connection.next_request()) is not None:
            reply = self._reply(asked)
            await asyncio.sleep(reply.delay_s)
            if not await connection.send(reply):
                return

    def _reply(self, asked: Asked) -> Reply:
        request_id = f"req_{next(self._ids):08d}"
        api: ModuleType = openai_api if asked.path.startswith("/v1/chat/") else anthropic_api
        try:
            if len(asked.body) > MAX_BODY:
                raise Refused(413, "request_too_large", "Request exceeds the maximum size")
            return self._route(asked, request_id)
        except Refused as refused:
            reply: Reply = api.error(refused, request_id)
            if not asked.path.startswith("/__admin"):
                self._keep(asked, "", reply.status, None)
            return reply

    def _route(self, asked: Asked, request_id: str) -> Reply:
        routes: dict[tuple[str, str], Callable[[], Reply]] = {
            ("POST", "/v1/messages"): lambda: self._complete(
                asked, anthropic_rules.read(asked), anthropic_api, request_id
            ),
            ("POST", "/v1/messages/count_tokens"): lambda: _counted(asked),
            ("POST", "/v1/chat/completions"): lambda: self._complete(
                asked, openai_rules.read(asked), openai_api, request_id
            ),
            ("PUT", "/__admin/script"): lambda: self._scripted(asked),
            ("GET", "/__admin/requests"): lambda: Reply(200, [_as_json(one) for one in self.requests]),
            ("DELETE", "/__admin"): self._cleared,
        }
        if asked.method == "GET" and asked.path.startswith("/v1/models"):
            return anthropic_api.models(asked, request_id)
        route = routes.get((asked.method, asked.path))
        if route is None:
            raise Refused(404, "not_found_error", "Not found")
        return route()

    def _complete(self, asked: Asked, question: Question, api: ModuleType, request_id: str) -> Reply:
        fault = self.script.next(question.model, question.key)
        reply: Reply | None = api.fault_reply(fault, request_id) if fault else None
        if reply is None:
            text = self._text(question, fault)
            prompt = (
                tokens_of(question.system)
                + sum(map(tokens_of, question.texts))
                + tokens_of_pictures(question.pictures)
            )
            prompt += tokens_of(orjson.dumps(question.schema))
            if api is anthropic_api:
                counted = self._caches.count(question.key, question.model, question.marked_prefixes, prompt)
            else:
                counted = self._caches.count_automatic(
                    question.key, question.model, question.marked_prefixes[0], prompt
                )
            reply = api.answer(question, text, counted, fault, request_id)
            assert reply is not None
        _disturb(reply, fault)
        reply.delay_s += self._latency_s
        self._keep(asked, question.model, reply.status, fault.kind if fault else None)
        return reply

    def _text(self, question: Question, fault: Fault | None) -> str:
        kind = fault.kind if fault else None
        if kind is Kind.BAD_JSON:
            return '{"fields": [1, 2'
        first = hashlib.sha256(question.pictures[0].data).hexdigest() if question.pictures else ""
        answer = self._fixtures.get(first) or answer_to(question)
        if question.schema is not None:
            jsonschema_rs.validate(question.schema, answer)
        return orjson.dumps(spoiled(answer, fault, question.texts, question.system)).decode()

    def _scripted(self, asked: Asked) -> Reply:
        try:
            self.script.add(*(Fault.of(one) for one in orjson.loads(asked.body)))
        except (ValueError, TypeError, KeyError) as error:
            raise Refused(400, "invalid_request_error", "no such fault") from error
        return Reply(200, {"ok": True})

    def _cleared(self) -> Reply:
        self.script = Script()
        self.requests.clear()
        self._caches = PromptCache()
        return Reply(200, {"ok": True})

    def _keep(self, asked: Asked, model: str, status: int, fault: Kind | None) -> None:
        hidden = {"authorization", "x-api-key"}
        headers = {name: value for name, value in asked.headers.items() if name not in hidden}
        body = None
        with suppress(orjson.JSONDecodeError):
            body = orjson.loads(asked.body)
        self.requests.append(Seen(asked.path, model, status, fault, headers, body))


def _disturb(reply: Reply, fault: Fault | None) -> None:
    match fault.kind if fault else None:
        case Kind.SLOW:
            assert fault
            reply.delay_s = fault.seconds
        case Kind.STALLED:
            assert fault
            reply.cut_after, reply.stall_s = sum(map(len, reply.chunks())) // 2, fault.seconds
        case Kind.CUT:
            reply.cut_after = sum(map(len, reply.chunks())) // 2
        case Kind.RESET:
            reply.cut_after = -1
        case _:
            return


def _counted(asked: Asked) -> Reply:
    question = anthropic_rules.read(asked, counting=True)
    texts = tokens_of(question.system) + sum(map(tokens_of, question.texts))
    return Reply(200, {"input_tokens": texts + tokens_of_pictures(question.pictures)})


def _as_json(seen: Seen) -> Json:
    return {"path": seen.path, "model": seen.model, "status": seen.status, "fault": seen.fault}


class _Connection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._http = h11.Connection(h11.SERVER)

    async def next_request(self) -> Asked | None:
        """None at the end of the connection."""
        if self._http.our_state is h11.DONE:
            self._http.start_next_cycle()
        head, body = None, bytearray()
        while True:
            event = self._http.next_event()
            if event is h11.NEED_DATA:
                self._http.receive_data(await self._reader.read(65_536))
            elif isinstance(event, h11.Request):
                head = event
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage):
                assert head
                headers = {name.decode(): value.decode() for name, value in head.headers}
                return Asked(
                    head.method.decode(), head.target.decode().partition("?")[0], headers, bytes(body)
                )
            else:
                return None

    async def send(self, reply: Reply) -> bool:
        """False when the connection has ended."""
        if reply.cut_after == -1:
            self._writer.transport.abort()
            return False
        chunks = reply.chunks()
        streamed = reply.events is not None
        kind = "text/event-stream" if streamed else "application/json"
        headers = [("content-type", kind), *reply.headers.items()]
        headers.append(
            ("transfer-encoding", "chunked") if streamed else ("content-length", str(len(chunks[0])))
        )
        self._write(h11.Response(status_code=reply.status, headers=headers))
        if reply.cut_after is not None:
            self._write(h11.Data(data=b"".join(chunks)[: reply.cut_after]))
            await self._writer.drain()
            await asyncio.sleep(reply.stall_s)
            self._writer.transport.abort()
            return False
        for chunk in chunks:
            self._write(h11.Data(data=chunk))
        self._write(h11.EndOfMessage())
        await self._writer.drain()
        return self._http.our_state is h11.DONE

    def _write(self, event: h11.Event) -> None:
        self._writer.write(self._http.send(event) or b"")

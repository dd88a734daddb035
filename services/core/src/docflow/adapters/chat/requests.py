"""What apprise's plugins get for the library `requests`: the same calls, carried out by the guarded way out."""

import asyncio
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import requests

from docflow.domain.errors import DocflowError
from docflow.domain.ports.egress import Egress, HttpAnswer

MAX_ANSWER = 16_384
MAX_CALLS = 4
"""One short message takes one call, or one and a look-up."""


@dataclass(slots=True)
class Sending:
    """One message on its way. `trouble` is why the guard or the network ended it, `answers` what the service said."""

    egress: Egress
    loop: asyncio.AbstractEventLoop
    timeout_s: float
    trouble: DocflowError | None = None
    answers: list[HttpAnswer] = field(default_factory=list)
    calls: int = 0


SENDING: ContextVar[Sending] = ContextVar("docflow_chat_sending")


class GuardedRequests:
    """Stands in the plugin modules. Called from a thread in which `SENDING` is set."""

    codes = requests.codes
    RequestException = requests.RequestException

    def get(self, url: str, **given: Any) -> requests.Response:
        return self.request("GET", url, **given)

    def post(self, url: str, **given: Any) -> requests.Response:
        return self.request("POST", url, **given)

    def request(self, method: str, url: str, **given: Any) -> requests.Response:
        sending = SENDING.get()
        sending.calls += 1
        if sending.calls > MAX_CALLS:
            raise requests.ConnectionError("too many calls for one message")
        form = {name: given.get(name) for name in ("headers", "data", "json", "params", "auth")}
        prepared = requests.Request(method, url, **form).prepare()
        try:
            answer = self._asked(sending, prepared)
        except DocflowError as error:
            sending.trouble = error
            raise requests.ConnectionError(error.code) from None
        sending.answers.append(answer)
        return _response(answer)

    def _asked(self, sending: Sending, prepared: requests.PreparedRequest) -> HttpAnswer:
        body = prepared.body or b""
        asking = sending.egress.request(
            prepared.method or "POST",
            prepared.url or "",
            headers={name: _plain(value) for name, value in prepared.headers.items()},
            content=body if isinstance(body, bytes) else str(body).encode(),
            timeout_s=sending.timeout_s,
            max_bytes=MAX_ANSWER,
        )
        return asyncio.run_coroutine_threadsafe(asking, sending.loop).result()


def _plain(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _response(answer: HttpAnswer) -> requests.Response:
    response = requests.Response()
    response.status_code = answer.status
    response._content = answer.body
    response.headers.update(_headers(answer.headers))
    response.encoding = "utf-8"
    return response


def _headers(given: Mapping[str, str]) -> dict[str, str]:
    return dict(given)

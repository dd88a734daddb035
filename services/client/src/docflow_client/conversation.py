"""What the client does, without doing it: generators that ask for steps, which a blocking and an asynchronous
sender carry out. Retries, signing in again, uploads and waiting are decided here, once for both."""

import json
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

import httpx

from docflow_client.calls import Call, as_json, as_model, as_nothing, given, key_header
from docflow_client.errors import ApiError, raise_for
from docflow_client.files import Upload
from docflow_client.models.processes import Process, ProcessEvent
from docflow_client.retries import Retries

T = TypeVar("T")

RENEW_BEFORE_S = 20.0
"""A token is renewed this long before it ends."""
LARGE_BYTES = 8 * 1024 * 1024
"""From this size on a file is sent by itself, past the gateway's form parser."""
LISTEN_S = 5.0
"""Events are listened to in turns this long; the process is asked for between them, so a lost event costs little."""
_NO_UPLOADS = frozenset({404, 405, 501})


@dataclass(frozen=True, slots=True)
class Send:
    """Answered with the response, or with the error of the transport."""

    call: Call[Any]
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Pause:
    seconds: float


@dataclass(frozen=True, slots=True)
class Renew:
    """Run `Conversation.renew`, one at a time: two renewals with one token would end the session."""

    stale: str


@dataclass(frozen=True, slots=True)
class Listen:
    """Answered with True once a wanted event came, with False when the time or the stream ended before."""

    last_id: str | None
    wanted: Callable[[ProcessEvent], bool]
    seconds: float


Step: TypeAlias = Send | Pause | Renew | Listen
Steps: TypeAlias = Generator[Step, Any, T]


class Conversation:
    """Remembers who is signed in. `clock` counts seconds from anywhere, `chance` gives 0..1."""

    def __init__(
        self,
        api_key: str | None,
        *,
        retries: Retries,
        clock: Callable[[], float],
        chance: Callable[[], float],
    ) -> None:
        self._access = api_key
        self._refresh: str | None = None
        self._ends_at = float("inf")
        self._retries = retries
        self._clock = clock
        self._chance = chance
        self._has_uploads = True

    @property
    def token(self) -> str:
        return self._access or ""

    @property
    def can_renew(self) -> bool:
        return self._refresh is not None

    def now(self) -> float:
        return self._clock()

    def reconnect_s(self, failures: int) -> float:
        """The pause before a broken stream is opened again."""
        return self._chance() * min(self._retries.cap_s, self._retries.base_s * 2.0 ** min(failures, 10))

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._access}"} if self._access else {}

    def call(self, call: Call[T]) -> Steps[T]:
        """The answer as its call reads it. Raises ApiError, and the transport's error after the last attempt."""
        return call.read((yield from self._exchange(call.keyed())))

    def _exchange(self, call: Call[Any]) -> Steps[httpx.Response]:
        attempt, renewed = 0, False
        while True:
            stale = self._access
            if call.signed_in and self._refresh and stale and self._clock() >= self._ends_at - RENEW_BEFORE_S:
                yield Renew(stale)
                stale = self._access
            answer = yield Send(call, self.headers() if call.signed_in else {})
            if _is_signed_out(answer) and call.signed_in and self._refresh and stale and not renewed:
                renewed = True
                yield Renew(stale)
                continue
            pause_s = self._retries.pause_s(call, answer, attempt, self._chance)
            if pause_s is None:
                if isinstance(answer, httpx.TransportError):
                    raise answer
                return raise_for(answer)
            attempt += 1
            yield Pause(pause_s)

    def login(self, email: str, password: str, totp: str | None) -> Steps[None]:
        body = {"email": email, "password": password, **given(totp=totp)}
        call = Call("POST", "/v1/auth/login", as_json, json=body, signed_in=False)
        self._keep((yield from self.call(call)))

    def logout(self) -> Steps[None]:
        """Without a session of a person there is nothing to end."""
        if self._refresh is not None:
            body = {"refresh_token": self._refresh}
            yield from self.call(
                Call("POST", "/v1/auth/logout", as_nothing, json=body, signed_in=False, repeats=True)
            )
            self._access, self._refresh = None, None

    def renew(self, stale: str) -> Steps[None]:
        """Nothing, when somebody else renewed meanwhile."""
        if self._access != stale or self._refresh is None:
            return
        body = {"refresh_token": self._refresh}
        call = Call("POST", "/v1/auth/refresh", as_json, json=body, signed_in=False, repeats=True)
        try:
            self._keep((yield from self.call(call)))
        except ApiError as error:
            if error.status == 401:
                self._refresh = None
            raise

    def _keep(self, body: Mapping[str, Any]) -> None:
        self._access, self._refresh = body["access_token"], body["refresh_token"]
        self._ends_at = self._clock() + float(body["expires_in"])

    def submit(
        self,
        files: Sequence[Upload],
        fields: Mapping[str, Any],
        *,
        wait_s: int,
        idempotency_key: str | None,
        large_bytes: int = LARGE_BYTES,
    ) -> Steps[Process]:
        """One form with all the files; with a large one among them each goes by itself where the service can."""
        sent: dict[str, Any] = {
            "params": {"wait": wait_s} if wait_s else {},
            "headers": key_header(idempotency_key),
            "timeout_s": 60.0 + wait_s,
            "creates": True,
        }
        read = as_model(Process)
        if self._has_uploads and any((file.size_bytes or 0) >= large_bytes for file in files):
            ids = yield from self._upload(files)
            if ids is not None:
                body = {**fields, "documents": [{"upload_id": upload_id} for upload_id in ids]}
                return (yield from self.call(Call("POST", "/v1/processes", read, json=body, **sent)))
        form = {
            name: value if isinstance(value, str) else json.dumps(value) for name, value in fields.items()
        }
        return (yield from self.call(Call("POST", "/v1/processes", read, form=form, files=files, **sent)))

    def _upload(self, files: Sequence[Upload]) -> Steps[list[str] | None]:
        """The ids under which the files lie; None where this service takes forms only."""
        if not all(file.repeatable for file in files):
            return None
        ids = []
        for file in files:
            body = {"file_name": file.name, "mime_type": file.mime_type, "file_size": file.size_bytes}
            try:
                place = yield from self.call(Call("POST", "/v1/uploads", as_json, json=body, creates=True))
            except ApiError as error:
                if error.status not in _NO_UPLOADS:
                    raise
                self._has_uploads = False
                return None
            headers = {**place["headers"], "Content-Length": str(file.size_bytes)}
            yield from self.call(
                Call(
                    place["method"],
                    place["url"],
                    as_nothing,
                    headers=headers,
                    content=file,
                    timeout_s=300.0,
                    signed_in=False,
                )
            )
            ids.append(place["upload_id"])
        return ids

    def wait_for(self, process_id: UUID | str, timeout_s: float) -> Steps[Process]:
        """Events tell when to look; where they do not come, it looks by itself, less and less often."""
        until, pause_s = self._clock() + timeout_s, 0.25
        call = Call("GET", f"/v1/processes/{process_id}", as_model(Process))
        while not (process := (yield from self.call(call))).is_settled:
            began = self._clock()
            left_s = until - began
            if left_s <= 0:
                raise TimeoutError(f"process {process_id} is still {process.status}")
            mark = process.updated_at.isoformat()
            heard = yield Listen(mark, _settles(process), min(LISTEN_S, left_s))
            if not heard and self._clock() - began < 1.0:
                yield Pause(min(pause_s, max(0.0, until - self._clock())))
                pause_s = min(LISTEN_S, pause_s * 1.5)
        return process


def _is_signed_out(answer: httpx.Response | httpx.TransportError) -> bool:
    return isinstance(answer, httpx.Response) and answer.status_code == 401


def _settles(process: Process) -> Callable[[ProcessEvent], bool]:
    return lambda event: event.process_id == process.process_id and event.is_settled

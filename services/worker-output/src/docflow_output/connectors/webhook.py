"""Sends signed messages to addresses that clients chose: deliveries of events, and results as an output action."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from docflow.db.database import Database
from docflow.domain.errors import PermanentError, TransientError
from docflow.domain.json_types import JsonObject
from docflow.domain.ports.clock import Clock
from docflow.domain.ports.egress import Egress, HttpAnswer
from docflow.domain.ports.sealing import Sealing
from docflow.domain.retry_after import told_wait_s
from docflow.domain.webhook_signing import signed_headers
from docflow.features.outputs.repository import ClaimedAction
from docflow.features.webhooks.service import callback_endpoint

from docflow_output.connectors.connector import Effect

TIMEOUT_S = 10.0
MAX_ANSWER = 4_096
MAX_RETRY_AFTER_S = 86_400.0

GONE = 410


@dataclass(frozen=True, slots=True)
class Letter:
    """One signed message; `webhook_id` stays the same however often it is sent."""

    url: str
    webhook_id: str
    body: bytes
    secrets: tuple[str, ...]
    headers: Mapping[str, str]


class WebhookSender:
    def __init__(self, egress: Egress, clock: Clock) -> None:
        self._egress = egress
        self._clock = clock

    async def send(self, letter: Letter) -> HttpAnswer:
        """One attempt. Raises UserError `egress_refused`, TransientError `host_unresolved`, `connect_failed` or `timeout`."""
        signed = signed_headers(letter.webhook_id, letter.body, letter.secrets, at=self._clock.now())
        return await self._egress.request(
            "POST",
            letter.url,
            headers={
                **_static(letter.headers),
                "content-type": "application/json",
                "user-agent": "DocFlow/1",
                **signed,
            },
            content=letter.body,
            timeout_s=TIMEOUT_S,
            max_bytes=MAX_ANSWER,
        )


def _static(headers: Mapping[str, object]) -> dict[str, str]:
    """A client's own headers; ours win, in whatever letters theirs are written."""
    own = {"content-type", "user-agent"}
    return {
        name: str(value)
        for name, value in headers.items()
        if name.lower() not in own and not name.lower().startswith("webhook-")
    }


def retry_after_s(answer: HttpAnswer, now: datetime) -> float:
    """Seconds the receiver asks for; 0 when it asks for nothing. At most a day."""
    asked = told_wait_s(answer.headers.get("retry-after"), now)
    return min(asked or 0.0, MAX_RETRY_AFTER_S)


def opened(sealing: Sealing, sealed: Sequence[bytes]) -> tuple[str, ...]:
    return tuple(sealing.open(secret).decode() for secret in sealed)


def opened_headers(sealing: Sealing, headers: Mapping[str, object]) -> dict[str, str]:
    """An endpoint's own headers; those that were set through the API are kept sealed."""
    return {
        name: sealing.open(str(value["sealed"]).encode()).decode()
        if isinstance(value, Mapping)
        else str(value)
        for name, value in headers.items()
    }


class WebhookAction:
    """`target_config`: `url`, `headers`. Sends `{type, timestamp, data}` with the flat data of the result.

    Signed with the client's callback secret; `webhook-id` is made of the action, so a receiver can tell a repeat.
    """

    action_type = "webhook"

    def __init__(self, database: Database, sealing: Sealing, sender: WebhookSender, clock: Clock) -> None:
        self._database = database
        self._sealing = sealing
        self._sender = sender
        self._clock = clock

    async def carry_out(self, action: ClaimedAction, result: JsonObject) -> Effect:
        url, headers = action.target_config.get("url"), action.target_config.get("headers") or {}
        if not isinstance(url, str) or not isinstance(headers, Mapping):
            raise PermanentError(
                "a webhook action names a url, and headers as an object", code="action_invalid"
            )
        keyed = {**headers, "idempotency-key": action.key}
        letter = Letter(url, action.key, _body(action, result), await self._secrets(action), keyed)
        answer = await self._sender.send(letter)
        if not 200 <= answer.status < 300:
            raise _unwanted(answer, self._clock.now())
        return Effect({"status": answer.status, "webhook_id": letter.webhook_id})

    async def _secrets(self, action: ClaimedAction) -> tuple[str, ...]:
        async with self._database.client(action.client_id) as session:
            row = await callback_endpoint(session, action.client_id, self._sealing)
            sealed = valid_secrets(
                row.secret_sealed, row.old_secret_sealed, row.old_secret_until, self._clock.now()
            )
        return opened(self._sealing, sealed)


def valid_secrets(
    current: bytes, old: bytes | None, old_until: datetime | None, now: datetime
) -> tuple[bytes, ...]:
    return (current, old) if old and old_until and now < old_until else (current,)


def _body(action: ClaimedAction, result: JsonObject) -> bytes:
    whole = {
        "type": "process.result",
        "timestamp": action.created_at.isoformat(),
        "data": {
            "process_id": str(action.process_id),
            "process_type_id": action.process_type_id,
            "external_id": action.external_id,
            "result": result.get("data"),
        },
    }
    return json.dumps(whole, ensure_ascii=False).encode()


def _unwanted(answer: HttpAnswer, now: datetime) -> PermanentError | TransientError:
    if answer.status == GONE:
        return PermanentError("the receiver is gone (410)", code="receiver_gone")
    told = f"the receiver answered {answer.status}"
    return TransientError(told, code="receiver_refused", after_s=retry_after_s(answer, now))

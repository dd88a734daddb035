"""Hands the result to a business system over its REST interface, mapped to that system's own names."""

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

from docflow.domain.errors import PermanentError, TransientError
from docflow.domain.json_types import JsonObject
from docflow.domain.ports.clock import Clock
from docflow.domain.ports.egress import Egress, HttpAnswer
from docflow.domain.target_mapping import Source, mapped
from docflow.features.outputs.repository import ClaimedAction

from docflow_output.connectors.connector import Effect
from docflow_output.connectors.webhook import retry_after_s
from docflow_output.forms import Forms

TIMEOUT_S = 30.0
MOST_TOKENS = 256
_RENEW_BEFORE_S = 30.0
_METHODS = ("POST", "PUT", "PATCH")
_OWN = frozenset({"authorization", "content-type", "idempotency-key", "user-agent"})
#: Answers that another try may change; every other 4xx stays as it is.
_MAY_CHANGE = frozenset({401, 408, 409, 423, 425, 429})


class ErpIntegration:
    """`target_config`: `url`, `method`, `headers`, `mapping` (or `format` datev), `auth`, and `already`: the statuses by
    which the system says that it had this one before.

    Each call carries `Idempotency-Key`. `auth` is `{"kind": "bearer", "token"}`, `{"kind": "basic", "username",
    "password"}` or `{"kind": "oauth_client_credentials", "token_url", "client_id", "client_secret", "scope"}`.
    """

    action_type = "erp_integration"

    def __init__(self, egress: Egress, forms: Forms, clock: Clock) -> None:
        self._egress = egress
        self._forms = forms
        self._clock = clock
        self._tokens: dict[bytes, tuple[str, float]] = {}

    async def carry_out(self, action: ClaimedAction, result: JsonObject) -> Effect:
        body, mime_type = await self._body(action, result)
        answer = await self._send(action, body, mime_type)
        if answer.status == 401 and self._forget(action):
            # The system ended the token before its time: once more with a new one.
            answer = await self._send(action, body, mime_type)
        told = {"status": answer.status, "idempotency_key": action.key}
        if 200 <= answer.status < 300:
            return Effect(told)
        if answer.status in (action.target_config.get("already") or ()):
            return Effect({**told, "already": True})
        raise _unwanted(answer, self._clock.now())

    async def _body(self, action: ClaimedAction, result: JsonObject) -> tuple[bytes, str]:
        config = action.target_config
        if config.get("format") == "datev":
            written = await self._forms.write("datev", action, result)
            return written.content, written.mime_type
        mapping = config.get("mapping")
        if not isinstance(mapping, Mapping) or not mapping:
            raise PermanentError("an ERP action names a mapping", code="action_invalid")
        body = mapped(mapping, Source(result, action.facts))
        return json.dumps(body, ensure_ascii=False).encode(), "application/json"

    async def _send(self, action: ClaimedAction, body: bytes, mime_type: str) -> HttpAnswer:
        config = action.target_config
        url, method, headers = config.get("url"), config.get("method", "POST"), config.get("headers") or {}
        if not isinstance(url, str) or method not in _METHODS or not isinstance(headers, Mapping):
            raise PermanentError(
                f"an ERP action names a url, one of {', '.join(_METHODS)} and headers as an object",
                code="action_invalid",
            )
        sent = {name: str(value) for name, value in headers.items() if name.lower() not in _OWN}
        sent |= {"content-type": mime_type, "user-agent": "DocFlow/1", "idempotency-key": action.key}
        sent |= await self._authorization(action)
        return await self._egress.request(
            method, url, headers=sent, content=body, timeout_s=TIMEOUT_S, max_bytes=4_096
        )

    async def _authorization(self, action: ClaimedAction) -> dict[str, str]:
        auth = action.target_config.get("auth") or {}
        match auth.get("kind") if isinstance(auth, Mapping) else "":
            case None:
                return {}
            case "bearer":
                return {"authorization": f"Bearer {auth.get('token', '')}"}
            case "basic":
                pair = f"{auth.get('username', '')}:{auth.get('password', '')}".encode()
                return {"authorization": f"Basic {base64.b64encode(pair).decode()}"}
            case "oauth_client_credentials":
                return {"authorization": f"Bearer {await self._token(action, auth)}"}
            case _:
                raise PermanentError("the kind of auth is not known", code="action_invalid")

    async def _token(self, action: ClaimedAction, auth: JsonObject) -> str:
        """Kept until half a minute before it ends."""
        place = _fingerprint(action, auth)
        token, until = self._tokens.get(place, ("", 0.0))
        if token and self._clock.monotonic() < until:
            return token
        token, lives_s = await self._new_token(auth)
        if len(self._tokens) >= MOST_TOKENS:
            self._tokens.pop(next(iter(self._tokens)))
        self._tokens[place] = token, self._clock.monotonic() + max(0.0, lives_s - _RENEW_BEFORE_S)
        return token

    async def _new_token(self, auth: JsonObject) -> tuple[str, float]:
        """By RFC 6749, 4.4. Raises PermanentError or TransientError `token_refused`."""
        given = {"grant_type": "client_credentials"}
        if auth.get("scope"):
            given["scope"] = str(auth["scope"])
        pair = f"{auth.get('client_id', '')}:{auth.get('client_secret', '')}".encode()
        answer = await self._egress.request(
            "POST",
            str(auth.get("token_url")),
            headers={
                "authorization": f"Basic {base64.b64encode(pair).decode()}",
                "content-type": "application/x-www-form-urlencoded",
                "accept": "application/json",
            },
            content=urlencode(given).encode(),
            timeout_s=TIMEOUT_S,
        )
        if answer.status in (400, 401, 403):
            raise PermanentError("the system gives out no token for these credentials", code="token_refused")
        try:
            said = json.loads(answer.body) if answer.status == 200 else {}
            token, lives_s = str(said["access_token"]), float(said.get("expires_in", 300))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise TransientError("the system gave no token", code="token_refused", after_s=5) from error
        if not token.isprintable() or not token.isascii():
            raise TransientError("the system gave no token", code="token_refused", after_s=5)
        return token, lives_s

    def _forget(self, action: ClaimedAction) -> bool:
        auth = action.target_config.get("auth")
        return isinstance(auth, Mapping) and self._tokens.pop(_fingerprint(action, auth), None) is not None


def _fingerprint(action: ClaimedAction, auth: JsonObject) -> bytes:
    """A client's own: nobody else's token is used, whatever their configurations have in common."""
    whole = json.dumps([str(action.client_id), auth], sort_keys=True, default=str)
    return hashlib.sha256(whole.encode()).digest()


def _unwanted(answer: HttpAnswer, now: datetime) -> PermanentError | TransientError:
    if 400 <= answer.status < 500 and answer.status not in _MAY_CHANGE:
        return PermanentError(f"the system answered {answer.status}", code="receiver_rejected")
    return TransientError(
        f"the system answered {answer.status}", code="receiver_refused", after_s=retry_after_s(answer, now)
    )

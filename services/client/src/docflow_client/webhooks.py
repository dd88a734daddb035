"""Whether a webhook came from the service: the Standard Webhooks signature."""

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

_PREFIX = "whsec_"


class WebhookError(Exception):
    """Not to be trusted: answer with 400 and do nothing. `code` says which check failed."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Webhook(BaseModel):
    """`webhook_id` stays the same however often an event is sent: keep it to tell repeats."""

    model_config = ConfigDict(extra="allow", frozen=True)

    webhook_id: str = ""
    type: str
    timestamp: datetime
    data: dict[str, Any]


def verify_webhook(
    body: bytes,
    headers: Mapping[str, str],
    secret: str | Sequence[str],
    *,
    tolerance_s: float = 300.0,
    clock: Callable[[], float] = time.time,
) -> Webhook:
    """The event, when a secret (of two, while they are rotated) signed exactly these bytes not long ago.

    Raises WebhookError `header_missing`, `timestamp_outside`, `signature_wrong` or `body_invalid`, and ValueError for
    a secret that is none.
    """
    names = {name.lower(): value for name, value in headers.items()}
    try:
        webhook_id, sent = names["webhook-id"], names["webhook-timestamp"]
        signatures = names["webhook-signature"].split(" ")
    except KeyError as missing:
        raise WebhookError("header_missing", f"the header {missing.args[0]} is missing") from None
    if not (sent.isascii() and sent.isdecimal()) or abs(clock() - int(sent[:18])) > tolerance_s:
        raise WebhookError("timestamp_outside", "the timestamp is too old, too new or none")
    keys = [_key(one) for one in ([secret] if isinstance(secret, str) else secret)]
    signed = b".".join((webhook_id.encode(), sent.encode(), body))
    expected = [base64.b64encode(hmac.digest(key, signed, hashlib.sha256)) for key in keys]
    theirs = [part.removeprefix("v1,").encode() for part in signatures if part.startswith("v1,")]
    if not any(hmac.compare_digest(ours, given) for ours in expected for given in theirs):
        raise WebhookError("signature_wrong", "no signature fits")
    return _read(body, webhook_id)


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not key:
        raise ValueError("a webhook secret is whsec_ and base64")
    return key


def _read(body: bytes, webhook_id: str) -> Webhook:
    try:
        return Webhook.model_validate_json(body).model_copy(update={"webhook_id": webhook_id})
    except ValidationError:
        raise WebhookError("body_invalid", "the body is no event") from None

"""The SDK's errors as ours. The type in the body counts before the status: a stream that fails has status 200."""

from datetime import datetime

from docflow.adapters.llm import statuses
from docflow.adapters.llm.waiting import retry_after_s
from docflow.domain.ports.llm import Trouble, Usage, VendorBusy, VendorRefusal

_BUSY = {
    "overloaded_error": Trouble.OVERLOADED,
    "rate_limit_error": Trouble.RATE_LIMITED,
    "api_error": Trouble.SERVER,
    "timeout_error": Trouble.TIMEOUT,
    "conflict_error": Trouble.SERVER,
}
_REFUSED = {
    "authentication_error": Trouble.AUTH,
    "permission_error": Trouble.AUTH,
    "billing_error": Trouble.BILLING,
    "not_found_error": Trouble.MODEL_UNKNOWN,
    "request_too_large": Trouble.TOO_LARGE,
}
#: The vendor gives these no type of their own.
_SENTENCES = (
    ("credit balance is too low", Trouble.BILLING),
    ("spend limit", Trouble.BILLING),
    ("usage limits", Trouble.BILLING),
    ("prompt is too long", Trouble.CONTEXT_EXCEEDED),
    ("schema is too complex", Trouble.SCHEMA_TOO_COMPLEX),
    ("compiled grammar is too large", Trouble.SCHEMA_TOO_COMPLEX),
)


def translated(error: Exception, provider: str, now: datetime, usage: Usage) -> VendorBusy | VendorRefusal:
    import anthropic

    if not isinstance(error, anthropic.APIStatusError):
        timed_out = isinstance(error, TimeoutError | anthropic.APITimeoutError)
        return VendorBusy(Trouble.TIMEOUT if timed_out else Trouble.TRANSPORT, provider=provider, usage=usage)
    trouble, may_heal = _trouble(error.type, error.status_code, error.api_message or "")
    request_id = error.request_id
    if not may_heal:
        return VendorRefusal(trouble, provider=provider, status=error.status_code, request_id=request_id)
    return VendorBusy(
        trouble,
        provider=provider,
        retry_after_s=retry_after_s(error.response.headers, now),
        status=error.status_code,
        request_id=request_id,
        usage=usage,
    )


def _trouble(kind: str | None, status: int, message: str) -> tuple[Trouble, bool]:
    """The trouble, and whether another attempt may succeed."""
    if kind in _BUSY:
        return _BUSY[kind], True
    if kind in _REFUSED:
        return _REFUSED[kind], False
    if kind is None and status in statuses.BUSY:
        return statuses.BUSY[status], True
    if kind is None and status in statuses.REFUSED:
        return statuses.REFUSED[status], False
    if status >= 500 or (kind is None and status < 400):
        return Trouble.SERVER, True
    lower = message.lower()
    return next((trouble for words, trouble in _SENTENCES if words in lower), Trouble.BAD_REQUEST), False

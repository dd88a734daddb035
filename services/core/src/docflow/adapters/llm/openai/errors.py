"""The SDK's errors as ours. The code in the body counts before the status: a spent quota is a 429, too."""

from datetime import datetime

from docflow.adapters.llm import statuses
from docflow.adapters.llm.waiting import retry_after_s
from docflow.domain.ports.llm import Trouble, Usage, VendorBusy, VendorRefusal

_BUSY_CODES = {
    "rate_limit_exceeded": Trouble.RATE_LIMITED,
    "overloaded": Trouble.OVERLOADED,
}
_REFUSED_CODES = {
    "insufficient_quota": Trouble.BILLING,
    "billing_hard_limit_reached": Trouble.BILLING,
    "invalid_api_key": Trouble.AUTH,
    "model_not_found": Trouble.MODEL_UNKNOWN,
    "context_length_exceeded": Trouble.CONTEXT_EXCEEDED,
    "invalid_json_schema": Trouble.SCHEMA_TOO_COMPLEX,
}


def translated(error: Exception, provider: str, now: datetime, usage: Usage) -> VendorBusy | VendorRefusal:
    import openai

    if isinstance(error, TimeoutError | openai.APITimeoutError):
        return VendorBusy(Trouble.TIMEOUT, provider=provider, usage=usage)
    if not isinstance(error, openai.APIError) or isinstance(error, openai.APIConnectionError):
        return VendorBusy(Trouble.TRANSPORT, provider=provider, usage=usage)
    answered = error if isinstance(error, openai.APIStatusError) else None
    status = answered.status_code if answered else None
    request_id = answered.request_id if answered else None
    trouble, may_heal = _trouble(str(error.code or error.type or ""), status)
    if not may_heal:
        return VendorRefusal(trouble, provider=provider, status=status, request_id=request_id)
    return VendorBusy(
        trouble,
        provider=provider,
        retry_after_s=retry_after_s(answered.response.headers, now) if answered else None,
        status=status,
        request_id=request_id,
        usage=usage,
    )


def _trouble(code: str, status: int | None) -> tuple[Trouble, bool]:
    """The trouble, and whether another attempt may succeed. An error inside a stream has no status."""
    if code in _REFUSED_CODES:
        return _REFUSED_CODES[code], False
    if code in _BUSY_CODES:
        return _BUSY_CODES[code], True
    if status in statuses.REFUSED:
        return statuses.REFUSED[status], False
    if status in statuses.BUSY:
        return statuses.BUSY[status], True
    return (Trouble.SERVER, True) if status is None or status >= 500 else (Trouble.BAD_REQUEST, False)

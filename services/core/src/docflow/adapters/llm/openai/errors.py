"""The SDK's errors as ours. The code in the body counts before the status: a spent quota is a 429, too."""

from datetime import datetime

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
_BUSY_STATUS = {
    408: Trouble.TIMEOUT, 409: Trouble.SERVER, 429: Trouble.RATE_LIMITED, 504: Trouble.TIMEOUT, 529: Trouble.OVERLOADED,
}  # fmt: skip
_REFUSED_STATUS = {
    401: Trouble.AUTH, 402: Trouble.BILLING, 403: Trouble.AUTH, 404: Trouble.MODEL_UNKNOWN, 413: Trouble.TOO_LARGE,
}  # fmt: skip


def translated(error: Exception, provider: str, now: datetime, usage: Usage) -> VendorBusy | VendorRefusal:
    import openai

    if isinstance(error, openai.APIStatusError):
        return _of_status(error.status_code, error, provider, now)
    if isinstance(error, TimeoutError | openai.APITimeoutError):
        return VendorBusy(Trouble.TIMEOUT, provider=provider, usage=usage)
    if isinstance(error, openai.APIError) and not isinstance(error, openai.APIConnectionError):
        # An error inside a stream has a body and no status.
        trouble = _BUSY_CODES.get(error.code or "", Trouble.SERVER)
        return VendorBusy(trouble, provider=provider, usage=usage)
    return VendorBusy(Trouble.TRANSPORT, provider=provider, usage=usage)


def _of_status(status: int, error: Exception, provider: str, now: datetime) -> VendorBusy | VendorRefusal:
    import openai

    assert isinstance(error, openai.APIStatusError)
    code = error.code or error.type or ""
    request_id = error.request_id
    refused = _REFUSED_CODES.get(code) or _REFUSED_STATUS.get(status)
    busy = _BUSY_CODES.get(code) or _BUSY_STATUS.get(status) or (Trouble.SERVER if status >= 500 else None)
    if refused is not None or busy is None:
        return VendorRefusal(
            refused or Trouble.BAD_REQUEST, provider=provider, status=status, request_id=request_id
        )
    wait_s = retry_after_s(error.response.headers, now)
    return VendorBusy(busy, provider=provider, retry_after_s=wait_s, status=status, request_id=request_id)

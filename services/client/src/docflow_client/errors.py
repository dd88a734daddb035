from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import httpx


@dataclass(frozen=True, slots=True)
class Place:
    """One wrong place of a body: an RFC 6901 pointer and what is wrong there."""

    pointer: str
    message: str


class ApiError(Exception):
    """The service refused. `code` is stable and meant for programs; `after_s` says when a retry is worth it."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        request_id: str = "",
        places: Sequence[Place] = (),
        after_s: float | None = None,
    ) -> None:
        super().__init__(f"{detail} ({code}, HTTP {status})")
        self.status = status
        self.code = code
        self.detail = detail
        self.request_id = request_id
        self.places = tuple(places)
        self.after_s = after_s


def raise_for(answer: httpx.Response) -> httpx.Response:
    """The answer itself, or ApiError. A proxy's own error page has the code `http_error`."""
    if answer.is_success:
        return answer
    after_s = retry_after_s(answer)
    try:
        body = answer.json()
        code, detail = body["code"], body["detail"]
        places = [Place(one["pointer"], one["message"]) for one in body.get("errors", ())]
        request_id = body.get("request_id", "")
    except (ValueError, KeyError, TypeError):
        raise ApiError(answer.status_code, "http_error", answer.reason_phrase, after_s=after_s) from None
    raise ApiError(answer.status_code, code, detail, request_id=request_id, places=places, after_s=after_s)


def retry_after_s(answer: httpx.Response) -> float | None:
    """Seconds that the service asks to wait; a date is taken against the answer's own."""
    after = answer.headers.get("retry-after", "")
    if after.isdecimal():
        return float(after)
    try:
        until, sent = parsedate_to_datetime(after), parsedate_to_datetime(answer.headers["date"])
        return max(0.0, (until - sent).total_seconds())
    except (ValueError, TypeError, KeyError):
        return None

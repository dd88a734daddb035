"""When a request is sent again, and after how long."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from docflow_client.calls import Call
from docflow_client.errors import retry_after_s

_REFUSED = frozenset({429, 503})
_UNKNOWN = frozenset({502, 504})
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@dataclass(frozen=True, slots=True)
class Retries:
    """At most `most` repeats. A pause is random up to base, 2 x base, 4 x base ... seconds, never over `cap_s`;
    the service's own Retry-After is kept, and one over `patience_s` is not waited for."""

    most: int = 4
    base_s: float = 0.25
    cap_s: float = 8.0
    patience_s: float = 30.0

    def pause_s(
        self,
        call: Call[Any],
        answer: httpx.Response | httpx.TransportError,
        attempt: int,
        chance: Callable[[], float],
    ) -> float | None:
        """Seconds until the next attempt (`attempt` counts from 0); None = this answer stands."""
        if attempt >= self.most or not _worth_it(call, answer):
            return None
        random_s = chance() * min(self.cap_s, self.base_s * 2.0**attempt)
        asked_s = retry_after_s(answer) if isinstance(answer, httpx.Response) else None
        if asked_s is None:
            return random_s
        return asked_s + random_s if asked_s <= self.patience_s else None


USUAL = Retries()


def _worth_it(call: Call[Any], answer: httpx.Response | httpx.TransportError) -> bool:
    """What may have taken effect is sent again only where that changes nothing."""
    if isinstance(answer, httpx.TransportError):
        return call.repeatable or (isinstance(answer, _UNSENT) and all(f.repeatable for f in call.files))
    if answer.status_code in _REFUSED:
        return call.repeatable or not call.files
    return answer.status_code in _UNKNOWN and call.repeatable

from docflow.domain.ports.llm import Headroom

LONGEST_SHUT_S = 3_600.0
"""A header that says more, be it a mistake, is asked about again after so long."""


class Limiter:
    """Requests to one model: a bucket of a minute's worth, and what the vendor says of its own limits.

    `requests_per_minute` None = only the vendor's word counts. Times are seconds of a monotonic clock.
    """

    def __init__(self, requests_per_minute: int | None = None) -> None:
        self._per_minute = requests_per_minute
        self._left = float(requests_per_minute or 0)
        self._filled_at = 0.0
        self._shut_until = 0.0

    def wait_s(self, now: float) -> float:
        """Seconds until a request may leave; 0 = now, and it is counted."""
        if now < self._shut_until:
            return self._shut_until - now
        if self._per_minute is None:
            return 0.0
        per_s = self._per_minute / 60
        self._left = min(float(self._per_minute), self._left + (now - self._filled_at) * per_s)
        self._filled_at = now
        if self._left < 1:
            return (1 - self._left) / per_s
        self._left -= 1
        return 0.0

    def is_free(self, now: float) -> bool:
        """Whether a request may leave now; it is not counted."""
        if now < self._shut_until:
            return False
        return self._per_minute is None or self._left + (now - self._filled_at) * self._per_minute / 60 >= 1

    def put_back(self) -> None:
        """A request that was counted did not leave."""
        if self._per_minute is not None:
            self._left = min(float(self._per_minute), self._left + 1)

    def heard(self, headroom: Headroom, now: float) -> None:
        """An answer's headers: with nothing left, nothing leaves before the reset."""
        left = (headroom.requests, headroom.tokens_input, headroom.tokens_output)
        if headroom.resets_in_s and any(one is not None and one <= 0 for one in left):
            self.told_to_wait(headroom.resets_in_s, now)

    def told_to_wait(self, seconds: float, now: float) -> None:
        self._shut_until = max(self._shut_until, now + min(seconds, LONGEST_SHUT_S))

from collections import deque

FAILURES = 5
WINDOW_S = 60.0
OPEN_S = 30.0


class Breaker:
    """Of one provider: five failures within a minute and nobody asks for half a minute; then one asks for all.

    Times are seconds of a monotonic clock.
    """

    def __init__(self) -> None:
        self._failures: deque[float] = deque(maxlen=FAILURES)
        self._shut_until: float | None = None
        self._probe_until: float | None = None

    def allows(self, now: float) -> bool:
        """True for one caller at a time while it is not known whether the provider is back."""
        if self._shut_until is None:
            return True
        if now < self._shut_until or (self._probe_until is not None and now < self._probe_until):
            return False
        # A probe that never tells its end does not keep the others out for ever.
        self._probe_until = now + OPEN_S
        return True

    def failed(self, now: float) -> None:
        self._failures.append(now)
        was_probe = self._probe_until is not None
        if was_probe or (len(self._failures) == FAILURES and now - self._failures[0] <= WINDOW_S):
            self.shut_for(OPEN_S, now)

    def shut_for(self, seconds: float, now: float) -> None:
        """Nobody asks until then: the key is not taken, or nothing is paid for."""
        self._shut_until = max(self._shut_until or 0.0, now + seconds)
        self._probe_until = None
        self._failures.clear()

    def is_closed(self) -> bool:
        """Whoever comes may ask, and nobody is trying it out for the others."""
        return self._shut_until is None

    def is_shut(self, now: float) -> bool:
        return self._shut_until is not None and now < self._shut_until

    def put_back(self) -> None:
        """Who was allowed asked nothing after all."""
        self._probe_until = None

    def succeeded(self) -> None:
        self._failures.clear()
        self._shut_until = self._probe_until = None

"""How long to wait before the next try."""

from collections.abc import Callable
from dataclasses import dataclass

#: A provider's `retry-after` is met by every worker at once; this share on top spreads them.
_SPREAD = 0.1


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential with full jitter: uniform in 0..min(cap, base * 2^(tries - 1)) seconds."""

    base_s: float = 1.0
    cap_s: float = 300.0

    def delay_s(self, tries: int, chance: Callable[[], float], *, after_s: float | None = None) -> float:
        """Seconds before the next try. `tries` counts from 1; `chance` gives 0..1; never below `after_s`."""
        if after_s is not None:
            return max(0.0, after_s) * (1 + _SPREAD * chance())
        # Beyond 2^32 every cap is reached; the power itself must not overflow a float.
        return chance() * min(self.cap_s, self.base_s * 2.0 ** min(max(tries, 1) - 1, 32))

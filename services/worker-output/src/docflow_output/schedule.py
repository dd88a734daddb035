"""When a delivery is tried again: soon at first, for a receiver that just restarts, then over three days."""

from collections.abc import Callable

#: Seconds before each try; the first is at once. The short ones meet receivers that answer 409 while they write.
DELAYS_S = (0, 1, 2, 5, 5 * 60, 30 * 60, *(hours * 3_600 for hours in (2, 5, 10, 14, 20, 24)))
#: A share on top, so that what failed together does not come back together; never sooner than stated.
_JITTER = 0.1


def next_try_s(failures: int, chance: Callable[[], float], *, at_least_s: float = 0.0) -> float | None:
    """Seconds until the next try after this many failures (from 1); None when it was the last one."""
    if failures >= len(DELAYS_S):
        return None
    return max(DELAYS_S[failures], at_least_s) * (1 + _JITTER * chance())
